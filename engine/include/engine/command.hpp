// Commands: what the outside asks of the engine. Values only; the time is in the command.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "engine/money.hpp"
#include "engine/text.hpp"
#include "engine/types.hpp"

namespace engine {

// Who asks, for duplicate protection. Two requests with the same `key` and `variant` are the
// same request: the second gets the first one's answer, or, when `content` differs, the decline
// `same_key_other_content`. `key` covers what a reversal knows of its original (card, message
// class, time and trace number); `variant` covers the rest (acquirer, reference, terminal).
struct Request {
  RequestKey key;
  std::uint64_t variant = 0;
  std::uint64_t content = 0;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  // Kept with the answer and handed back with it, for the submitter's eyes only.
  FixedText<96> echo;
  // False for what cannot be refused (a reversal advice): instead of declining, same key with
  // other content is recorded as an exception and answered approved.
  bool refusable = true;

  explicit operator bool() const { return key != RequestKey{}; }
};

// What clearing and reversals find a card transaction by.
struct MatchKeys {
  FixedText<36> lifecycle_id;
  FixedText<12> rrn;
  FixedText<6> auth_code;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  FixedText<15> merchant;
  std::uint16_t mcc = 0;
};

// Opens an account, or changes one when it exists (`booked` is then ignored: it is an opening
// balance, and loading a file again must not invent money).
struct PutAccount {
  AccountId id;
  std::optional<CurrencyCode> currency;  // needed when the account is new
  std::optional<MinorUnits> booked;
  std::optional<MinorUnits> overdraft_limit;
  std::optional<AccountStatus> status;
  bool must_exist = false;  // PATCH
};

using PanMasked = FixedText<19>;
using LimitProfileName = FixedText<32>;

// Issues a card, or, when the same PAN was issued to the same account, changes it.
struct PutCard {
  CardToken token;
  PanMasked pan_masked;
  AccountId account_id;
  std::uint16_t expiry_yymm = 0;
  std::optional<CardStatus> status;
  std::optional<LimitProfileName> limit_profile;
};
struct ChangeCard {
  CardToken token;
  std::optional<CardStatus> status;
  std::optional<LimitProfileName> limit_profile;
};

// A card transaction: reserves (debits), posts (deposit, transfer in), acknowledges (refund),
// or only checks (verification, inquiry).
struct Authorize {
  CardToken token;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  bool preauthorization = false;
  Money transaction;  // as the merchant sees it
  Money billing;      // as the network converted it; no currency when absent
  MatchKeys keys;
  std::uint16_t expiry_yymm = 0;  // as the message says; 0 when it does not
};

// Takes a card transaction back. The original is found by `original` (and, when several share
// it, by terminal and acquirer), else by card and RRN.
struct Reverse {
  CardToken token;
  RequestKey original;
  FixedText<11> original_acquirer;
  FixedText<12> rrn;
  Money transaction;       // the original's amount, as the reversal states it
  bool is_advice = false;  // cannot be refused
};

using Reference = FixedText<64>;

// A hold by another system. Conditional: declined when the available balance does not allow it.
struct PlaceHold {
  AccountId account_id;
  HoldKind kind = HoldKind::manual;
  Money amount;
  bool conditional = true;
  std::optional<Instant> expires_at;
  Reference reference;
};
struct ReleaseHold {
  HoldId id;
};

enum class ClearingKind : std::uint8_t { presentment = 0, second_presentment = 1, chargeback = 2 };

// One record of a clearing file: finds the hold, releases it and posts, in one event.
struct PostClearing {
  ClearingIdentity identity;
  ClearingIdentity presentment;  // of the presentment that a reversal gives back
  FileDigest file;
  std::uint32_t record_number = 0;
  ClearingKind kind = ClearingKind::presentment;
  CardToken token;
  Operation operation = Operation::purchase;
  Money transaction;
  Money billing;  // no currency when absent
  MatchKeys keys;
  std::int32_t local_date_days = 0;  // purchase date of the place, days since 1970
  FixedText<23> arn;
  bool final = true;
  bool reversal = false;
};

// Ends the holds that are due at the command's time, at most `holds_max` of them; the decision
// says whether more are left.
struct ExpireDue {
  std::uint32_t holds_max = 512;
};

using CommandBody = std::variant<PutAccount, PutCard, ChangeCard, Authorize, Reverse, PlaceHold,
                                 ReleaseHold, PostClearing, ExpireDue>;

struct Command {
  Instant now;
  BusinessDate business_date;
  Request request;  // no key: not protected (commands that are idempotent by themselves)
  CommandBody body;
};

}  // namespace engine
