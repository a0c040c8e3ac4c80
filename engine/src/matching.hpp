// How clearing and reversals find a card's holds.
#pragma once

#include <functional>

#include "decide.hpp"

namespace engine {

// The card's holds that share a key, newest first, until `visit` returns false.
template <class Visit>
void for_each_hold(const State& state, const HoldKey& key, const CardToken& token, HoldKeyKind kind,
                   Visit visit) {
  HoldId id = state.newest_hold(kind, key).value_or(HoldId{});
  while (id) {
    const HoldRecord hold = *state.holds.get(id);
    if (hold.token == token && !visit(hold)) return;
    id = hold.previous_by_key[static_cast<std::size_t>(kind)];
  }
}
template <class Visit>
void for_each_hold(const State& state, const CardToken& token, HoldKeyKind kind,
                   std::string_view value, Visit visit) {
  auto text = [kind](const HoldRecord& hold) {
    return kind == HoldKeyKind::lifecycle_id ? hold.keys.lifecycle_id.view()
           : kind == HoldKeyKind::auth_code  ? hold.keys.auth_code.view()
                                             : hold.keys.rrn.view();
  };
  for_each_hold(state, hold_key(token, value), token, kind,
                [&](const HoldRecord& hold) { return text(hold) != value || visit(hold); });
}

// The newest of the same card transaction that `accept` takes: by lifecycle id, else by RRN.
template <class Accept>
std::optional<HoldRecord> find_same_transaction(const State& state, const CardToken& token,
                                                const MatchKeys& keys, Accept accept) {
  std::optional<HoldRecord> found;
  auto take = [&](const HoldRecord& hold) {
    if (accept(hold)) found = hold;
    return !found.has_value();
  };
  if (!keys.lifecycle_id.empty()) {
    for_each_hold(state, token, HoldKeyKind::lifecycle_id, keys.lifecycle_id.view(), take);
  }
  if (!found && !keys.rrn.empty()) {
    for_each_hold(state, token, HoldKeyKind::rrn, keys.rrn.view(), take);
  }
  return found;
}

struct Match {
  MatchMethod method = MatchMethod::none;
  bool ambiguous = false;
  std::optional<HoldRecord> hold;
};

// The cascade: lifecycle id; authorization code within 30 days; RRN; place and amount within 7
// days. Of several candidates the closest amount wins, then the oldest. Debits find holds and
// debit postings, credits find top-ups and acknowledged refunds.
// `accepts`, where there is one, has the last word on each hold.
Match find_hold(const State& state, const PostClearing& record, Instant now,
                const std::function<bool(const HoldRecord&)>& accepts = {});

}  // namespace engine
