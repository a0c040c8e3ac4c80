// Commands: what the outside asks of the engine. Values only; the time is in the command.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "engine/batches.hpp"
#include "engine/fx.hpp"
#include "engine/limits.hpp"
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
  FixedText<12> rrn;
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
  std::optional<std::vector<LimitRule>> limits;  // replace the account's own rules
  bool must_exist = false;                       // PATCH
};

using PanMasked = FixedText<19>;

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
  std::optional<std::vector<LimitRule>> limits;  // replace the card's own rules
};

// The processor's connection point that a message came through: reconciliation is by link.
using LinkName = FixedText<31>;

// A card transaction. Debits are held (or posted, as `kind` says), top-ups are posted, refunds
// are acknowledged (or posted); verification and inquiry only check.
struct Authorize {
  CardToken token;
  AuthorizationKind kind = AuthorizationKind::request;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  bool preauthorization = false;
  bool increment = false;          // adds to the open hold with the same lifecycle id
  bool partial_allowed = false;    // less than the amount may be approved
  bool approved_elsewhere = true;  // an advice: the stand-in approved what it tells of
  Money transaction;               // as the merchant sees it
  Money billing;                   // as the network converted it; no currency when absent
  MatchKeys keys;                  // an advice may bring the stand-in's authorization code
  LinkName link;
};

// Takes a card transaction back. The original is found by `original` (and, when several share
// it, by RRN, terminal and acquirer), else by card and RRN.
struct Reverse {
  CardToken token;
  RequestKey original;
  FixedText<11> original_acquirer;
  FixedText<12> rrn;
  Money transaction;                // the original's amount, as the reversal states it
  std::optional<MinorUnits> stays;  // a partial reversal: what of it is not taken back
  bool is_advice = false;           // cannot be refused
  LinkName link;
};

// Totals of one period of a link, by what the messages were: numbers and amounts, in minor units
// as the messages stated them.
struct ReconciliationTotals {
  enum Category : std::uint8_t {
    credits,
    credit_reversals,
    debits,
    debit_reversals,
    authorizations,
  };
  static constexpr std::size_t category_count = 5;
  std::uint64_t counts[category_count] = {};
  MinorUnits amounts[category_count] = {};
};

// Compares the sender's totals with the engine's: those of the link's open period, or of the one
// that its last cut-over closed. What the sender does not state is not compared.
struct Reconcile {
  LinkName link;
  CurrencyCode currency;  // none: all currencies together
  ReconciliationTotals stated;
  std::uint32_t states_count = 0;   // bits by category
  std::uint32_t states_amount = 0;  // bits by category
  std::optional<MinorUnits> net;    // credits less debits, reversals taken off
};
// Ends the link's reconciliation period.
struct CutOver {
  LinkName link;
};

// Replaces all exchange rates, as a new version. Rates that come from a file are ignored when the
// last file had the same digest: a restart does not undo what was set since.
struct PutFxRates {
  FxRates rates;
  FileDigest file;
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
// All that is still held, or a part of it.
struct ReleaseHold {
  HoldId id;
  std::optional<MinorUnits> amount = std::nullopt;
};

// Postings by another system: all of them, or none. A batch that is not there yet is opened.
// Conditional: declined when the available balance does not allow it.
struct Posting {
  BatchId batch;
  AccountId account_id;
  Money amount;  // credits positive
  bool conditional = true;
  Reference reference;
};
struct Post {
  std::vector<Posting> postings;
};

struct OpenBatch {
  BatchId id;
  BatchSource source;
};
struct CloseBatch {
  BatchId id;
};
// Only while it is open: its postings are undone.
struct DeleteBatch {
  BatchId id;
};
// Puts a closed batch into the queue to core banking.
struct QueueBatch {
  BatchId id;
};
// Closes and queues the engine's own batch when it is old enough.
struct CloseDueBatch {};
// The first batch of the queue lies in core banking's hands.
struct ConfirmExport {
  BatchNumber number;
};

// Core banking's answers: all of them are taken, or none. What was said before is not said twice.
struct ItemAnswer {
  BatchId batch;
  std::uint32_t item = 0;
  bool accepted = false;
  RejectionReason reason;
};
struct AnswerItems {
  std::vector<ItemAnswer> answers;
};
struct ResolveItem {
  BatchId batch;
  std::uint32_t item = 0;
  ItemAction action = ItemAction::retry;
  AccountId move_to;
};

// While core banking is closed, nothing is exported and everything else goes on.
struct SetCoreDay {
  bool is_open = true;
};
// Core banking's balances, each with all batches up to one export in it. What they differ by is
// core banking's own, and is posted.
struct CoreBalance {
  AccountId account_id;
  Money booked;
};
struct TakeCoreBalances {
  BatchId last_batch;
  std::vector<CoreBalance> balances;
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
  Money billing;     // no currency when absent
  Money settlement;  // what the networks settle; no currency when absent
  MatchKeys keys;
  std::int32_t local_date_days = 0;  // purchase date of the place, days since 1970
  FixedText<23> arn;                 // what a person sees of it
  bool has_arn = false;              // one that is too long to be seen, too
  bool final = true;
  bool reversal = false;  // gives back `presentment`, or else what the cascade finds
};

// A clearing file is about to be worked off, or all of it was. While it is not finished, a record
// that comes again from the same place in it is no duplicate: it is answered as it was the first
// time, so that a file that was cut short is told of as if it had not been.
struct BeginClearingFile {
  FileDigest file;
};
struct FinishClearingFile {
  FileDigest file;
};

// Ends the holds that are due at the command's time, at most `holds_max` of them; the decision
// says whether more are left.
struct ExpireDue {
  std::uint32_t holds_max = 512;
  bool moves_time = false;  // a manual clock's: business time never goes back behind it
};

using CommandBody =
    std::variant<PutAccount, PutCard, ChangeCard, Authorize, Reverse, PlaceHold, ReleaseHold,
                 PostClearing, ExpireDue, Reconcile, CutOver, PutFxRates, Post, OpenBatch,
                 CloseBatch, DeleteBatch, QueueBatch, CloseDueBatch, ConfirmExport, AnswerItems,
                 ResolveItem, SetCoreDay, TakeCoreBalances, BeginClearingFile, FinishClearingFile>;

struct Command {
  Instant now;
  BusinessDate business_date;
  BusinessDate local_date;  // the calendar's, where the bank is: cards expire by it
  Request request;          // no key: not protected (commands that are idempotent by themselves)
  CommandBody body;
};

}  // namespace engine
