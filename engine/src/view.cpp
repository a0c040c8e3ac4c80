#include "engine/view.hpp"

#include "decision_record.hpp"
#include "limit_usage.hpp"
#include "state.hpp"

namespace engine {
namespace {

AccountView view_of(const AccountRecord& account) {
  return {account.id,      account.currency, account.status,         account.booked,
          account.pending, account.held,     account.overdraft_limit};
}

HoldView view_of(const HoldRecord& hold, const AccountId& account_id) {
  HoldView view;
  view.id = hold.id;
  view.account_id = account_id;
  view.kind = hold.kind;
  view.status = hold.status;
  view.currency = hold.currency;
  view.amount = hold.amount;
  view.fee = hold.fee;
  view.original_amount = hold.original_amount;
  if (hold.expires_at != no_instant) view.expires_at = hold.expires_at;
  view.keys = hold.keys;
  view.reference = hold.reference;
  return view;
}

// What never held anything is kept beside the holds.
bool is_listed(const HoldRecord& hold) {
  return hold.kind != HoldKind::posting && hold.kind != HoldKind::acknowledgement &&
         hold.kind != HoldKind::clearing;
}

}  // namespace

std::optional<AccountView> View::account(const AccountId& id) const {
  const auto account = state_.account(id);
  if (!account) return std::nullopt;
  return view_of(*account);
}

std::optional<AccountView> View::account(AccountNumber number) const {
  const auto account = state_.accounts.get(number);
  if (!account) return std::nullopt;
  return view_of(*account);
}

std::optional<CardView> View::card(const CardToken& token) const {
  const auto card = state_.cards.get(token);
  if (!card) return std::nullopt;
  const auto account = state_.accounts.get(card->account);
  return CardView{token,        account->id,        card->pan_masked, card->expiry_yymm,
                  card->status, card->limit_profile};
}

std::optional<HoldView> View::hold(HoldId id) const {
  const auto hold = state_.holds.get(id);
  if (!hold || !is_listed(*hold)) return std::nullopt;
  return view_of(*hold, state_.accounts.get(hold->account)->id);
}

HoldId View::holds(const AccountId& id, bool all, HoldId from, std::size_t visits_max,
                   std::vector<HoldView>& found) const {
  const auto account = state_.account(id);
  if (!account) return HoldId{};
  HoldId next = from ? from : account->last_hold;
  for (std::size_t visits = 0; next && visits < visits_max; ++visits) {
    // Behind the last open one there is nothing to walk for; a later call cannot tell, since holds
    // may have ended between the two.
    if (!all && !from && found.size() == account->open_hold_count) return HoldId{};
    const HoldRecord hold = *state_.holds.get(next);
    if (is_listed(hold) && (all || hold.is_open())) found.push_back(view_of(hold, account->id));
    next = hold.previous_of_account;
  }
  return next;
}

std::vector<LedgerView> View::ledger() const {
  std::vector<LedgerView> views;
  for (int code = 1; code < 1000; ++code) {
    const auto currency = CurrencyCode::from_numeric(code);
    if (!currency) continue;
    const auto record = state_.ledger.get(*currency);
    if (!record) continue;
    LedgerView view{*currency, record->customers, {}};
    std::copy(std::begin(record->internal), std::end(record->internal), view.internal.begin());
    views.push_back(view);
  }
  return views;
}

std::vector<LimitView> View::limits(const CardToken& token, Instant at, BusinessDate date) const {
  std::vector<LimitView> views;
  const auto card = state_.cards.get(token);
  if (!card) return views;
  const AccountRecord account = *state_.accounts.get(card->account);
  const LimitSubject subject{token,
                             *card,
                             account,
                             {},
                             {},
                             {},
                             0,
                             std::max(at, state_.meta.last_command_at),
                             std::max(date, state_.meta.last_business_date)};
  for (const SourcedRule& sourced : limit_rules(state_, rules_, token, *card, account)) {
    const LimitUsage used = limit_usage(state_, rules_, sourced.rule, subject);
    views.push_back({sourced.rule, sourced.source, used.amount, used.count});
  }
  return views;
}

std::optional<AuthorizationView> View::authorization(std::uint64_t id) const {
  const auto record = state_.decisions.get(DecisionNumber{id});
  if (!record || record->explained == 0) return std::nullopt;
  AuthorizationView view;
  view.id = id;
  view.at = record->at;
  view.business_date = record->business_date;
  if (record->account) view.account_id = state_.accounts.get(record->account)->id;
  if (const auto card = state_.cards.get(record->token)) view.pan_masked = card->pan_masked;
  view.decision = first_answer(*record).decision;
  view.why = explanation_of(*record);
  return view;
}

std::vector<AuthorizationView> View::authorizations(const FixedText<12>& rrn,
                                                    std::size_t count) const {
  std::vector<AuthorizationView> views;
  DecisionNumber next = state_.decisions_by_rrn.get(rrn).value_or(DecisionNumber{});
  while (next && views.size() < count) {
    views.push_back(*authorization(next.value));
    next = state_.decisions.get(next)->previous_by_rrn;
  }
  return views;
}

FxRatesView View::fx_rates() const {
  FxRatesView view;
  view.version = state_.meta.fx_version;
  view.set_at = state_.meta.fx_set_at;
  view.rates.base = state_.meta.fx_base;
  for (int code = 1; code < 1000; ++code) {
    const auto currency = CurrencyCode::from_numeric(code);
    if (!currency) continue;
    const auto record = state_.fx_rates.get(*currency);
    if (!record || record->version != view.version) continue;
    view.rates.rates[*currency] = {ScaledRate::trusted(record->buy),
                                   ScaledRate::trusted(record->sell)};
  }
  return view;
}

std::vector<ExceptionView> View::exceptions(std::uint64_t after, std::size_t count) const {
  std::vector<ExceptionView> views;
  if (after >= state_.meta.exception_count) return views;
  for (std::uint64_t id = after + 1; id <= state_.meta.exception_count && views.size() < count;
       ++id) {
    const ExceptionRecord record = *state_.exceptions.get({id});
    ExceptionView view;
    view.id = id;
    view.at = record.at;
    view.code = record.code;
    if (record.account) view.account_id = state_.accounts.get(record.account)->id;
    view.hold = record.hold;
    view.amount = {record.amount, record.currency};
    view.reference = record.reference;
    views.push_back(view);
  }
  return views;
}

}  // namespace engine
