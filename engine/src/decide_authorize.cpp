// A card transaction at authorization: a hold, a posting, an acknowledgement, or a check alone.
#include "fx.hpp"
#include "transaction.hpp"

namespace engine {
namespace {

// A transaction of something that is billed as nothing would be bought for nothing.
bool is_positive(const Authorize& asked) {
  return asked.transaction.amount > 0 && (!asked.billing.currency || asked.billing.amount > 0);
}
// A completion may say that nothing was bought in the end.
bool is_empty_completion(const Authorize& asked) {
  return is_unconditional(asked.kind) && is_debit(asked.operation) &&
         asked.transaction.amount == 0 && (!asked.billing.currency || asked.billing.amount == 0);
}

// The largest part of the transaction's amount, from `part` down, that fits with its fee; the
// merchant's amount and what is held for it are always one that the rate makes of the other.
bool set_to_part(Deciding& d, Transaction& t, MinorUnits part, MinorUnits wanted) {
  const Money whole = t.asked.transaction;
  const MinorUnits available = t.account.available();
  // What is rounded up may be too much, or its fee: the next ones are not.
  constexpr int tries = 8;
  for (int i = 0; i < tries && part > 0; ++i, --part) {
    t.transaction_amount = part;
    if (t.rate != 0) {
      const auto converted =
          convert(d.state, {part, whole.currency}, t.account.currency, FxSide::sell);
      if (!converted) return false;
      t.amount = converted->amount;
    } else {
      t.amount = multiply_divide(wanted, part, whole.amount).value_or(0);
    }
    if (t.amount > 0 && set_fee(d, t) == Decline::none && t.amount + t.fee <= available)
      return true;
  }
  return false;
}

// The largest amount that fits with its fee.
bool reduce_to_available(Deciding& d, Transaction& t) {
  const bool may = t.asked.partial_allowed && is_debit(t.asked.operation) &&
                   t.asked.operation != Operation::cash && !t.is_increment();
  if (!may) return false;
  const MinorUnits available = t.account.available();
  const MinorUnits wanted = t.amount;
  MinorUnits low = 0;
  MinorUnits high = std::min(wanted, available);
  while (low < high) {
    t.amount = high - (high - low) / 2;
    const bool fits = set_fee(d, t) == Decline::none && t.amount + t.fee <= available;
    if (fits) {
      low = t.amount;
    } else {
      high = t.amount - 1;
    }
  }
  if (low <= 0) return false;
  return set_to_part(d, t, multiply_divide(t.asked.transaction.amount, low, wanted).value_or(0),
                     wanted);
}

bool breaks_limit(Deciding& d, const Transaction& t, std::int64_t count, MinorUnits so_far) {
  const auto breach = find_breach(d, t.subject(d.event), t.amount, count, so_far);
  if (!breach) return false;
  const bool by_amount = breach->reason == Decline::amount_limit;
  d.why->limit = breach->by.rule.name;
  d.why->limit_source = breach->by.source;
  d.why->limit_used = by_amount ? breach->used.amount : breach->used.count;
  d.why->limit_max = by_amount ? breach->by.rule.max_amount : breach->by.rule.max_count;
  d.decline(breach->reason);
  return true;
}

void decide_request(Deciding& d, Transaction& t) {
  const Authorize& asked = t.asked;
  std::optional<HoldRecord> original;
  MinorUnits used_so_far = 0;
  if (t.is_increment()) {
    original = find_open_hold(d.state, t);
    const bool same_currency =
        original && original->transaction_currency == asked.transaction.currency;
    if (!same_currency) return d.decline(Decline::original_not_found);
    d.why->original = original->id;
    used_so_far = original->used_amount;
    const Decline reason = set_fee_of_increment(d, t, *original);
    if (reason != Decline::none) return d.decline(reason);
  }
  if (!fits_account(d.state, t)) return d.decline(Decline::overflow);
  if (breaks_limit(d, t, original ? 0 : 1, used_so_far)) return;
  const bool fits = t.account.available() >= t.costs();
  bool is_partial = false;
  if (!fits) {
    const Explanation as_asked = *d.why;
    is_partial = reduce_to_available(d, t);
    *d.why = as_asked;
  }
  if (!fits && !is_partial && t.costs() > 0) return d.decline(Decline::insufficient_funds);

  // After this point, the transaction is approved.
  d.decision().partial = is_partial;
  d.decision().auth_code = d.next_auth_code();
  if (original) return decide_increment(d, t, *original);
  if (t.moves_now()) return post_now(d, t);
  if (is_debit(asked.operation)) return place_hold(d, t);
  acknowledge(d, t);
}

// An advice cannot be refused: what cannot be done with it is for a person to look at.
void refuse(Deciding& d, const Authorize& asked, AccountNumber account, Decline reason) {
  if (!is_unconditional(asked.kind) || reason == Decline::unknown_card) return d.decline(reason);
  d.raise(ExceptionCode::advice_not_applied, account, HoldId{}, asked.transaction,
          asked.keys.rrn.view());
}

}  // namespace

LimitSubject Transaction::subject(const Event& event) const {
  return {asked.token,  card,           account,  asked.operation,    asked.channel,
          asked.region, asked.keys.mcc, event.at, event.business_date};
}

Decline set_amount(Deciding& d, Transaction& t) {
  t.transaction_amount = t.asked.transaction.amount;
  if (!carries_money(t.asked.operation)) return Decline::none;
  if (t.asked.billing.currency == t.account.currency) {
    t.amount = t.asked.billing.amount;
  } else {
    const FxSide side = is_debit(t.asked.operation) ? FxSide::sell : FxSide::buy;
    const auto converted = convert(d.state, t.asked.transaction, t.account.currency, side);
    if (!converted) return Decline::no_rate;
    t.amount = converted->amount;
    t.rate = converted->rate;
    d.why->rate = t.rate;
    if (t.rate != 0) d.why->rate_version = d.state.meta.fx_version;
  }
  d.why->amount = t.amount;
  // Less than half a minor unit of the account's currency.
  if (t.amount == 0 && t.asked.transaction.amount > 0) return Decline::bad_amount;
  return Decline::none;
}

Decline set_fee(Deciding& d, Transaction& t) {
  const Authorize& asked = t.asked;
  t.fee = 0;
  t.fee_terms = {};
  d.why->fee = 0;
  d.why->tariff = {};
  const bool is_acknowledged = asked.operation == Operation::refund && !t.moves_now();
  if (!carries_money(asked.operation) || is_acknowledged || t.amount == 0) return Decline::none;
  const Tariff* tariff = d.rules.tariff(asked.operation, asked.channel, asked.region,
                                        asked.keys.mcc, t.account.currency, t.amount);
  if (tariff == nullptr) return Decline::none;
  const auto fee = tariff->terms.fee(t.amount);
  if (!fee || *fee > amount_max) return Decline::overflow;
  t.fee = *fee;
  t.fee_terms = tariff->terms;
  d.why->fee = t.fee;
  d.why->tariff = tariff->name;
  return Decline::none;
}

bool fits_account(const State& state, const Transaction& t) {
  if (t.amount > amount_max || t.fee > amount_max) return false;
  // Whether it is held now and posted later or posted at once: both must be possible.
  return can_hold(t.account, t.amount) && can_hold(t.account, t.fee) &&
         can_post(state, t.account, is_debit(t.asked.operation) ? -t.amount : t.amount) &&
         can_post(state, t.account, -t.fee);
}

void decide_authorize(Deciding& d, const Authorize& asked) {
  const AccountNumber nobody{};
  if (asked.operation == Operation::unsupported) {
    return refuse(d, asked, nobody, Decline::unsupported_operation);
  }
  if (carries_money(asked.operation) && !is_positive(asked) && !is_empty_completion(asked)) {
    return refuse(d, asked, nobody, Decline::bad_amount);
  }
  const auto card = d.state.cards.get(asked.token);
  if (!card) return d.decline(Decline::unknown_card);
  Transaction t(asked, *card, *d.state.accounts.get(card->account));
  d.explain_account(t.account);
  const Decline amount_refusal = set_amount(d, t);
  if (amount_refusal == Decline::bad_amount) {
    return refuse(d, asked, t.account.number, amount_refusal);
  }
  if (!is_unconditional(asked.kind)) {
    const bool debit = is_debit(asked.operation) || asked.operation == Operation::verification;
    const Decline refusal = refusal_by_status(t.card, t.account, debit, d.command.local_date);
    if (refusal != Decline::none) return d.decline(refusal);
  }
  if (!carries_money(asked.operation)) {
    if (!is_unconditional(asked.kind)) d.decision().auth_code = d.next_auth_code();
    return tell(d, t, HoldId{}, 0, 0);
  }
  const Decline reason = amount_refusal != Decline::none ? amount_refusal : set_fee(d, t);
  if (reason != Decline::none) return refuse(d, asked, t.account.number, reason);
  if (!is_unconditional(asked.kind)) return decide_request(d, t);
  if (!fits_account(d.state, t)) {
    return refuse(d, asked, t.account.number, Decline::overflow);
  }
  // What the stand-in declined did not happen.
  if (asked.approved_elsewhere) decide_advice(d, t);
}

}  // namespace engine
