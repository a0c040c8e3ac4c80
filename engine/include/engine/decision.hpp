// Decisions: what the engine answers. Declines are values, ordered by precedence.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/command.hpp"
#include "engine/money.hpp"
#include "engine/types.hpp"

namespace engine {

// Why something was refused, in the order in which reasons answer when several hold.
enum class Decline : std::uint8_t {
  none = 0,
  same_key_other_content,
  already_reversed,  // the reversal came before its original
  unsupported_operation,
  bad_amount,
  unknown_card,
  lost_card,
  stolen_card,
  expired_card,
  card_blocked,
  account_blocked,
  account_closed,
  not_permitted,
  no_rate,
  original_not_found,
  amount_limit,
  count_limit,
  insufficient_funds,
  // What only other systems' calls can run into.
  unknown_account,
  account_exists_in_other_currency,
  card_of_other_account,
  unknown_hold,
  hold_ended,
  currency_mismatch,
  currency_missing,
  unknown_limit_profile,
  unknown_batch,
  batch_exists,      // of another source
  batch_not_open,    // nothing can be added to it or taken from it any more
  batch_not_closed,  // it cannot be exported yet, or does not exist any more
  batch_too_large,   // to be undone in one go
  unknown_item,
  item_not_rejected,
  same_account,
  overflow,
  // Not kept: the same request later is decided afresh.
  overloaded,
  halted,  // the engine takes no commands; nothing happened
  failed,  // the disk failed while this was written: nobody can say until the next start
};
std::string_view name(Decline decline);

enum class ClearingOutcome : std::uint8_t {
  none = 0,
  posted_matched = 1,
  posted_unmatched = 2,
  matched_only = 3,
  duplicate = 4,
  rejected = 5,
};

enum class MatchMethod : std::uint8_t {
  none = 0,
  lifecycle_id = 1,
  auth_code = 2,
  rrn = 3,
  place_and_amount = 4,
  presentment = 5,        // a reversal's
  first_presentment = 6,  // a second presentment's
};
std::string_view name(ClearingOutcome outcome);
std::string_view name(MatchMethod method);

// The answer to a command, as it is kept for a retransmission.
struct Decision {
  Decline decline = Decline::none;
  ClearingOutcome clearing = ClearingOutcome::none;
  MatchMethod match = MatchMethod::none;
  bool created = false;  // something new came to be: an account, a card, a hold
  bool more = false;     // ExpireDue: more holds are due
  bool has_balance = false;
  bool partial = false;     // less than the amount was approved
  bool converted = false;   // the bank's own rate made the amount out of the transaction's
  bool in_balance = false;  // Reconcile: the totals agree
  bool repeated = false;    // PostClearing: what became of the record when it came first
  CurrencyCode currency;    // of the amounts below: the account's
  MinorUnits amount = 0;    // held or posted, without the fee
  MinorUnits fee = 0;
  MinorUnits ledger = 0;
  MinorUnits available = 0;
  MinorUnits fx_result = 0;           // PostClearing: booked, the bank's gain positive
  MinorUnits transaction_amount = 0;  // approved, in the transaction's currency
  std::int64_t rate = 0;              // converted: units of the account's currency for one, scaled
  HoldId hold;
  AccountNumber account;
  FixedText<6> auth_code;
  // Post: the first one's number; the others follow it. ResolveItem, but for an undone one: that of
  // the batch that the item is in now.
  std::uint64_t movement = 0;
  std::uint32_t runs = 0;  // BeginClearingFile: how often it was finished before
  // Post: where in its batch the first one lies; refused: which one. ResolveItem: where it is now.
  std::uint32_t item = 0;
  // Exceptions that this command recorded, 0 for none.
  ExceptionCode exceptions[4] = {};

  bool approved() const { return decline == Decline::none; }
};

// A decision on its way back to the submitter.
struct Answer {
  Decision decision;
  bool replayed = false;  // the first answer to a repeated request
  bool changed = false;   // something was done
  FixedText<96> echo;     // the first request's
};

}  // namespace engine
