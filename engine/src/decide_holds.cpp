// Holds by other systems, their release, and expiry.
#include "decide.hpp"
#include "limit_usage.hpp"

namespace engine {
namespace {

// One event stays a small part of a journal segment.
constexpr std::uint32_t expired_at_once_max = 4096;

// Ends the hold; what was not cleared of it is given back to the limits.
void release(Deciding& d, const HoldRecord& hold, HoldStatus status, ReleaseReason reason) {
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.amount = hold.amount;
  reduced.fee = hold.fee;
  reduced.status = status;
  reduced.reason = reason;
  reduced.unused = std::max<MinorUnits>(hold.used_amount - hold.cleared_amount, 0);
  reduced.not_counted = hold.used_count > 0 && hold.cleared_amount == 0;
  change_usage(d, hold, -reduced.unused, reduced.not_counted ? -1 : 0);
  d.emit(reduced);
}

// It stays open, with its fee; what is given back is not used.
void release_part(Deciding& d, const HoldRecord& hold, MinorUnits amount) {
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.amount = amount;
  // As after a partial reversal: of a transaction as much less remains, but never nothing.
  const auto part =
      multiply_divide(hold.transaction_remaining, amount, hold.amount + hold.cleared_amount);
  reduced.transaction_amount = std::clamp<MinorUnits>(
      part.value_or(0), 0, std::max<MinorUnits>(hold.transaction_remaining - 1, 0));
  reduced.status = hold.status;
  reduced.reason = ReleaseReason::by_request;
  reduced.unused = std::min(amount, hold.used_amount);
  change_usage(d, hold, -reduced.unused, 0);
  d.emit(reduced);
}

}  // namespace

void decide_place_hold(Deciding& d, const PlaceHold& command) {
  const bool kind_is_known = command.kind == HoldKind::manual || command.kind == HoldKind::arrest;
  if (!kind_is_known) return d.decline(Decline::unsupported_operation);
  if (command.amount.amount <= 0) return d.decline(Decline::bad_amount);
  const auto account = d.state.account(command.account_id);
  if (!account) return d.decline(Decline::unknown_account);
  d.decision().account = account->number;
  d.decision().currency = account->currency;
  d.decision().ledger = account->ledger();
  d.decision().available = account->available();
  d.decision().has_balance = true;
  if (command.amount.currency != account->currency) return d.decline(Decline::currency_mismatch);
  if (account->status == AccountStatus::closed) return d.decline(Decline::account_closed);
  // An arrest is the law's, and takes hold of a blocked account too.
  const bool blocked = account->status != AccountStatus::active;
  if (blocked && command.kind == HoldKind::manual) return d.decline(Decline::account_blocked);
  if (!can_hold(*account, command.amount.amount)) return d.decline(Decline::overflow);
  const bool conditional = command.conditional && command.kind == HoldKind::manual;
  if (conditional && account->available() < command.amount.amount) {
    return d.decline(Decline::insufficient_funds);
  }

  // After this point, the hold is placed.
  HoldPlaced hold;
  hold.id = d.next_hold_id();
  hold.account = account->number;
  hold.kind = command.kind;
  hold.amount = command.amount.amount;
  hold.transaction = command.amount;
  hold.reference = command.reference;
  // An end that has passed is due at once.
  if (command.expires_at) hold.expires_at = std::max(*command.expires_at, d.event.at).rounded_up();
  d.emit(hold);
  d.decision().hold = hold.id;
  d.decision().amount = hold.amount;
  d.decision().available -= hold.amount;
  d.decision().created = true;
}

void decide_release_hold(Deciding& d, const ReleaseHold& command) {
  const auto hold = d.state.holds.get(command.id);
  if (!hold) return d.decline(Decline::unknown_hold);
  const AccountRecord account = *d.state.accounts.get(hold->account);
  d.decision().hold = hold->id;
  d.decision().account = hold->account;
  d.decision().currency = hold->currency;
  if (!hold->is_open()) return d.decline(Decline::hold_ended);
  const MinorUnits amount = command.amount.value_or(hold->amount);
  if (amount <= 0 && command.amount) return d.decline(Decline::bad_amount);
  if (amount > hold->amount) return d.decline(Decline::bad_amount);
  const bool all = amount == hold->amount;
  if (all) {
    release(d, *hold, HoldStatus::released, ReleaseReason::by_request);
  } else {
    release_part(d, *hold, amount);
  }
  d.decision().partial = !all;
  d.decision().amount = amount;
  d.decision().fee = all ? hold->fee : 0;
  d.decision().has_balance = true;
  d.decision().ledger = account.ledger();
  d.decision().available = account.available() + amount + d.decision().fee;
}

void decide_expire_due(Deciding& d, const ExpireDue& command) {
  const std::int64_t now_second = d.event.at.seconds();
  const std::uint32_t visits_max = std::clamp(command.holds_max, 1U, expired_at_once_max);
  std::uint32_t visited = 0;
  auto bucket = d.state.expiries.first_from(0);
  if (!bucket || bucket->second > now_second) {
    if (command.moves_time && d.event.at > d.state.meta.last_command_at) d.emit(TimeMoved{});
    return;
  }
  ExpiryAdvanced advanced;
  for (; bucket && bucket->second <= now_second;
       bucket = d.state.expiries.first_from(bucket->second + 1)) {
    advanced.second = bucket->second;
    HoldId id = bucket->head;
    for (; id && visited < visits_max; ++visited) {
      const HoldRecord hold = *d.state.holds.get(id);
      // The chain also has holds that ended, and those whose lifetime started again.
      if (hold.is_open() && hold.expires_at.seconds() > now_second) {
        d.emit(ExpiryPutOff{hold.id});
      } else if (hold.is_open()) {
        release(d, hold, HoldStatus::expired, ReleaseReason::expired);
      }
      id = hold.next_expiring;
    }
    advanced.head = id;
    if (visited == visits_max) break;
  }
  d.emit(advanced);
  d.decision().more = visited == visits_max;
}

}  // namespace engine
