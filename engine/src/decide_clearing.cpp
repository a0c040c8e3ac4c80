// post_clearing: one record finds its hold, releases it and posts, in one event.
#include "decide.hpp"
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

// The record's amount in the account's currency: as billed, else as the transaction's currency
// allows, else at the clearing day's rate.
std::optional<MinorUnits> amount_in(CurrencyCode currency, const PostClearing& record,
                                    const FxRates& fx) {
  const FxSide side = is_debit(record.operation) ? FxSide::sell : FxSide::buy;
  if (record.billing.currency == currency) return record.billing.amount;
  if (record.billing.currency && record.transaction.currency != currency) {
    return fx.convert(record.billing, currency, side);
  }
  return fx.convert(record.transaction, currency, side);
}

void reject(Deciding& d, Decline reason) {
  d.decline(reason);
  d.decision().clearing = ClearingOutcome::rejected;
}

class Clearing {
 public:
  Clearing(Deciding& d, const PostClearing& record, const AccountRecord& account, MinorUnits amount)
      : d_(d), record_(record), account_(account), amount_(amount) {
    fact_.identity = record.identity;
    fact_.file = record.file;
    fact_.record_number = record.record_number;
    fact_.account = account.number;
  }

  void presentment() {
    Match match = find_hold(d_.state, record_, d_.event.at);
    fact_.match = match.method;
    if (match.hold) fact_.hold = match.hold->id;
    if (match.ambiguous) raise(ExceptionCode::ambiguous_match);
    const bool moved_at_authorization =
        match.hold && match.hold->kind == HoldKind::posting && match.hold->posted_amount != 0;
    if (moved_at_authorization && match.hold->clearing_count == 0) {
      // This record only confirms what the authorization moved and no reversal took back.
      mark_cleared(*match.hold, 0);
      return finish(ClearingOutcome::matched_only, 0);
    }
    if (!match.hold) {
      raise(ExceptionCode::unmatched_clearing);
      return post(ClearingOutcome::posted_unmatched);
    }
    look_at(*match.hold);
    release_or_mark(*match.hold);
    post(ClearingOutcome::posted_matched);
  }

  // A second presentment debits again; what it was held by has mostly ended with the first.
  void second_presentment() {
    Match match = find_hold(d_.state, record_, d_.event.at);
    fact_.match = match.method;
    if (match.hold) {
      fact_.hold = match.hold->id;
      release_or_mark(*match.hold);
      return post(ClearingOutcome::posted_matched);
    }
    raise(ExceptionCode::unmatched_clearing);
    post(ClearingOutcome::posted_unmatched);
  }

  // Nothing for the customer: the dispute is between the banks.
  void chargeback() {
    Match match = find_hold(d_.state, record_, d_.event.at);
    fact_.match = match.method;
    if (match.hold) fact_.hold = match.hold->id;
    raise(ExceptionCode::chargeback);
    finish(ClearingOutcome::matched_only, 0);
  }

  // Gives back what the presentment posted, once.
  void reversal() {
    const auto presentment = d_.state.clearing_records.get(record_.presentment);
    if (!presentment || presentment->reversed != 0 || presentment->account != account_.number) {
      raise(ExceptionCode::reversal_without_presentment);
      return finish(ClearingOutcome::matched_only, 0);
    }
    fact_.match = MatchMethod::presentment;
    fact_.hold = presentment->hold;
    fact_.reversed_presentment = record_.presentment;
    MinorUnits gives_back = -presentment->posted_amount;
    if (gives_back == 0 && presentment->hold) {
      // A top-up that only matched: what its authorization moved.
      gives_back = -d_.state.holds.get(presentment->hold)->posted_amount;
    }
    if (!can_post(d_.state, account_, gives_back)) return reject(d_, Decline::overflow);
    if (gives_back != 0) emit_movement(MovementKind::clearing_reversal, gives_back);
    finish(gives_back != 0 ? ClearingOutcome::posted_matched : ClearingOutcome::matched_only,
           gives_back);
  }

 private:
  void look_at(const HoldRecord& hold) {
    if (account_.status != AccountStatus::active) raise(ExceptionCode::account_not_active);
    if (hold.status == HoldStatus::expired) raise(ExceptionCode::cleared_after_expiry);
    if (hold.status == HoldStatus::released) raise(ExceptionCode::cleared_after_release);
    if (hold.status == HoldStatus::cleared && hold.clearing_count > 0) {
      raise(ExceptionCode::second_clearing);
    } else if (hold.is_open() && beyond_tolerance(hold, hold.amount, amount_)) {
      raise(ExceptionCode::over_clearing);
    }
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
    reduced.fee = record_.final ? hold.fee : 0;
    reduced.status = record_.final ? HoldStatus::cleared : HoldStatus::partially_cleared;
    d_.emit(reduced);
  }
  void mark_cleared(const HoldRecord& hold, MinorUnits cleared) {
    HoldReduced reduced;
    reduced.id = hold.id;
    reduced.cleared = cleared;
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
    decision.hold = fact_.hold;
    decision.amount = posted;
    d_.emit(fact_);
  }

  void raise(ExceptionCode code) {
    const std::string_view reference =
        record_.arn.empty() ? record_.keys.rrn.view() : record_.arn.view();
    d_.raise(code, account_.number, fact_.hold, {amount_, account_.currency}, reference);
  }

  Deciding& d_;
  const PostClearing& record_;
  const AccountRecord& account_;
  MinorUnits amount_;
  ClearingRecorded fact_;
};

}  // namespace

void decide_post_clearing(Deciding& d, const PostClearing& record) {
  if (const auto before = d.state.clearing_records.get(record.identity)) {
    d.decision().clearing = ClearingOutcome::duplicate;
    d.decision().match = before->match;
    d.decision().hold = before->hold;
    d.decision().account = before->account;
    return;
  }
  const bool is_positive =
      record.transaction.amount > 0 && (!record.billing.currency || record.billing.amount > 0);
  if (!is_positive) return reject(d, Decline::bad_amount);
  const auto card = d.state.cards.get(record.token);
  if (!card) return reject(d, Decline::unknown_card);
  const AccountRecord account = *d.state.accounts.get(card->account);
  d.decision().account = account.number;
  d.decision().currency = account.currency;
  const bool moves_money = is_debit(record.operation) || is_top_up(record.operation) ||
                           record.operation == Operation::refund;
  if (!moves_money) return reject(d, Decline::unsupported_operation);
  const auto amount = amount_in(account.currency, record, d.rules.fx);
  if (!amount || *amount < 0) return reject(d, Decline::no_rate);
  if (!can_post(d.state, account, -*amount) || !can_post(d.state, account, *amount)) {
    return reject(d, Decline::overflow);
  }

  // After this point, the record is dealt with, for good.
  Clearing clearing(d, record, account, *amount);
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
