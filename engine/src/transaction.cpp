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
  return d.event.at.rounded_up().plus_seconds(days * 86'400LL);
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
  hold.financial = is_financial(t.asked.kind);
  d.emit(hold);
  use_limits(d, t.subject(d.event), t.amount, 1);
  post_money(d, t, t.amount, hold.id);
  count(d, t);
  tell(d, t, hold.id, -t.costs(), -t.costs());
}

void post_money(Deciding& d, const Transaction& t, MinorUnits amount, HoldId hold) {
  const MovementKind kind =
      is_top_up(t.asked.operation) ? MovementKind::top_up : MovementKind::posting;
  const MinorUnits change = is_debit(t.asked.operation) ? -amount : amount;
  const std::string_view reference = t.asked.keys.rrn.view();
  if (change != 0) {
    d.emit(movement(t.account, kind, change, InternalAccount::settlement, hold, reference));
  }
  if (t.fee != 0) d.emit(fee_movement(t.account, t.fee, hold, reference));
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
  const auto category = !is_financial(t.asked.kind)   ? ReconciliationTotals::authorizations
                        : is_debit(t.asked.operation) ? ReconciliationTotals::debits
                                                      : ReconciliationTotals::credits;
  d.emit(TotalsCounted{t.asked.link, t.asked.transaction.currency, category, t.transaction_amount});
}

std::optional<HoldRecord> find_open_hold(const State& state, const Transaction& t) {
  // An increment is told by its lifecycle id alone: its RRN is its own.
  MatchKeys keys = t.asked.keys;
  if (t.is_increment()) keys.rrn = {};
  return find_same_transaction(state, t.asked.token, keys,
                               [](const HoldRecord& hold) { return hold.is_open(); });
}

std::optional<MinorUnits> fee_to_hold(const HoldRecord& hold, MinorUnits held) {
  if (held == 0) return 0;
  const auto fee = hold.fee_terms.fee(hold.cleared_amount + held);
  if (!fee || *fee > amount_max) return std::nullopt;
  return std::max<MinorUnits>(*fee - hold.posted_fee, 0);
}

Decline set_fee_of_increment(Deciding& d, Transaction& t, const HoldRecord& hold) {
  const auto fee = fee_to_hold(hold, hold.amount + t.amount);
  if (!fee) return Decline::overflow;
  t.fee = std::max<MinorUnits>(*fee - hold.fee, 0);
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
