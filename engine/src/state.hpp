// The state of a partition: every table, and the counters. Changed by apply() alone.
#pragma once

#include <optional>

#include "engine/rules.hpp"
#include "event.hpp"
#include "expiry_index.hpp"
#include "keys.hpp"
#include "table.hpp"

namespace engine {

class State {
 public:
  Table<AccountNumber, AccountRecord> accounts{"accounts"};
  Table<AccountId, AccountNumber> account_numbers{"account_numbers"};
  Table<CardToken, CardRecord> cards{"cards"};
  Table<HoldId, HoldRecord> holds{"holds"};
  // By HoldKeyKind.
  std::array<Table<HoldKey, HoldId>, hold_key_kind_count> hold_keys{
      Table<HoldKey, HoldId>("holds_by_lifecycle_id"), Table<HoldKey, HoldId>("holds_by_auth_code"),
      Table<HoldKey, HoldId>("holds_by_rrn"), Table<HoldKey, HoldId>("holds_by_amount")};
  Table<MovementKey, MovementRecord> movements{"movements"};
  Table<RequestSlot, RequestRecord> requests{"requests"};
  Table<DecisionNumber, DecisionRecord> decisions{"decisions"};
  Table<RrnKey, DecisionNumber> decisions_by_rrn{"decisions_by_rrn"};
  Table<LimitRuleKey, LimitRule> limit_rules{"limit_rules"};
  Table<LimitUsageKey, LimitUsageRecord> limit_usage{"limit_usage"};
  Table<CurrencyCode, FxRateRecord> fx_rates{"fx_rates"};
  Table<LinkName, LinkRecord> links{"links"};
  Table<LinkTotalsKey, LinkTotalsRecord> link_totals{"link_totals"};
  Table<BatchNumber, BatchRecord> batches{"batches"};
  Table<BatchId, BatchNumber> batch_numbers{"batch_numbers"};
  Table<BatchItemKey, BatchItemRecord> batch_items{"batch_items"};
  Table<BatchItemKey, BatchProblemRecord> batch_problems{"batch_problems"};
  Table<ExportNumber, BatchNumber> exports{"exports"};
  Table<ClearingIdentity, ClearingRecordState> clearing_records{"clearing_records"};
  Table<FileDigest, ClearingFileRecord> clearing_files{"clearing_files"};
  Table<ExceptionNumber, ExceptionRecord> exceptions{"exceptions"};
  Table<CurrencyCode, LedgerRecord> ledger{"ledger"};
  ExpiryIndex expiries;
  MetaRecord meta;

  template <class Visit>
  void for_each_table(Visit visit) {
    visit(accounts);
    visit(account_numbers);
    visit(cards);
    visit(holds);
    for (auto& table : hold_keys) visit(table);
    visit(movements);
    visit(requests);
    visit(decisions);
    visit(decisions_by_rrn);
    visit(limit_rules);
    visit(limit_usage);
    visit(fx_rates);
    visit(links);
    visit(link_totals);
    visit(batches);
    visit(batch_numbers);
    visit(batch_items);
    visit(batch_problems);
    visit(exports);
    visit(clearing_records);
    visit(clearing_files);
    visit(exceptions);
    visit(ledger);
    visit(expiries);
  }
  static constexpr unsigned table_count = 23 + hold_key_kind_count;

  // Those whose records are archived once they are done with.
  template <class Visit>
  void for_each_archived_table(Visit visit) {
    visit(holds);
    visit(movements);
    visit(decisions);
  }
  static constexpr unsigned archived_table_count = 3;

  // Entries in the overlay: what the next checkpoint will write.
  std::size_t changed_count() const {
    std::size_t count = 0;
    const_cast<State*>(this)->for_each_table(
        [&count](const auto& table) { count += table.changed_count(); });
    return count;
  }

  std::optional<AccountRecord> account(const AccountId& id) const {
    auto number = account_numbers.get(id);
    if (!number) return std::nullopt;
    return accounts.get(*number);
  }
  std::optional<BatchRecord> batch(const BatchId& id) const {
    const auto number = batch_numbers.get(id);
    if (!number) return std::nullopt;
    return batches.get(*number);
  }
  std::optional<HoldId> newest_hold(HoldKeyKind kind, const HoldKey& key) const {
    return hold_keys[static_cast<std::size_t>(kind)].get(key);
  }
  LedgerRecord ledger_of(CurrencyCode currency) const {
    return ledger.get(currency).value_or(LedgerRecord{});
  }
};

// The only code that changes the state. The event was decided, or read from the journal.
void apply(State& state, const Event& event);

// Asserts what must hold after every event, for what the event touched: legs sum to zero, each
// currency's ledger sums to zero, held is the sum of the open holds, no hold is negative, and the
// usage of limits is what the holds in their window used.
void check_invariants(const State& state, const Rules& rules, const Event& event);

}  // namespace engine
