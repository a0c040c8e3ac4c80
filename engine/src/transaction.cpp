#include "transaction.hpp"

#include "matching.hpp"

namespace engine {
namespace {

HoldPlaced hold_placed(Deciding& d, const Transaction& t, HoldKind kind) {
  const Authorize& asked = t.asked;
  HoldPlaced hold;
  hold.id = d.next_hold_id();
  hold.account = t.account.number;
  hold.token = asked.token;
  hold.kind = kind;
  hold.operation = asked.operation;
  hold.channel = asked.channel;
  hold.region = asked.region;
  hold.amount = t.amount;
  hold.uses_limits = true;
  hold.programme = programme_of(t.card);
  hold.transaction = {t.transaction_amount, asked.transaction.currency};
  hold.keys = asked.keys;
  // Clearing will bring the code of whoever approved.
  if (!is_unconditional(asked.kind)) hold.keys.auth_code = d.next_auth_code();
  return hold;
}

}  // namespace

void tell(Deciding& d, const Transaction& t, HoldId hold, MinorUnits ledger_change,
          MinorUnits available_change) {
  Decision& decision = d.decision();
  decision.hold = hold;
  decision.amount = t.amount;
  decision.fee = t.fee;
  decision.transaction_amount = t.transaction_amount;
  decision.converted = t.rate != 0;
  decision.rate = t.rate;
  decision.has_balance = true;
  decision.ledger = t.account.ledger() + ledger_change;
  decision.available = t.account.available() + available_change;
}

Instant expiry(const Deciding& d, const Transaction& t, HoldKind kind) {
  const int days = d.rules.lifetimes.days(t.asked.keys.mcc, kind, t.asked.channel);
  // Buckets of expiry are whole seconds; a hold never ends early.
  return Instant::from_seconds((d.event.at.microseconds + 999'999) / 1'000'000 + days * 86'400LL);
}

void place_hold(Deciding& d, const Transaction& t) {
  const HoldKind kind =
      t.asked.preauthorization ? HoldKind::preauthorization : HoldKind::authorization;
  HoldPlaced hold = hold_placed(d, t, kind);
  hold.fee = t.fee;
  hold.fee_terms = t.fee_terms;
  hold.expires_at = expiry(d, t, kind);
  d.emit(hold);
  use_limits(d, t.subject(d.event), t.amount, 1);
  count(d, t);
  tell(d, t, hold.id, 0, -t.costs());
}

void post_now(Deciding& d, const Transaction& t) {
  HoldPlaced hold = hold_placed(d, t, HoldKind::posting);
  hold.fee_terms = t.fee_terms;
  hold.financial = t.asked.kind == AuthorizationKind::posting ||
                   t.asked.kind == AuthorizationKind::forced_posting;
  d.emit(hold);
  use_limits(d, t.subject(d.event), t.amount, 1);
  const MovementKind kind =
      is_top_up(t.asked.operation) ? MovementKind::top_up : MovementKind::posting;
  const MinorUnits amount = is_debit(t.asked.operation) ? -t.amount : t.amount;
  const std::string_view reference = t.asked.keys.rrn.view();
  d.emit(movement(t.account, kind, amount, InternalAccount::settlement, hold.id, reference));
  if (t.fee != 0) d.emit(fee_movement(t.account, t.fee, hold.id, reference));
  count(d, t);
  tell(d, t, hold.id, -t.costs(), -t.costs());
}

void acknowledge(Deciding& d, const Transaction& t) {
  const HoldPlaced hold = hold_placed(d, t, HoldKind::acknowledgement);
  d.emit(hold);
  use_limits(d, t.subject(d.event), t.amount, 1);
  count(d, t);
  tell(d, t, hold.id, 0, 0);
}

void count(Deciding& d, const Transaction& t) {
  if (t.asked.link.empty()) return;
  const bool financial = t.asked.kind == AuthorizationKind::posting ||
                         t.asked.kind == AuthorizationKind::forced_posting;
  const auto category = !financial                    ? ReconciliationTotals::authorizations
                        : is_debit(t.asked.operation) ? ReconciliationTotals::debits
                                                      : ReconciliationTotals::credits;
  d.emit(TotalsCounted{t.asked.link, t.asked.transaction.currency, category, t.transaction_amount});
}

std::optional<HoldRecord> find_open_hold(const State& state, const Transaction& t) {
  const Authorize& asked = t.asked;
  std::optional<HoldRecord> found;
  auto take_open = [&found](const HoldRecord& hold) {
    if (hold.is_open()) found = hold;
    return !found.has_value();
  };
  if (!asked.keys.lifecycle_id.empty()) {
    for_each_hold(state, asked.token, HoldKeyKind::lifecycle_id, asked.keys.lifecycle_id.view(),
                  take_open);
  }
  // An increment is told by its lifecycle id alone: its RRN is its own.
  if (!found && !t.is_increment() && !asked.keys.rrn.empty()) {
    for_each_hold(state, asked.token, HoldKeyKind::rrn, asked.keys.rrn.view(), take_open);
  }
  return found;
}

Decline set_fee_of_increment(Deciding& d, Transaction& t, const HoldRecord& hold) {
  // What clearing has posted of the fee is not asked for again.
  const auto fee = hold.fee_terms.fee(hold.cleared_amount + hold.amount + t.amount);
  if (!fee || *fee > amount_max) return Decline::overflow;
  t.fee = std::max<MinorUnits>(*fee - hold.fee - hold.posted_fee, 0);
  d.why->fee = t.fee;
  d.why->tariff = {};
  return Decline::none;
}

void decide_increment(Deciding& d, Transaction& t, const HoldRecord& hold) {
  HoldIncreased increased;
  increased.id = hold.id;
  increased.amount = t.amount;
  increased.fee = t.fee;
  increased.transaction_amount = t.transaction_amount;
  increased.expires_at = std::max(hold.expires_at, expiry(d, t, hold.kind));
  d.emit(increased);
  change_usage(d, hold, t.amount, 0);
  count(d, t);
  tell(d, t, hold.id, 0, -t.costs());
}

}  // namespace engine
