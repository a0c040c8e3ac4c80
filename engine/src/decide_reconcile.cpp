// Reconciliation: the sender's totals of a link's period against the engine's.
#include "decide.hpp"

namespace engine {
namespace {

using Totals = ReconciliationTotals;

void add(Totals& sum, const Totals& totals) {
  for (std::size_t i = 0; i < Totals::category_count; ++i) {
    sum.counts[i] += totals.counts[i];
    // Kept amounts are far from the end of 64 bits, and so are their sums.
    sum.amounts[i] += totals.amounts[i];
  }
}

struct Periods {
  Totals open;
  Totals closed;
};

Periods periods_of(const State& state, const Reconcile& command) {
  Periods sum;
  const auto link = state.links.get(command.link);
  const std::uint64_t period = link ? link->period : 0;
  auto add_currency = [&](CurrencyCode currency) {
    const auto record = state.link_totals.get({command.link, currency});
    if (!record) return;
    if (record->period == period) {
      add(sum.open, record->open);
      add(sum.closed, record->closed);
    } else if (record->period + 1 == period) {
      add(sum.closed, record->open);
    }
  };
  if (command.currency) {
    add_currency(command.currency);
    return sum;
  }
  for (int code = 1; code < 1000; ++code) {
    if (const auto currency = CurrencyCode::from_numeric(code)) add_currency(*currency);
  }
  return sum;
}

bool agrees(const Totals& ours, const Reconcile& stated) {
  for (std::size_t i = 0; i < Totals::category_count; ++i) {
    const bool count_stated = (stated.states_count >> i & 1U) != 0;
    const bool amount_stated = (stated.states_amount >> i & 1U) != 0;
    if (count_stated && stated.stated.counts[i] != ours.counts[i]) return false;
    if (amount_stated && stated.stated.amounts[i] != ours.amounts[i]) return false;
  }
  const MinorUnits net = ours.amounts[Totals::credits] - ours.amounts[Totals::credit_reversals] -
                         ours.amounts[Totals::debits] + ours.amounts[Totals::debit_reversals];
  return !stated.net || *stated.net == net;
}

}  // namespace

void decide_reconcile(Deciding& d, const Reconcile& command) {
  const Periods ours = periods_of(d.state, command);
  d.decision().in_balance = agrees(ours.open, command) || agrees(ours.closed, command);
}

void decide_cut_over(Deciding& d, const CutOver& command) {
  d.emit(PeriodClosed{command.link});
}

}  // namespace engine
