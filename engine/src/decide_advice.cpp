// Advices: a stand-in's approval, a completion, a forced posting. They tell what has happened, so
// balance and limits do not refuse them; and what has moved already does not move again.
#include "matching.hpp"
#include "transaction.hpp"

namespace engine {
namespace {

// The latest of the same card transaction that has moved or was acknowledged, open holds aside.
std::optional<HoldRecord> find_ended(const State& state, const Authorize& asked) {
  return find_same_transaction(state, asked.token, asked.keys, [&asked](const HoldRecord& hold) {
    if (hold.is_open()) return false;
    const bool same_direction = is_debit(hold.operation) == is_debit(asked.operation);
    const bool taken_back = hold.reversed != 0 && hold.transaction_remaining == 0;
    return same_direction && !taken_back;
  });
}

// What remains of the hold in the transaction's currency when its final amount is `t`'s.
MinorUnits final_transaction_amount(const HoldRecord& hold, const Transaction& t) {
  if (hold.transaction_currency == t.asked.transaction.currency) return t.transaction_amount;
  const MinorUnits before = hold.amount + hold.cleared_amount;
  if (before <= 0) return hold.transaction_remaining;
  return multiply_divide(hold.transaction_remaining, t.amount, before)
      .value_or(hold.transaction_remaining);
}

// Sets an open hold to the final amount: lower releases the rest, higher is held all the same.
HoldCompleted completed(const HoldRecord& hold, const Transaction& t) {
  HoldCompleted fact;
  fact.id = hold.id;
  fact.amount = std::max<MinorUnits>(t.amount - hold.cleared_amount, 0);
  fact.fee = fee_to_hold(hold, fact.amount).value_or(hold.fee);
  fact.transaction_remaining = final_transaction_amount(hold, t);
  fact.used = std::max(t.amount, hold.cleared_amount);
  fact.counts = fact.used > 0;
  const HoldStatus ended = hold.clearing_count > 0 ? HoldStatus::cleared : HoldStatus::released;
  fact.status = fact.amount > 0 ? hold.status : ended;
  return fact;
}

void emit_with_usage(Deciding& d, const HoldRecord& hold, const HoldCompleted& fact) {
  d.emit(fact);
  change_usage(d, hold, fact.used - hold.used_amount,
               (fact.counts ? 1 : 0) - static_cast<std::int64_t>(hold.used_count));
}

void complete(Deciding& d, Transaction& t, const HoldRecord& hold) {
  const HoldCompleted fact = completed(hold, t);
  emit_with_usage(d, hold, fact);
  count(d, t);
  t.fee = fact.fee;
  tell(d, t, hold.id, 0, hold.amount + hold.fee - fact.amount - fact.fee);
}

// Posts what the transaction says and ends its hold, whether that was open or had expired, or
// only acknowledged a refund. Clearing then finds money that has moved.
void complete_and_post(Deciding& d, Transaction& t, const HoldRecord& hold) {
  HoldCompleted fact = completed(hold, t);
  const MinorUnits amount = hold.is_open() ? fact.amount : t.amount;
  t.fee = hold.is_open() ? fact.fee : t.fee;
  fact.amount = 0;
  fact.fee = 0;
  fact.financial = true;
  fact.status = amount > 0 ? HoldStatus::cleared : fact.status;
  emit_with_usage(d, hold, fact);
  post_money(d, t, amount, hold.id);
  count(d, t);
  const MinorUnits change = (is_debit(t.asked.operation) ? -amount : amount) - t.fee;
  tell(d, t, hold.id, change, change + hold.amount + hold.fee);
}

bool is_same_amount(const HoldRecord& hold, const Transaction& t) {
  return hold.transaction_currency == t.asked.transaction.currency &&
         hold.transaction_remaining == t.transaction_amount;
}

void raise(Deciding& d, const Transaction& t, ExceptionCode code, HoldId hold) {
  d.raise(code, t.account.number, hold, t.asked.transaction, t.asked.keys.rrn.view());
  tell(d, t, hold, 0, 0);
}

}  // namespace

void decide_advice(Deciding& d, Transaction& t) {
  const bool posts = t.moves_now();
  const auto open = is_debit(t.asked.operation) ? find_open_hold(d.state, t) : std::nullopt;
  if (open && t.is_increment() && t.amount > 0 &&
      open->transaction_currency == t.asked.transaction.currency) {
    d.why->original = open->id;
    if (set_fee_of_increment(d, t, *open) != Decline::none) t.fee = 0;
    return decide_increment(d, t, *open);
  }
  // An increment that cannot be added completes nothing: it stands for itself.
  if (open && !t.is_increment()) {
    d.why->original = open->id;
    return posts ? complete_and_post(d, t, *open) : complete(d, t, *open);
  }
  if (const auto ended = find_ended(d.state, t.asked)) {
    d.why->original = ended->id;
    const bool cleared = ended->clearing_count > 0;
    const bool moved = ended->posted_amount != 0 || cleared;
    if (moved && (!posts || cleared || is_same_amount(*ended, t))) {
      // Said again, or late, of whatever amount: clearing brings what is still missing.
      const auto code =
          cleared ? ExceptionCode::advice_after_clearing : ExceptionCode::second_posting;
      return raise(d, t, code, ended->id);
    }
    // A hold of which nothing is left cannot say what remains in another currency: the posting
    // then stands for itself, and can be reversed by itself.
    const bool comparable = ended->transaction_currency == t.asked.transaction.currency ||
                            ended->transaction_remaining > 0;
    if (!moved && posts && comparable) return complete_and_post(d, t, *ended);
    if (!moved && ended->kind == HoldKind::acknowledgement) return tell(d, t, ended->id, 0, 0);
  }
  if (t.amount == 0) return raise(d, t, ExceptionCode::advice_not_applied, HoldId{});
  if (posts) return post_now(d, t);
  if (is_debit(t.asked.operation)) return place_hold(d, t);
  acknowledge(d, t);
}

}  // namespace engine
