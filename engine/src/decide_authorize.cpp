// A card transaction at authorization: a hold, a top-up, an acknowledgement, or a check alone.
#include "decide.hpp"

namespace engine {
namespace {

bool carries_money(Operation operation) {
  return operation != Operation::verification && operation != Operation::inquiry;
}

// A transaction of something that is billed as nothing would be bought for nothing.
bool is_positive(const Authorize& command) {
  return command.transaction.amount > 0 &&
         (!command.billing.currency || command.billing.amount > 0);
}

// Which amount counts: the billing amount in the account's currency, else the transaction's,
// else the transaction's converted at the bank's rate.
std::optional<MinorUnits> amount_in(CurrencyCode currency, const Authorize& command,
                                    const FxRates& fx, FxSide side) {
  if (!carries_money(command.operation)) return 0;
  if (command.billing.currency == currency) return command.billing.amount;
  return fx.convert(command.transaction, currency, side);
}

Instant expiry(const Deciding& d, const Authorize& command, HoldKind kind) {
  const int days = d.rules.lifetimes.days(command.keys.mcc, kind, command.channel);
  // Buckets of expiry are whole seconds; a hold never ends early.
  return Instant::from_seconds((d.event.at.microseconds + 999'999) / 1'000'000 + days * 86'400LL);
}

HoldPlaced hold_placed(Deciding& d, const Authorize& command, const AccountRecord& account,
                       HoldKind kind, MinorUnits amount) {
  HoldPlaced hold;
  hold.id = d.next_hold_id();
  hold.account = account.number;
  hold.token = command.token;
  hold.kind = kind;
  hold.operation = command.operation;
  hold.channel = command.channel;
  hold.amount = amount;
  hold.transaction = command.transaction;
  hold.keys = command.keys;
  hold.keys.auth_code = d.next_auth_code();
  return hold;
}

void tell_balance(Decision& decision, const AccountRecord& account, MinorUnits ledger_change,
                  MinorUnits available_change) {
  decision.has_balance = true;
  decision.ledger = account.ledger() + ledger_change;
  decision.available = account.available() + available_change;
}

}  // namespace

void decide_authorize(Deciding& d, const Authorize& command) {
  const bool debit = is_debit(command.operation) || command.operation == Operation::verification;
  if (command.operation == Operation::unsupported) return d.decline(Decline::unsupported_operation);
  if (carries_money(command.operation) && !is_positive(command)) {
    return d.decline(Decline::bad_amount);
  }
  const auto card = d.state.cards.get(command.token);
  if (!card) return d.decline(Decline::unknown_card);
  const AccountRecord account = *d.state.accounts.get(card->account);
  d.decision().account = account.number;
  d.decision().currency = account.currency;
  const Decline refusal = refusal_by_status(*card, account, debit, d.event.business_date);
  if (refusal != Decline::none) return d.decline(refusal);
  const FxSide side = is_debit(command.operation) ? FxSide::sell : FxSide::buy;
  const auto amount = amount_in(account.currency, command, d.rules.fx, side);
  if (!amount || *amount < 0) return d.decline(Decline::no_rate);
  const bool is_hold = is_debit(command.operation);
  if (is_hold && !can_hold(account, *amount)) return d.decline(Decline::overflow);
  if (is_top_up(command.operation) && !can_post(d.state, account, *amount)) {
    return d.decline(Decline::overflow);
  }
  if (is_hold && account.available() < *amount) return d.decline(Decline::insufficient_funds);

  // After this point, the transaction is approved.
  Decision& decision = d.decision();
  decision.auth_code = d.next_auth_code();
  decision.amount = *amount;
  if (is_hold) {
    const HoldKind kind =
        command.preauthorization ? HoldKind::preauthorization : HoldKind::authorization;
    HoldPlaced& hold = d.emit(hold_placed(d, command, account, kind, *amount));
    hold.expires_at = expiry(d, command, kind);
    decision.hold = hold.id;
    tell_balance(decision, account, 0, -*amount);
  } else if (is_top_up(command.operation)) {
    const HoldId id = d.emit(hold_placed(d, command, account, HoldKind::posting, *amount)).id;
    d.emit(movement(account, MovementKind::top_up, *amount, InternalAccount::settlement, id,
                    command.keys.rrn.view()));
    decision.hold = id;
    tell_balance(decision, account, *amount, *amount);
  } else if (command.operation == Operation::refund) {
    decision.hold = d.emit(hold_placed(d, command, account, HoldKind::acknowledgement, *amount)).id;
    tell_balance(decision, account, 0, 0);
  } else {
    tell_balance(decision, account, 0, 0);
  }
}

}  // namespace engine
