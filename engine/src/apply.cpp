#include <algorithm>
#include <type_traits>

#include "core_balances.hpp"
#include "decision_record.hpp"
#include "state.hpp"

namespace engine {
namespace {

// Decided events were overflow-checked; a sum that does not fit here is a bug.
void add(MinorUnits& sum, MinorUnits amount) {
  ENGINE_ASSERT(!__builtin_add_overflow(sum, amount, &sum));
}

class Applier {
 public:
  Applier(State& state, const Event& event) : state_(state), event_(event) {}

  void operator()(const AccountOpened& fact) {
    AccountRecord account;
    account.number = fact.number;
    account.id = fact.id;
    account.currency = fact.currency;
    account.status = fact.status;
    account.overdraft_limit = fact.overdraft_limit;
    account.opened_at = event_.at;
    state_.accounts.put(fact.number, account);
    state_.account_numbers.put(fact.id, fact.number);
    state_.meta.account_count = fact.number.value;
  }

  void operator()(const AccountChanged& fact) {
    AccountRecord& account = state_.accounts.edit(fact.number);
    account.status = fact.status;
    account.overdraft_limit = fact.overdraft_limit;
  }

  void operator()(const CardPut& fact) {
    CardRecord card;
    card.issued_at = event_.at;
    if (!fact.issued) card = *state_.cards.get(fact.token);
    card.account = fact.account;
    card.expiry_yymm = fact.expiry_yymm;
    card.status = fact.status;
    card.pan_masked = fact.pan_masked;
    if (card.limit_profile != fact.limit_profile) ++card.limits_version;
    card.limit_profile = fact.limit_profile;
    state_.cards.put(fact.token, card);
    if (fact.issued) ++state_.meta.card_count;
  }

  void operator()(const LimitRulesPut& fact) {
    auto put = [&fact](auto& record) {
      record.limit_rule_count = fact.count;
      ++record.limits_version;
    };
    if (fact.account) {
      put(state_.accounts.edit(fact.account));
    } else {
      put(state_.cards.edit(fact.token));
    }
  }
  void operator()(const LimitRulePut& fact) {
    const LimitOwner owner = fact.account ? limit_owner(fact.account) : limit_owner(fact.token);
    state_.limit_rules.put({owner, fact.ordinal}, fact.rule);
  }
  void operator()(const LimitRulesSeen& fact) {
    AccountRecord& account = state_.accounts.edit(fact.account);
    if (account.limits_stamp == fact.stamp) return;
    account.limits_stamp = fact.stamp;
    ++account.limits_version;
  }
  void operator()(const LimitUsed& fact) {
    const LimitUsageKey key{fact.owner, fact.shape, fact.slot};
    LimitUsageRecord usage = state_.limit_usage.get(key).value_or(LimitUsageRecord{});
    if (usage.window != fact.window || usage.stamp != fact.stamp) {
      usage = {fact.window, 0, 0, fact.stamp};
    }
    add(usage.amount, fact.amount);
    add(usage.count, fact.count);
    // A programme's rule may be younger than the hold that gives back, and never counted it.
    usage.amount = std::max<MinorUnits>(usage.amount, 0);
    usage.count = std::max<std::int64_t>(usage.count, 0);
    state_.limit_usage.put(key, usage);
  }

  void operator()(const HoldPlaced& fact) {
    AccountRecord& account = state_.accounts.edit(fact.account);
    HoldRecord hold;
    hold.id = fact.id;
    hold.account = fact.account;
    hold.token = fact.token;
    hold.original_amount = fact.amount;
    hold.transaction_amount = fact.transaction.amount;
    hold.transaction_remaining = fact.transaction.amount;
    hold.transaction_currency = fact.transaction.currency;
    hold.currency = account.currency;
    hold.placed_at = event_.at;
    hold.expires_at = fact.expires_at;
    hold.business_date = event_.business_date;
    hold.keys = fact.keys;
    hold.kind = fact.kind;
    hold.operation = fact.operation;
    hold.channel = fact.channel;
    hold.region = fact.region;
    hold.fee_terms = fact.fee_terms;
    hold.financial = fact.financial ? 1 : 0;
    hold.programme = fact.programme;
    if (fact.uses_limits) {
      hold.used_amount = fact.amount;
      hold.used_count = 1;
    }
    hold.reference = fact.reference;
    const bool moved_at_once = fact.kind == HoldKind::posting ||
                               fact.kind == HoldKind::acknowledgement ||
                               fact.kind == HoldKind::clearing;
    if (moved_at_once) {
      hold.status = HoldStatus::cleared;
      hold.ended_at = event_.at;
    } else {
      hold.amount = fact.amount;
      hold.fee = fact.fee;
      add(account.held, fact.amount);
      add(account.held, fact.fee);
      ++account.open_hold_count;
    }
    hold.previous_of_account = account.last_hold;
    account.last_hold = fact.id;
    link_keys(hold);
    if (hold.expires_at != no_instant && !moved_at_once) link_expiry(hold);
    state_.holds.put(fact.id, hold);
    state_.meta.hold_count = fact.id.value;
  }

  void operator()(const HoldReduced& fact) {
    HoldRecord& hold = state_.holds.edit(fact.id);
    const bool was_open = hold.is_open();
    add(hold.amount, -fact.amount);
    add(hold.fee, -fact.fee);
    add(hold.transaction_remaining, -fact.transaction_amount);
    add(hold.cleared_amount, fact.cleared);
    add(hold.used_amount, -fact.unused);
    if (fact.not_counted) hold.used_count = 0;
    if (fact.reason == ReleaseReason::cleared) ++hold.clearing_count;
    if (fact.is_final) hold.finally_cleared = 1;
    if (fact.reason == ReleaseReason::reversed) hold.reversed = 1;
    if (fact.reversed) add(state_.decisions.edit(fact.reversed).reversed, fact.transaction_amount);
    hold.status = fact.status;
    AccountRecord& account = state_.accounts.edit(hold.account);
    add(account.held, -fact.amount);
    add(account.held, -fact.fee);
    if (was_open && !hold.is_open()) {
      hold.ended_at = event_.at;
      --account.open_hold_count;
    }
  }

  void operator()(const HoldIncreased& fact) {
    HoldRecord& hold = state_.holds.edit(fact.id);
    ENGINE_ASSERT(hold.is_open());
    add(hold.amount, fact.amount);
    add(hold.fee, fact.fee);
    add(hold.original_amount, fact.amount);
    add(hold.transaction_amount, fact.transaction_amount);
    add(hold.transaction_remaining, fact.transaction_amount);
    add(hold.used_amount, fact.amount);
    // It stays in the bucket of its first end, which puts it off when it is due.
    hold.expires_at = fact.expires_at;
    AccountRecord& account = state_.accounts.edit(hold.account);
    add(account.held, fact.amount);
    add(account.held, fact.fee);
  }
  void operator()(const HoldCompleted& fact) {
    HoldRecord& hold = state_.holds.edit(fact.id);
    const bool was_open = hold.is_open();
    AccountRecord& account = state_.accounts.edit(hold.account);
    add(account.held, fact.amount - hold.amount);
    add(account.held, fact.fee - hold.fee);
    hold.amount = fact.amount;
    hold.fee = fact.fee;
    hold.transaction_remaining = fact.transaction_remaining;
    hold.used_amount = fact.used;
    hold.used_count = fact.counts ? 1 : 0;
    if (fact.financial) hold.financial = 1;
    hold.status = fact.status;
    if (was_open && !hold.is_open()) {
      hold.ended_at = event_.at;
      --account.open_hold_count;
    }
  }
  void operator()(const ExpiryPutOff& fact) { link_expiry(state_.holds.edit(fact.id)); }

  void operator()(const MovementPosted& fact) {
    AccountRecord& account = state_.accounts.edit(fact.account);
    // Booked is what core banking has in its books; the engine's own postings wait for it.
    add(comes_from_core(fact.kind) ? account.booked : account.pending, fact.amount);
    ++account.movement_count;

    MovementRecord movement;
    movement.id = ++state_.meta.movement_count;
    movement.amount = fact.amount;
    movement.balance_after = account.ledger();
    movement.at = event_.at;
    movement.hold = fact.hold;
    movement.legs[0] = fact.legs[0];
    movement.legs[1] = fact.legs[1];
    movement.business_date = event_.business_date;
    movement.kind = fact.kind;
    movement.reference = fact.reference;
    movement.batch = fact.batch;
    if (fact.batch) movement.item = add_item(fact.batch, fact.account, account.movement_count);
    state_.movements.put({fact.account, account.movement_count}, movement);

    LedgerRecord ledger = state_.ledger_of(account.currency);
    add(ledger.customers, fact.amount);
    for (const MovementLeg& leg : fact.legs) {
      add(ledger.internal[static_cast<std::size_t>(leg.account)], leg.amount);
    }
    state_.ledger.put(account.currency, ledger);
    if (!fact.hold) return;
    // What authorization and its reversal moved; clearing's movements stand on their own.
    const bool at_authorization = fact.kind == MovementKind::top_up ||
                                  fact.kind == MovementKind::posting ||
                                  fact.kind == MovementKind::reversal;
    const bool is_fee = fact.kind == MovementKind::fee || fact.kind == MovementKind::fee_return;
    if (at_authorization) add(state_.holds.edit(fact.hold).posted_amount, fact.amount);
    if (is_fee) add(state_.holds.edit(fact.hold).posted_fee, -fact.amount);
  }

  void operator()(const BatchOpened& fact) {
    BatchRecord batch;
    batch.number = fact.number;
    batch.opened_at = event_.at;
    batch.business_date = event_.business_date;
    batch.id = fact.id;
    batch.source = fact.source;
    batch.is_own = fact.is_own ? 1 : 0;
    state_.batches.put(fact.number, batch);
    state_.batch_numbers.put(fact.id, fact.number);
    state_.meta.batch_count = fact.number.value;
    if (fact.is_own) state_.meta.own_batch = fact.number;
  }
  void operator()(const BatchClosed& fact) {
    BatchRecord& batch = state_.batches.edit(fact.number);
    batch.status = BatchStatus::closed;
    batch.closed_at = event_.at;
    if (state_.meta.own_batch == fact.number) state_.meta.own_batch = {};
  }
  void operator()(const BatchQueued& fact) {
    state_.batches.edit(fact.number).is_queued = 1;
    MetaRecord& meta = state_.meta;
    if (meta.last_to_export) {
      state_.batches.edit(meta.last_to_export).next_to_export = fact.number;
    } else {
      meta.first_to_export = fact.number;
    }
    meta.last_to_export = fact.number;
  }
  void operator()(const BatchExported& fact) {
    MetaRecord& meta = state_.meta;
    ENGINE_ASSERT(meta.first_to_export == fact.number);
    BatchRecord& batch = state_.batches.edit(fact.number);
    batch.status = BatchStatus::exported;
    batch.exported_at = event_.at;
    batch.export_number = ++meta.export_count;
    batch.is_queued = 0;
    state_.exports.put({batch.export_number}, fact.number);
    meta.first_to_export = batch.next_to_export;
    if (!meta.first_to_export) meta.last_to_export = {};
    accept_if_answered(batch);
  }
  void operator()(const BatchDeleted& fact) {
    state_.batches.edit(fact.number).status = BatchStatus::deleted;
  }
  void operator()(const ItemAnswered& fact) {
    BatchItemRecord& item = state_.batch_items.edit({fact.batch, fact.item});
    BatchRecord& batch = state_.batches.edit(fact.batch);
    ++batch.answered_count;
    if (fact.accepted) {
      item.status = ItemStatus::accepted;
      ++batch.accepted_count;
      const MinorUnits amount = state_.movements.get({item.account, item.movement})->amount;
      AccountRecord& account = state_.accounts.edit(item.account);
      add(account.pending, -amount);
      add(account.booked, amount);
    } else {
      item.status = ItemStatus::rejected;
      link_problem(batch, fact);
    }
    accept_if_answered(batch);
  }
  void operator()(const ItemResolved& fact) {
    BatchItemRecord& item = state_.batch_items.edit({fact.batch, fact.item});
    item.status = fact.status;
    unlink_problem(state_.batches.edit(fact.batch), fact.item);
    if (!fact.into) return take_from_hold(*state_.movements.get({item.account, item.movement}));
    MovementRecord& movement = state_.movements.edit({item.account, item.movement});
    movement.batch = fact.into;
    movement.item = add_item(fact.into, item.account, item.movement);
  }
  // A person has undone or moved it: a reversal that comes later must not do so again.
  void take_from_hold(const MovementRecord& movement) {
    if (!movement.hold) return;
    HoldRecord& hold = state_.holds.edit(movement.hold);
    if (movement.kind == MovementKind::fee) add(hold.posted_fee, movement.amount);
    if (movement.kind == MovementKind::posting || movement.kind == MovementKind::top_up) {
      hold.posting_resolved = 1;
    }
  }
  void operator()(const CoreDayChanged& fact) {
    state_.meta.core_is_closed = fact.is_open ? 0 : 1;
    state_.meta.core_day_at = event_.at;
  }
  void operator()(const CoreBalanceTaken& fact) {
    AccountRecord& account = state_.accounts.edit(fact.account);
    account.core_export = fact.last_export;
    while (account.settled_movements < account.movement_count &&
           is_settled(state_, account, account.settled_movements + 1)) {
      ++account.settled_movements;
    }
  }

  void operator()(const InternalPosted& fact) {
    LedgerRecord ledger = state_.ledger_of(fact.currency);
    for (const MovementLeg& leg : fact.legs) {
      add(ledger.internal[static_cast<std::size_t>(leg.account)], leg.amount);
    }
    state_.ledger.put(fact.currency, ledger);
  }

  void operator()(const FxRatesSet& fact) {
    state_.meta.fx_version = fact.version;
    state_.meta.fx_base = fact.base;
    state_.meta.fx_set_at = event_.at;
    if (fact.file != FileDigest{}) state_.meta.fx_file = fact.file;
  }
  void operator()(const FxRateSet& fact) {
    state_.fx_rates.put(fact.currency, {fact.buy_scaled, fact.sell_scaled, state_.meta.fx_version});
  }

  void operator()(const TotalsCounted& fact) {
    const std::uint64_t period = state_.links.get(fact.link).value_or(LinkRecord{}).period;
    const LinkTotalsKey key{fact.link, fact.currency};
    LinkTotalsRecord totals =
        state_.link_totals.get(key).value_or(LinkTotalsRecord{period, {}, {}});
    if (totals.period != period) {
      totals.closed = totals.period + 1 == period ? totals.open : ReconciliationTotals{};
      totals.open = {};
      totals.period = period;
    }
    ENGINE_ASSERT(fact.category < ReconciliationTotals::category_count);
    ++totals.open.counts[fact.category];
    add(totals.open.amounts[fact.category], fact.amount);
    state_.link_totals.put(key, totals);
  }
  void operator()(const PeriodClosed& fact) {
    LinkRecord link = state_.links.get(fact.link).value_or(LinkRecord{});
    ++link.period;
    state_.links.put(fact.link, link);
  }

  void operator()(const DecisionExplained& fact) { why_ = &fact.why; }

  void operator()(const OriginalRefused& fact) {
    RequestRecord record;
    record.rrn = fact.rrn;
    record.acquirer = fact.acquirer;
    record.terminal = fact.terminal;
    record.state = RequestState::reversed_before_arrival;
    state_.requests.put({fact.key, fact.ordinal}, record);
    if (fact.by_rrn) ++state_.meta.reversed_by_rrn_count;
  }

  void operator()(const ClearingRecorded& fact) {
    ClearingRecordState record;
    record.at = event_.at;
    record.account = fact.account;
    record.hold = fact.hold;
    record.posted_amount = fact.posted;
    record.confirmed_amount = fact.confirmed;
    record.confirms = fact.confirms ? 1 : 0;
    if (fact.hold) {
      HoldRecord& hold = state_.holds.edit(fact.hold);
      record.previous_of_hold = hold.last_clearing;
      hold.last_clearing = fact.identity;
    }
    record.file = fact.file;
    record.record_number = fact.record_number;
    record.outcome = fact.outcome;
    record.match = fact.match;
    record.fx_result = fact.fx_result;
    record.sequence = event_.sequence;
    // What it posted is the account's last movement: it lies before this in the event.
    if (fact.posted != 0) record.movement = state_.accounts.get(fact.account)->movement_count;
    std::copy(std::begin(fact.exceptions), std::end(fact.exceptions), record.exceptions);
    state_.clearing_records.put(fact.identity, record);
    if (fact.reversed_presentment != ClearingIdentity{}) {
      state_.clearing_records.edit(fact.reversed_presentment).reversed = 1;
    }
  }

  void operator()(const ClearingFileBegun& fact) {
    ClearingFileRecord file = state_.clearing_files.get(fact.file).value_or(ClearingFileRecord{});
    file.begun_at = event_.at;
    file.begun_sequence = event_.sequence;
    file.is_open = 1;
    state_.clearing_files.put(fact.file, file);
  }
  void operator()(const ClearingFileFinished& fact) {
    ClearingFileRecord& file = state_.clearing_files.edit(fact.file);
    file.finished_at = event_.at;
    file.is_open = 0;
    ++file.runs;
  }

  void operator()(const TimeMoved&) {}

  void operator()(const ExceptionRaised& fact) {
    ExceptionRecord record;
    record.at = event_.at;
    record.account = fact.account;
    record.hold = fact.hold;
    record.amount = fact.amount.amount;
    record.currency = fact.amount.currency;
    record.code = fact.code;
    record.reference = fact.reference;
    state_.exceptions.put({++state_.meta.exception_count}, record);
  }

  void operator()(const ExpiryAdvanced& fact) {
    state_.expiries.erase_before(fact.second);
    if (fact.head) {
      state_.expiries.set_head(fact.second, fact.head);
    } else {
      state_.expiries.erase(fact.second);
    }
  }

  // The answer, for retransmissions and for whoever asks why.
  void answer() {
    const Request& request = event_.request;
    const DecisionNumber number{event_.sequence};
    if (request) {
      state_.requests.put({request.key, event_.request_ordinal},
                          {request.variant, request.content, number, request.rrn, request.acquirer,
                           request.terminal});
    }
    DecisionRecord record = record_of(event_);
    if (why_ != nullptr) {
      explain(record, *why_);
      if (!why_->rrn.empty()) {
        record.previous_by_rrn = state_.decisions_by_rrn.get(why_->rrn).value_or(DecisionNumber{});
        state_.decisions_by_rrn.put(why_->rrn, number);
      }
    }
    state_.decisions.put(number, record);
  }

 private:
  void link_keys(HoldRecord& hold) {
    if (hold.token == CardToken{}) return;  // only card transactions are matched
    link_key(hold, HoldKeyKind::lifecycle_id, hold.keys.lifecycle_id.view());
    link_key(hold, HoldKeyKind::auth_code, hold.keys.auth_code.view());
    link_key(hold, HoldKeyKind::rrn, hold.keys.rrn.view());
    link(hold, HoldKeyKind::amount,
         hold_key(hold.token, hold.placed_at.days(), hold.transaction_amount));
  }
  void link_key(HoldRecord& hold, HoldKeyKind kind, std::string_view value) {
    if (!value.empty()) link(hold, kind, hold_key(hold.token, value));
  }
  void link(HoldRecord& hold, HoldKeyKind kind, const HoldKey& key) {
    const auto index = static_cast<std::size_t>(kind);
    hold.previous_by_key[index] = state_.hold_keys[index].get(key).value_or(HoldId{});
    state_.hold_keys[index].put(key, hold.id);
  }
  void link_expiry(HoldRecord& hold) {
    const std::int64_t second = hold.expires_at.seconds();
    hold.next_expiring = state_.expiries.head(second).value_or(HoldId{});
    state_.expiries.set_head(second, hold.id);
  }

  std::uint32_t add_item(BatchNumber number, AccountNumber account, std::uint32_t movement) {
    BatchRecord& batch = state_.batches.edit(number);
    state_.batch_items.put({number, ++batch.item_count}, {account, movement});
    return batch.item_count;
  }
  void link_problem(BatchRecord& batch, const ItemAnswered& fact) {
    ++batch.problem_count;
    state_.batch_problems.put({batch.number, fact.item}, {batch.last_problem, 0, fact.reason, {}});
    set_next_problem(batch, batch.last_problem, fact.item);
    batch.last_problem = fact.item;
  }
  // Its reason stays.
  void unlink_problem(BatchRecord& batch, std::uint32_t item) {
    --batch.problem_count;
    const BatchProblemRecord problem = *state_.batch_problems.get({batch.number, item});
    set_next_problem(batch, problem.previous, problem.next);
    if (problem.next == 0) {
      batch.last_problem = problem.previous;
    } else {
      state_.batch_problems.edit({batch.number, problem.next}).previous = problem.previous;
    }
  }
  void set_next_problem(const BatchRecord& batch, std::uint32_t item, std::uint32_t next) {
    if (item != 0) state_.batch_problems.edit({batch.number, item}).next = next;
  }
  void accept_if_answered(BatchRecord& batch) {
    const bool is_answered = batch.answered_count == batch.item_count;
    if (batch.status != BatchStatus::exported || !is_answered) return;
    batch.status = BatchStatus::accepted;
    batch.accepted_at = event_.at;
    MetaRecord& meta = state_.meta;
    while (const auto next = state_.exports.get({meta.answered_export + 1})) {
      if (state_.batches.get(*next)->status != BatchStatus::accepted) break;
      ++meta.answered_export;
    }
  }

  State& state_;
  const Event& event_;
  const Explanation* why_ = nullptr;
};

}  // namespace

void apply(State& state, const Event& event) {
  Applier applier(state, event);
  for (const Effect& effect : event.effects) std::visit(applier, effect);
  if (event.request || event.keeps_answer) applier.answer();
  state.meta.last_sequence = event.sequence;
  if (event.at > state.meta.last_command_at) state.meta.last_command_at = event.at;
  if (event.business_date > state.meta.last_business_date) {
    state.meta.last_business_date = event.business_date;
  }
}

}  // namespace engine
