// Accounts and cards: opened, changed, issued.
#include "decide.hpp"

namespace engine {
namespace {

Decline refuse_new(const State& state, const PutAccount& command, CurrencyCode currency) {
  if (command.must_exist) return Decline::unknown_account;
  if (!currency) return Decline::currency_missing;
  const MinorUnits booked = command.booked.value_or(0);
  AccountRecord empty;
  empty.currency = currency;
  if (!can_post(state, empty, booked)) return Decline::overflow;
  return Decline::none;
}

// Own rules that a record of the store can count.
constexpr std::size_t own_rules_max = 32;

// A card's own rules are about the card, an account's about it or each of its cards: wider ones
// would not see what others use.
Decline refuse_limits(const std::optional<std::vector<LimitRule>>& limits, LimitScope widest) {
  if (!limits) return Decline::none;
  if (limits->size() > own_rules_max) return Decline::overflow;
  const bool too_wide =
      std::any_of(limits->begin(), limits->end(),
                  [widest](const LimitRule& rule) { return rule.scope > widest; });
  return too_wide ? Decline::not_permitted : Decline::none;
}

// A name that is misspelt would leave the card without limits. A bank without any profile has none
// that could be misspelt.
bool is_unknown(const Rules& rules, const std::optional<LimitProfileName>& profile) {
  return !rules.limits().empty() && profile && !profile->empty() &&
         rules.limit_profile(*profile) == nullptr;
}

void put_limits(Deciding& d, const CardToken& token, AccountNumber account,
                const std::optional<std::vector<LimitRule>>& limits) {
  if (!limits) return;
  d.emit(LimitRulesPut{token, account, static_cast<std::uint8_t>(limits->size())});
  std::uint8_t ordinal = 0;
  for (const LimitRule& rule : *limits) d.emit(LimitRulePut{token, account, ordinal++, rule});
}

}  // namespace

void decide_put_account(Deciding& d, const PutAccount& command) {
  const auto existing = d.state.account(command.id);
  const CurrencyCode currency = command.currency.value_or(CurrencyCode{});
  const MinorUnits overdraft =
      command.overdraft_limit.value_or(existing ? existing->overdraft_limit : 0);
  if (overdraft < 0 || overdraft > amount_max) return d.decline(Decline::bad_amount);
  if (const Decline reason = refuse_limits(command.limits, LimitScope::account);
      reason != Decline::none) {
    return d.decline(reason);
  }
  if (existing) {
    if (currency && currency != existing->currency) {
      return d.decline(Decline::account_exists_in_other_currency);
    }
    d.decision().account = existing->number;
    put_limits(d, {}, existing->number, command.limits);
    const AccountStatus status = command.status.value_or(existing->status);
    if (status == existing->status && overdraft == existing->overdraft_limit) return;
    d.emit(AccountChanged{existing->number, status, overdraft});
    return;
  }
  if (Decline reason = refuse_new(d.state, command, currency); reason != Decline::none) {
    return d.decline(reason);
  }

  AccountOpened opened;
  opened.number = AccountNumber{d.state.meta.account_count + 1};
  opened.id = command.id;
  opened.currency = currency;
  opened.status = command.status.value_or(AccountStatus::active);
  opened.overdraft_limit = overdraft;
  d.emit(opened);
  d.decision().account = opened.number;
  d.decision().created = true;
  put_limits(d, {}, opened.number, command.limits);
  if (const MinorUnits booked = command.booked.value_or(0); booked != 0) {
    AccountRecord account;
    account.number = opened.number;
    d.emit(movement(account, MovementKind::opening, booked, InternalAccount::core, HoldId{},
                    "opening balance"));
  }
}

void decide_put_card(Deciding& d, const PutCard& command) {
  const auto account = d.state.account(command.account_id);
  if (!account) return d.decline(Decline::unknown_account);
  const auto existing = d.state.cards.get(command.token);
  if (existing && existing->account != account->number) {
    return d.decline(Decline::card_of_other_account);
  }
  if (is_unknown(d.rules, command.limit_profile)) {
    return d.decline(Decline::unknown_limit_profile);
  }

  CardPut card;
  card.token = command.token;
  card.account = account->number;
  card.pan_masked = command.pan_masked;
  card.expiry_yymm = command.expiry_yymm;
  card.issued = !existing;
  card.status = command.status.value_or(existing ? existing->status : CardStatus::active);
  card.limit_profile =
      command.limit_profile.value_or(existing ? existing->limit_profile : LimitProfileName{});
  d.decision().account = account->number;
  d.decision().created = card.issued;
  if (existing && existing->status == card.status && existing->expiry_yymm == card.expiry_yymm &&
      existing->limit_profile == card.limit_profile) {
    return;
  }
  d.emit(card);
}

void decide_change_card(Deciding& d, const ChangeCard& command) {
  const auto existing = d.state.cards.get(command.token);
  if (!existing) return d.decline(Decline::unknown_card);
  if (is_unknown(d.rules, command.limit_profile)) {
    return d.decline(Decline::unknown_limit_profile);
  }
  if (const Decline reason = refuse_limits(command.limits, LimitScope::card);
      reason != Decline::none) {
    return d.decline(reason);
  }
  CardPut card;
  card.token = command.token;
  card.account = existing->account;
  card.pan_masked = existing->pan_masked;
  card.expiry_yymm = existing->expiry_yymm;
  card.status = command.status.value_or(existing->status);
  card.limit_profile = command.limit_profile.value_or(existing->limit_profile);
  d.decision().account = existing->account;
  d.emit(card);
  put_limits(d, command.token, {}, command.limits);
}

}  // namespace engine
