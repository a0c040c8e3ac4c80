// post_clearing: one record finds its hold, releases it and posts, in one event.
#include "fx.hpp"
#include "limit_usage.hpp"
#include "matching.hpp"

namespace engine {
namespace {

// How far a final amount may lie above the hold before a person should look, in percent.
int tolerance_percent(const HoldRecord& hold) {
  static const std::vector<MccRange> tips{{4121, 4121}, {5812, 5814}, {7230, 7230}, {7298, 7298}};
  static const std::vector<MccRange> lodging{{3501, 3790}, {7011, 7011}};
  if (contains(tips, hold.keys.mcc)) return 20;
  if (contains(lodging, hold.keys.mcc) || hold.channel == Channel::ecommerce) return 15;
  return 0;
}

bool beyond_tolerance(const HoldRecord& hold, MinorUnits held, MinorUnits amount) {
  const auto allowed = multiply_divide(held, 100 + tolerance_percent(hold), 100);
  return !allowed || amount > *allowed;
}

// The record's amount in the account's currency: as billed, else the transaction's, else that at
// the clearing day's rate.
std::optional<MinorUnits> amount_in(const State& state, CurrencyCode currency,
                                    const PostClearing& record) {
  if (record.billing.currency == currency) return record.billing.amount;
  const FxSide side = is_debit(record.operation) ? FxSide::sell : FxSide::buy;
  const auto converted = convert(state, record.transaction, currency, side);
  if (!converted) return std::nullopt;
  return converted->amount;
}

// The newest presentment on the hold that no reversal has given back, of the record's amount.
std::optional<ClearingIdentity> unreversed_presentment(const State& state, const HoldRecord& hold,
                                                       MinorUnits amount) {
  for (ClearingIdentity identity = hold.last_clearing; identity != ClearingIdentity{};) {
    const ClearingRecordState record = *state.clearing_records.get(identity);
    const MinorUnits moved = record.posted_amount + record.confirmed_amount;
    const bool is_reversal = record.match == MatchMethod::presentment;
    const bool fits = record.reversed == 0 && !is_reversal;
    if (fits && (moved < 0 ? -moved : moved) == amount) return identity;
    identity = record.previous_of_hold;
  }
  return std::nullopt;
}

void reject(Deciding& d, Decline reason) {
  d.decline(reason);
  d.decision().clearing = ClearingOutcome::rejected;
}

class Clearing {
 public:
  Clearing(Deciding& d, const PostClearing& record, const Match& match,
           const AccountRecord& account, MinorUnits amount)
      : d_(d), record_(record), match_(match), account_(account), amount_(amount) {
    fact_.identity = record.identity;
    fact_.file = record.file;
    fact_.record_number = record.record_number;
    fact_.account = account.number;
    fact_.match = match.method;
    if (match.hold) fact_.hold = match.hold->id;
  }

  void presentment() {
    if (account_.status != AccountStatus::active) raise(ExceptionCode::account_not_active);
    if (!match_.hold) return unmatched();
    const HoldRecord& hold = *match_.hold;
    if (match_.ambiguous) raise(ExceptionCode::ambiguous_match);
    const bool moved_at_authorization = hold.posted_amount != 0 && hold.finally_cleared == 0;
    if (moved_at_authorization) return confirm(hold);
    look_at(hold);
    release_or_mark(hold);
    post(ClearingOutcome::posted_matched);
    post_fee(hold);
  }

  // A second presentment debits again; what it was held by has mostly ended with the first.
  void second_presentment() {
    if (account_.status != AccountStatus::active) raise(ExceptionCode::account_not_active);
    std::optional<HoldRecord> hold = match_.hold;
    if (!hold) hold = hold_of_first_presentment();
    if (!hold) return unmatched();
    release_or_mark(*hold);
    post(ClearingOutcome::posted_matched);
    post_fee(*hold);
  }

  // Nothing for the customer: the dispute is between the banks.
  void chargeback() {
    raise(ExceptionCode::chargeback);
    finish(ClearingOutcome::matched_only, 0);
  }

  // Gives back what the presentment posted, once. Without it nothing is recorded: when it has
  // come, the reversal can be sent again.
  void reversal() {
    const auto identity = find_presentment();
    if (!identity) return reject(d_, Decline::original_not_found);
    const ClearingRecordState presentment = *d_.state.clearing_records.get(*identity);
    fact_.match = MatchMethod::presentment;
    fact_.hold = presentment.hold;
    fact_.reversed_presentment = *identity;
    if (is_resolved(presentment)) {
      raise(ExceptionCode::posting_was_resolved);
      return finish(ClearingOutcome::matched_only, 0);
    }
    const MinorUnits gives_back = -(presentment.posted_amount + presentment.confirmed_amount);
    if (!can_post(d_.state, account_, gives_back)) return reject(d_, Decline::overflow);
    if (gives_back != 0) emit_movement(MovementKind::clearing_reversal, gives_back);
    if (presentment.confirms != 0) book_rate_result(gives_back, !is_debit(record_.operation));
    finish(gives_back != 0 ? ClearingOutcome::posted_matched : ClearingOutcome::matched_only,
           gives_back);
  }

 private:
  std::optional<ClearingIdentity> find_presentment() const {
    const auto named = d_.state.clearing_records.get(record_.presentment);
    if (named && record_.presentment != record_.identity) {
      const bool can_be_reversed = named->reversed == 0 && named->account == account_.number &&
                                   named->match != MatchMethod::presentment;
      if (can_be_reversed) return record_.presentment;
      return std::nullopt;
    }
    // An ARN names one presentment. Without it the identity says nothing: the hold does.
    if (record_.has_arn) return std::nullopt;
    const auto presentment_of = [this](const HoldRecord& hold) {
      return unreversed_presentment(d_.state, hold, amount_);
    };
    const Match match = find_hold(d_.state, record_, d_.event.at, [&](const HoldRecord& hold) {
      return presentment_of(hold).has_value();
    });
    if (!match.hold) return std::nullopt;
    return presentment_of(*match.hold);
  }

  // A second presentment has its ARN, whatever else it says.
  std::optional<HoldRecord> hold_of_first_presentment() {
    const auto first = d_.state.clearing_records.get(record_.presentment);
    const bool fits = first && first->hold && first->account == account_.number &&
                      first->match != MatchMethod::presentment;
    if (!fits) return std::nullopt;
    fact_.match = MatchMethod::first_presentment;
    fact_.hold = first->hold;
    return d_.state.holds.get(first->hold);
  }

  // Posts all the same. What comes later about it, a reversal, a second presentment, an advice that
  // is late, finds what stands in for its authorization.
  void unmatched() {
    raise(ExceptionCode::unmatched_clearing);
    HoldPlaced placed;
    placed.id = d_.next_hold_id();
    placed.account = account_.number;
    placed.token = record_.token;
    placed.kind = HoldKind::clearing;
    placed.operation = record_.operation;
    placed.amount = amount_;
    placed.transaction = record_.transaction;
    placed.keys = record_.keys;
    d_.emit(placed);
    fact_.hold = placed.id;
    HoldReduced reduced;
    reduced.id = placed.id;
    reduced.cleared = amount_;
    reduced.is_final = record_.final;
    reduced.status = HoldStatus::cleared;
    d_.emit(reduced);
    post(ClearingOutcome::posted_unmatched);
  }

  // Whether a person has undone or moved what it posted, or what it confirmed.
  bool is_resolved(const ClearingRecordState& presentment) const {
    if (presentment.confirmed_amount != 0 &&
        d_.state.holds.get(presentment.hold)->posting_resolved != 0) {
      return true;
    }
    if (presentment.movement == 0) return false;
    const auto movement = *d_.state.movements.get({account_.number, presentment.movement});
    if (!movement.batch) return false;
    const auto item = *d_.state.batch_items.get({movement.batch, movement.item});
    return item.status == ItemStatus::undone || item.status == ItemStatus::moved;
  }

  void look_at(const HoldRecord& hold) {
    if (hold.status == HoldStatus::expired) raise(ExceptionCode::cleared_after_expiry);
    if (hold.status == HoldStatus::released) raise(ExceptionCode::cleared_after_release);
    const bool again = hold.finally_cleared != 0;
    if (again || (hold.is_open() && beyond_tolerance(hold, hold.amount, amount_))) {
      raise(ExceptionCode::over_clearing);
    }
  }

  // What earlier records said of the money that moved at authorization, in the posting's direction.
  struct Told {
    MinorUnits confirmed = 0;     // and posted again, by records that were not reversed
    MinorUnits given_back = 0;    // by reversals of such records
    MinorUnits posted_again = 0;  // of what was given back
    MinorUnits posted = 0;        // of the same hold, before the rest moved
    MinorUnits unposted = 0;      // of that, by reversals
  };
  Told told_before(const HoldRecord& hold) const {
    Told told;
    const MinorUnits direction = hold.posted_amount > 0 ? 1 : -1;
    for (ClearingIdentity identity = hold.last_clearing; identity != ClearingIdentity{};) {
      const ClearingRecordState record = *d_.state.clearing_records.get(identity);
      identity = record.previous_of_hold;
      if (record.match == MatchMethod::presentment) continue;
      const MinorUnits posted = direction * record.posted_amount;
      if (record.confirms == 0) {
        if (record.match == MatchMethod::first_presentment) continue;
        told.posted += posted;
        if (record.reversed != 0) told.unposted += posted;
        continue;
      }
      (record.reversed != 0 ? told.given_back : told.confirmed) +=
          direction * record.confirmed_amount + posted;
      told.posted_again += posted;
    }
    return told;
  }

  // The record's part of what moved, in the account's currency.
  MinorUnits part_of(const HoldRecord& hold, MinorUnits moved) const {
    if (record_.transaction.currency != hold.transaction_currency) return amount_;
    if (record_.transaction.currency == account_.currency) return record_.transaction.amount;
    if (hold.transaction_remaining == 0) return amount_;
    return multiply_divide(moved, record_.transaction.amount, hold.transaction_remaining)
        .value_or(amount_);
  }

  // Whether the last record leaves a difference to what moved. Parts of converted amounts are
  // rounded, each by itself.
  bool differs(const HoldRecord& hold, MinorUnits part, MinorUnits open) const {
    if (!record_.final || record_.transaction.currency != hold.transaction_currency) return false;
    if (hold.clearing_count == 0) return record_.transaction.amount != hold.transaction_remaining;
    const bool is_rounded = hold.transaction_currency != account_.currency;
    const MinorUnits slack = is_rounded ? MinorUnits{hold.clearing_count} + 1 : 0;
    return part > open + slack || part < open - slack;
  }

  // The money moved at authorization: the record only says what the networks settled. What
  // reversals of such records gave back is posted when it is presented again.
  void confirm(const HoldRecord& hold) {
    const MinorUnits direction = hold.posted_amount > 0 ? 1 : -1;
    const MinorUnits moved = direction * hold.posted_amount;
    const Told told = told_before(hold);
    const MinorUnits open =
        std::max<MinorUnits>(moved - told.given_back + told.posted_again - told.confirmed, 0);
    const MinorUnits part = part_of(hold, moved + told.posted);
    const MinorUnits confirmed = record_.final ? open : std::min(part, open);
    MinorUnits again = std::clamp<MinorUnits>(part - confirmed, 0,
                                              told.given_back + told.unposted - told.posted_again);
    // What a person has undone or moved is not this account's any more.
    if (hold.posting_resolved != 0 || !can_post(d_.state, account_, direction * again)) again = 0;
    if (differs(hold, part, open + again)) raise(ExceptionCode::posting_differs);
    mark_cleared(hold, confirmed + again);
    if (again != 0) emit_movement(MovementKind::clearing, direction * again);
    book_rate_result(direction * (confirmed + again), direction > 0);
    fact_.confirms = true;
    fact_.confirmed = direction * confirmed;
    finish(again != 0 ? ClearingOutcome::posted_matched : ClearingOutcome::matched_only,
           direction * again);
  }

  // What the bank gained or lost between what it moved for the customer and what the networks
  // settle, at the clearing day's rate: a credit's at the buy side, a debit's at the sell side. A
  // reversal takes both back.
  void book_rate_result(MinorUnits moved, bool credit) {
    const Money settled = record_.settlement.currency ? record_.settlement : record_.transaction;
    const FxSide side = credit ? FxSide::buy : FxSide::sell;
    const auto converted = convert(d_.state, settled, account_.currency, side);
    const auto fits = [this](CurrencyCode currency, MinorUnits amount) {
      AccountRecord internal;
      internal.currency = currency;
      return can_post(d_.state, internal, amount);
    };
    if (!converted || !fits(account_.currency, converted->amount) ||
        !fits(settled.currency, settled.amount) || !fits(account_.currency, moved)) {
      return raise(ExceptionCode::rate_result_unknown);
    }
    const bool comes_in = credit != record_.reversal;
    const MinorUnits paid = comes_in ? converted->amount : -converted->amount;
    const MinorUnits settlement = comes_in ? settled.amount : -settled.amount;
    const MinorUnits result = paid - moved;
    if (settled.currency == account_.currency) {
      if (result == 0) return;
      d_.emit(InternalPosted{
          account_.currency,
          {{-result, InternalAccount::settlement}, {result, InternalAccount::fx_result}},
          fact_.hold});
    } else {
      // The settlement is in the other currency: the position takes it over.
      d_.emit(InternalPosted{account_.currency,
                             {{moved, InternalAccount::settlement},
                              {-paid, InternalAccount::fx_position},
                              {result, InternalAccount::fx_result}},
                             fact_.hold});
      d_.emit(InternalPosted{
          settled.currency,
          {{-settlement, InternalAccount::settlement}, {settlement, InternalAccount::fx_position}},
          fact_.hold});
    }
    d_.decision().fx_result = result;
  }

  // The fee is known since the authorization, and due with the first record.
  void post_fee(const HoldRecord& hold) {
    if (!hold.is_open() || hold.fee == 0) return;
    d_.emit(fee_movement(account_, hold.fee, hold.id, hold.keys.rrn.view()));
  }

  void release_or_mark(const HoldRecord& hold) {
    if (hold.is_open()) {
      release(hold);
    } else {
      mark_cleared(hold, amount_);
    }
  }
  void release(const HoldRecord& hold) {
    HoldReduced reduced;
    reduced.id = hold.id;
    reduced.cleared = amount_;
    reduced.amount = record_.final ? hold.amount : std::min(amount_, hold.amount);
    reduced.fee = hold.fee;
    reduced.is_final = record_.final;
    reduced.status = record_.final ? HoldStatus::cleared : HoldStatus::partially_cleared;
    if (record_.final) {
      // What ends without a posting is not used; what is cleared above the hold uses no more.
      const MinorUnits cleared = hold.cleared_amount + amount_;
      reduced.unused = std::max<MinorUnits>(hold.used_amount - cleared, 0);
      change_usage(d_, hold, -reduced.unused, 0);
    }
    d_.emit(reduced);
  }
  void mark_cleared(const HoldRecord& hold, MinorUnits cleared) {
    HoldReduced reduced;
    reduced.id = hold.id;
    reduced.cleared = cleared;
    reduced.is_final = record_.final;
    // A hold that expired or was released is found by its clearing all the same, and is cleared.
    reduced.status = record_.final ? HoldStatus::cleared : hold.status;
    d_.emit(reduced);
  }

  void post(ClearingOutcome outcome) {
    const bool debit = is_debit(record_.operation);
    const MinorUnits amount = debit ? -amount_ : amount_;
    const bool refund = record_.operation == Operation::refund;
    emit_movement(refund ? MovementKind::refund : MovementKind::clearing, amount);
    finish(outcome, amount);
  }
  void emit_movement(MovementKind kind, MinorUnits amount) {
    const std::string_view reference =
        record_.arn.empty() ? record_.keys.rrn.view() : record_.arn.view();
    d_.emit(movement(account_, kind, amount, InternalAccount::settlement, fact_.hold, reference));
  }

  void finish(ClearingOutcome outcome, MinorUnits posted) {
    fact_.outcome = outcome;
    fact_.posted = posted;
    Decision& decision = d_.decision();
    decision.clearing = outcome;
    decision.match = fact_.match;
    decision.hold = fact_.match == MatchMethod::none ? HoldId{} : fact_.hold;
    decision.amount = posted;
    fact_.fx_result = decision.fx_result;
    std::copy(std::begin(decision.exceptions), std::end(decision.exceptions), fact_.exceptions);
    d_.emit(fact_);
  }

  void raise(ExceptionCode code) {
    const std::string_view reference =
        record_.arn.empty() ? record_.keys.rrn.view() : record_.arn.view();
    d_.raise(code, account_.number, fact_.hold, {amount_, account_.currency}, reference);
  }

  Deciding& d_;
  const PostClearing& record_;
  const Match& match_;
  const AccountRecord& account_;
  MinorUnits amount_;
  ClearingRecorded fact_;
};

// A card stays with its account: the hold, which has just been read, knows it as well.
std::optional<AccountNumber> account_of(const State& state, const PostClearing& record,
                                        const Match& match) {
  if (match.hold) return match.hold->account;
  const auto card = state.cards.get(record.token);
  if (!card) return std::nullopt;
  return card->account;
}

// The record itself, met again because its file was cut short.
bool is_same_place(const State& state, const PostClearing& record,
                   const ClearingRecordState& before) {
  if (before.file != record.file || before.record_number != record.record_number) return false;
  const auto file = state.clearing_files.get(record.file);
  return file && file->is_open != 0 && before.sequence >= file->begun_sequence;
}

void tell_of_first(Deciding& d, const ClearingRecordState& before, bool repeated) {
  Decision& decision = d.decision();
  decision.clearing = repeated ? before.outcome : ClearingOutcome::duplicate;
  decision.repeated = repeated;
  decision.match = before.match;
  decision.hold = before.match == MatchMethod::none ? HoldId{} : before.hold;
  decision.account = before.account;
  if (!repeated) return;
  decision.currency = d.state.accounts.get(before.account)->currency;
  decision.amount = before.posted_amount;
  decision.fx_result = before.fx_result;
  std::copy(std::begin(before.exceptions), std::end(before.exceptions), decision.exceptions);
}

}  // namespace

void decide_begin_clearing_file(Deciding& d, const BeginClearingFile& command) {
  const auto file = d.state.clearing_files.get(command.file);
  d.decision().runs = file ? file->runs : 0;
  if (!file || file->is_open == 0) d.emit(ClearingFileBegun{command.file});
}

void decide_finish_clearing_file(Deciding& d, const FinishClearingFile& command) {
  const auto file = d.state.clearing_files.get(command.file);
  if (file && file->is_open != 0) d.emit(ClearingFileFinished{command.file});
}

void decide_post_clearing(Deciding& d, const PostClearing& record) {
  if (const auto before = d.state.clearing_records.get(record.identity)) {
    return tell_of_first(d, *before, is_same_place(d.state, record, *before));
  }
  const bool is_positive =
      record.transaction.amount > 0 && (!record.billing.currency || record.billing.amount > 0);
  if (!is_positive) return reject(d, Decline::bad_amount);
  const Match match = find_hold(d.state, record, d.event.at);
  const auto number = account_of(d.state, record, match);
  if (!number) return reject(d, Decline::unknown_card);
  const AccountRecord account = *d.state.accounts.get(*number);
  d.decision().account = account.number;
  d.decision().currency = account.currency;
  const bool moves_money = is_debit(record.operation) || is_top_up(record.operation) ||
                           record.operation == Operation::refund;
  if (!moves_money) return reject(d, Decline::unsupported_operation);
  const auto amount = amount_in(d.state, account.currency, record);
  if (!amount) return reject(d, Decline::no_rate);
  if (*amount == 0) return reject(d, Decline::bad_amount);
  if (!can_post(d.state, account, -*amount) || !can_post(d.state, account, *amount)) {
    return reject(d, Decline::overflow);
  }

  // After this point, the record is dealt with, for good.
  Clearing clearing(d, record, match, account, *amount);
  if (record.kind == ClearingKind::chargeback) {
    clearing.chargeback();
  } else if (record.reversal) {
    clearing.reversal();
  } else if (record.kind == ClearingKind::second_presentment) {
    clearing.second_presentment();
  } else {
    clearing.presentment();
  }
}

}  // namespace engine
