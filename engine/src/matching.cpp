#include "matching.hpp"

#include <tuple>

namespace engine {
namespace {

constexpr std::int64_t auth_code_days = 30;
constexpr std::int64_t place_days = 7;

// Networks do not always tell one kind of credit from the other: what is credited once must not be
// credited again for its name.
bool fits_direction(const HoldRecord& hold, const PostClearing& record) {
  return is_debit(record.operation) == is_debit(hold.operation);
}
bool is_other_credit(const HoldRecord& hold, const PostClearing& record) {
  return is_top_up(record.operation) != is_top_up(hold.operation);
}

// A presentment finds what was authorized; a reversal and a second presentment find what was
// presented without, too.
bool may_find(const HoldRecord& hold, const PostClearing& record) {
  const bool follows = record.reversal || record.kind != ClearingKind::presentment;
  return fits_direction(hold, record) && (follows || hold.kind != HoldKind::clearing);
}

// A record is dated by the merchant's calendar, a hold by UTC.
std::int64_t day_of(const PostClearing& record, Instant now) {
  return record.local_date_days != 0 ? record.local_date_days : now.days();
}
bool within_days(const HoldRecord& hold, const PostClearing& record, Instant now,
                 std::int64_t days) {
  const std::int64_t distance = day_of(record, now) - hold.placed_at.days();
  return distance <= days && -distance <= days;
}

bool same_place(const MatchKeys& a, const MatchKeys& b) {
  const bool terminal = !a.terminal.empty() && a.terminal == b.terminal;
  const bool merchant = !a.merchant.empty() && a.merchant == b.merchant;
  return terminal || merchant;
}

class Candidates {
 public:
  explicit Candidates(const PostClearing& record) : record_(record) {}

  // Holds come newest first; among equals the later call (the older hold) wins. One that was taken
  // back, or that clearing has ended already, comes after those that still wait for a record; of
  // equal amounts one that has ended comes after one that would stay held.
  void consider(const HoldRecord& hold) {
    const bool taken_back = hold.transaction_remaining == 0;
    const bool cleared_before = hold.finally_cleared != 0;
    const bool is_over = !hold.is_open() && hold.posted_amount == 0;
    const auto rank = std::tuple(taken_back, cleared_before, is_other_credit(hold, record_),
                                 distance(hold), is_over);
    const bool is_live = !taken_back && !cleared_before;
    if (is_live && ++live_ > 1) ambiguous_ = true;
    if (!best_ || rank <= best_rank_) {
      best_ = hold;
      best_rank_ = rank;
    }
  }
  Match as(MatchMethod method) const { return {method, ambiguous_, best_}; }
  bool any() const { return best_.has_value(); }

 private:
  MinorUnits distance(const HoldRecord& hold) const {
    // What a partial reversal took back will not be presented.
    const MinorUnits expected =
        hold.transaction_remaining != 0 ? hold.transaction_remaining : hold.transaction_amount;
    const MinorUnits difference = expected - record_.transaction.amount;
    return difference < 0 ? -difference : difference;
  }

  const PostClearing& record_;
  std::optional<HoldRecord> best_;
  std::tuple<bool, bool, bool, MinorUnits, bool> best_rank_;
  int live_ = 0;
  bool ambiguous_ = false;
};

}  // namespace

Match find_hold(const State& state, const PostClearing& record, Instant now,
                const std::function<bool(const HoldRecord&)>& accepts) {
  struct Step {
    MatchMethod method;
    HoldKeyKind key;
    std::string_view value;
    std::int64_t days;  // 0: any time
  };
  const Step steps[] = {
      {MatchMethod::lifecycle_id, HoldKeyKind::lifecycle_id, record.keys.lifecycle_id.view(), 0},
      {MatchMethod::auth_code, HoldKeyKind::auth_code, record.keys.auth_code.view(),
       auth_code_days},
      {MatchMethod::rrn, HoldKeyKind::rrn, record.keys.rrn.view(), 0},
  };
  for (const Step& step : steps) {
    if (step.value.empty()) continue;
    Candidates candidates(record);
    for_each_hold(state, record.token, step.key, step.value, [&](const HoldRecord& hold) {
      if (!may_find(hold, record) || (accepts && !accepts(hold))) return true;
      if (step.days == 0 || within_days(hold, record, now, step.days)) candidates.consider(hold);
      return true;
    });
    if (candidates.any()) return candidates.as(step.method);
  }

  Candidates candidates(record);
  const std::int64_t record_day = day_of(record, now);
  for (std::int64_t day = record_day + place_days; day >= record_day - place_days; --day) {
    for_each_hold(state, hold_key(record.token, day, record.transaction.amount), record.token,
                  HoldKeyKind::amount, [&](const HoldRecord& hold) {
                    const bool fits = may_find(hold, record) && hold.clearing_count == 0 &&
                                      !is_other_credit(hold, record) &&
                                      hold.transaction_amount == record.transaction.amount &&
                                      hold.transaction_currency == record.transaction.currency &&
                                      same_place(hold.keys, record.keys);
                    if (fits && (!accepts || accepts(hold))) candidates.consider(hold);
                    return true;
                  });
  }
  return candidates.any() ? candidates.as(MatchMethod::place_and_amount) : Match{};
}

}  // namespace engine
