#include "decide.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "decision_record.hpp"

namespace engine {
namespace {

struct Lookup {
  std::optional<RequestRecord> first_answer;
  bool reversed_before_arrival = false;
  bool full = false;
  std::uint8_t free_ordinal = 0;
};

Lookup look_up(const State& state, const Request& request) {
  Lookup found;
  for (std::uint8_t ordinal = 0;; ++ordinal) {
    if (ordinal == request_ordinal_max) {
      found.full = true;
      return found;
    }
    auto record = state.requests.get({request.key, ordinal});
    if (!record) {
      found.free_ordinal = ordinal;
      return found;
    }
    if (record->state == RequestState::reversed_before_arrival) {
      found.reversed_before_arrival |=
          may_be_same(name_of(*record), {request.rrn, request.terminal, request.acquirer});
    } else if (record->variant == request.variant) {
      found.first_answer = record;
      return found;
    }
  }
}

// A reversal that carried no original data waits for its original under the card and RRN.
bool reversed_by_rrn(const State& state, const CommandBody& body) {
  const auto* authorize = std::get_if<Authorize>(&body);
  if (authorize == nullptr || state.meta.reversed_by_rrn_count == 0) return false;
  if (authorize->keys.rrn.empty()) return false;
  return state.requests.get({rrn_request_key(authorize->token, authorize->keys.rrn.view()), 0})
      .has_value();
}

std::optional<Explanation> what_was_asked(const CommandBody& body) {
  Explanation why;
  if (const auto* authorize = std::get_if<Authorize>(&body)) {
    why.kind = authorize->kind;
    why.operation = authorize->operation;
    why.channel = authorize->channel;
    why.region = authorize->region;
    why.token = authorize->token;
    why.rrn = authorize->keys.rrn;
    why.transaction = authorize->transaction;
    why.billing = authorize->billing;
    return why;
  }
  if (const auto* reverse = std::get_if<Reverse>(&body)) {
    why.kind = reverse->is_advice ? AuthorizationKind::advice : AuthorizationKind::request;
    why.is_reversal = true;
    why.token = reverse->token;
    why.rrn = reverse->rrn;
    why.transaction = reverse->transaction;
    return why;
  }
  return std::nullopt;
}

void decide_body(Deciding& d) {
  struct Visitor {
    Deciding& d;
    void operator()(const PutAccount& c) { decide_put_account(d, c); }
    void operator()(const PutCard& c) { decide_put_card(d, c); }
    void operator()(const ChangeCard& c) { decide_change_card(d, c); }
    void operator()(const Authorize& c) { decide_authorize(d, c); }
    void operator()(const Reverse& c) { decide_reverse(d, c); }
    void operator()(const PlaceHold& c) { decide_place_hold(d, c); }
    void operator()(const ReleaseHold& c) { decide_release_hold(d, c); }
    void operator()(const PostClearing& c) { decide_post_clearing(d, c); }
    void operator()(const ExpireDue& c) { decide_expire_due(d, c); }
    void operator()(const Reconcile& c) { decide_reconcile(d, c); }
    void operator()(const CutOver& c) { decide_cut_over(d, c); }
    void operator()(const PutFxRates& c) { decide_put_fx_rates(d, c); }
    void operator()(const BeginClearingFile& c) { decide_begin_clearing_file(d, c); }
    void operator()(const FinishClearingFile& c) { decide_finish_clearing_file(d, c); }
    void operator()(const Post& c) { decide_post(d, c); }
    void operator()(const OpenBatch& c) { decide_open_batch(d, c); }
    void operator()(const CloseBatch& c) { decide_close_batch(d, c); }
    void operator()(const DeleteBatch& c) { decide_delete_batch(d, c); }
    void operator()(const QueueBatch& c) { decide_queue_batch(d, c); }
    void operator()(const CloseDueBatch&) { decide_close_due_batch(d); }
    void operator()(const ConfirmExport& c) { decide_confirm_export(d, c); }
    void operator()(const AnswerItems& c) { decide_answer_items(d, c); }
    void operator()(const ResolveItem& c) { decide_resolve_item(d, c); }
    void operator()(const SetCoreDay& c) { decide_set_core_day(d, c); }
    void operator()(const TakeCoreBalances& c) { decide_take_core_balances(d, c); }
  };
  std::visit(Visitor{d}, d.command.body);
}

}  // namespace

Answer decide(const State& state, const Rules& rules, const Command& command, Event& event) {
  event.reset();
  event.sequence = state.meta.last_sequence + 1;
  // Time never runs backwards in the ledger, even if the clock of the machine does, or a command
  // was overtaken on its way; and a business date that closed never changes.
  event.at = std::max(command.now, state.meta.last_command_at);
  event.business_date = std::max(command.business_date, state.meta.last_business_date);
  Deciding d(state, rules, command, event);
  d.why = what_was_asked(command.body);

  bool reversed = false;
  if (command.request) {
    const Lookup found = look_up(state, command.request);
    if (found.first_answer) {
      const DecisionNumber number = found.first_answer->decision;
      const DecisionRecord first = *state.decisions.get(number);
      if (found.first_answer->content == command.request.content) return first_answer(first);
      if (command.request.refusable) {
        d.decline(Decline::same_key_other_content);
      } else {
        d.raise(ExceptionCode::same_key_other_content, first.account, first.hold, {}, {});
      }
      if (d.why) {
        d.why->first_answer = number.value;
        d.decision().account = first.account;
        d.decision().currency = first.currency;
        event.keeps_answer = true;
        d.emit(DecisionExplained{*d.why});
      }
      return {event.decision, false, false, command.request.echo};
    }
    if (found.full) {
      d.decline(Decline::overloaded);
      return {event.decision, false, false, command.request.echo};
    }
    event.request = command.request;
    event.request_ordinal = found.free_ordinal;
    reversed = found.reversed_before_arrival || reversed_by_rrn(state, command.body);
  }
  if (reversed) {
    d.decline(Decline::already_reversed);
  } else {
    decide_body(d);
  }
  d.close_full_batch();
  if (command.request && d.why) d.emit(DecisionExplained{*d.why});
  return {event.decision, false, !event.effects.empty(), command.request.echo};
}

void Deciding::explain_account(const AccountRecord& account) {
  event.decision.account = account.number;
  event.decision.currency = account.currency;
  if (!why) return;
  why->ledger = account.ledger();
  why->held = account.held;
  why->overdraft_limit = account.overdraft_limit;
}

void Deciding::raise(ExceptionCode code, AccountNumber account, HoldId hold, const Money& amount,
                     std::string_view reference) {
  emit(ExceptionRaised{code, account, hold, amount, Reference::cut(reference)});
  for (ExceptionCode& slot : event.decision.exceptions) {
    if (slot == ExceptionCode{}) {
      slot = code;
      return;
    }
  }
}

FixedText<6> Deciding::next_auth_code() const {
  // Never 000000, which some read as "no approval".
  std::uint64_t number = 1 + event.sequence % 999'999;
  std::array<char, 6> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number /= 10) {
    *digit = static_cast<char>('0' + number % 10);
  }
  return FixedText<6>::cut({digits.data(), digits.size()});
}

bool can_post(const State& state, const AccountRecord& account, MinorUnits amount) {
  if (amount > amount_max || amount < -amount_max) return false;
  const MinorUnits ledger = account.ledger() + amount;
  if (ledger > balance_max || ledger < -balance_max) return false;
  const LedgerRecord totals = state.ledger_of(account.currency);
  // Every internal account moves by at most this amount.
  constexpr MinorUnits total_max = std::numeric_limits<MinorUnits>::max() / 2;
  auto fits = [amount](MinorUnits total) {
    return total < total_max - amount_max && total > -total_max + amount_max &&
           checked_add(total, amount).has_value();
  };
  if (!fits(totals.customers)) return false;
  return std::all_of(std::begin(totals.internal), std::end(totals.internal), fits);
}

bool can_hold(const AccountRecord& account, MinorUnits amount) {
  return amount >= 0 && amount <= amount_max && account.held <= balance_max - amount;
}

MovementPosted movement(const AccountRecord& account, MovementKind kind, MinorUnits amount,
                        InternalAccount other_side, HoldId hold, std::string_view reference) {
  MovementPosted posted;
  posted.account = account.number;
  posted.kind = kind;
  posted.amount = amount;
  posted.legs[0].account = other_side;
  posted.legs[0].amount = -amount;
  posted.hold = hold;
  posted.reference = Reference::cut(reference);
  return posted;
}

MovementPosted fee_movement(const AccountRecord& account, MinorUnits fee, HoldId hold,
                            std::string_view reference) {
  return movement(account, MovementKind::fee, -fee, InternalAccount::fee_income, hold, reference);
}
MovementPosted fee_return(const AccountRecord& account, MinorUnits fee, HoldId hold,
                          std::string_view reference) {
  return movement(account, MovementKind::fee_return, fee, InternalAccount::fee_income, hold,
                  reference);
}

Decline refusal_by_status(const CardRecord& card, const AccountRecord& account, bool debit,
                          BusinessDate today) {
  if (card.status == CardStatus::lost) return Decline::lost_card;
  if (card.status == CardStatus::stolen) return Decline::stolen_card;
  if (card.expiry_yymm < yymm(today)) return Decline::expired_card;
  if (card.status != CardStatus::active) return Decline::card_blocked;
  if (account.status == AccountStatus::blocked) return Decline::account_blocked;
  if (account.status == AccountStatus::debit_blocked && debit) return Decline::account_blocked;
  if (account.status == AccountStatus::closed) return Decline::account_closed;
  return Decline::none;
}

std::uint16_t yymm(BusinessDate date) {
  const std::chrono::year_month_day civil{std::chrono::sys_days{std::chrono::days{date.days}}};
  return static_cast<std::uint16_t>((static_cast<int>(civil.year()) % 100) * 100 +
                                    static_cast<int>(static_cast<unsigned>(civil.month())));
}

}  // namespace engine
