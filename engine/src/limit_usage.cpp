#include "limit_usage.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

namespace engine {
namespace {

// A programme's rolling window moves in steps: its holds are too many to be added up each time.
constexpr std::int64_t ring_slots = 60;

struct Window {
  std::int64_t number = 0;  // grows with time: the first business date, or the step of a ring
  std::uint8_t slot = 0;
};

std::int64_t first_date(LimitWindow window, BusinessDate date) {
  using namespace std::chrono;
  const sys_days day{days{date.days}};
  if (window == LimitWindow::week) {
    return date.days - static_cast<std::int64_t>((weekday{day} - Monday).count());
  }
  if (window == LimitWindow::month) {
    const year_month_day civil{day};
    return sys_days{civil.year() / civil.month() / 1}.time_since_epoch().count();
  }
  return date.days;
}

bool is_ring(const LimitRule& rule) {
  return rule.window == LimitWindow::rolling && rule.scope == LimitScope::programme;
}
// Whether usage is a record; else it is added up from the holds.
bool is_recorded(const LimitRule& rule) {
  if (rule.window == LimitWindow::transaction) return false;
  return rule.window != LimitWindow::rolling || is_ring(rule);
}

std::int64_t ring_step_seconds(const LimitRule& rule) {
  return std::max<std::int64_t>((rule.rolling_seconds + ring_slots - 1) / ring_slots, 1);
}

Window window_of(const LimitRule& rule, Instant at, BusinessDate date) {
  if (!is_ring(rule)) return {first_date(rule.window, date), 0};
  const std::int64_t step = at.seconds() / ring_step_seconds(rule);
  return {step, static_cast<std::uint8_t>(step % (ring_slots + 1))};
}

LimitOwner owner_of(const LimitRule& rule, const LimitSubject& subject) {
  switch (rule.scope) {
    case LimitScope::card:
      return limit_owner(subject.account.number, subject.token);
    case LimitScope::account:
      return limit_owner(subject.account.number);
    case LimitScope::programme:
      break;
  }
  return limit_owner(subject.card.limit_profile);
}

bool fits(const LimitRule& rule, const LimitSubject& subject) {
  return rule.fits(subject.operation, subject.channel, subject.region, subject.mcc);
}

LimitUsage ring_usage(const State& state, const LimitRule& rule, const LimitSubject& subject) {
  const LimitOwner owner = owner_of(rule, subject);
  const std::uint64_t shape = rule.shape();
  const std::int64_t now = window_of(rule, subject.at, subject.business_date).number;
  LimitUsage usage;
  for (std::int64_t step = now - ring_slots; step <= now; ++step) {
    const auto slot = static_cast<std::uint8_t>(step % (ring_slots + 1));
    const auto record = state.limit_usage.get({owner, shape, slot});
    if (!record || record->window != step) continue;
    usage.amount += record->amount;
    usage.count += record->count;
  }
  return usage;
}

bool replaced(const std::vector<SourcedRule>& nearer, const LimitRule& rule) {
  return std::any_of(nearer.begin(), nearer.end(),
                     [&rule](const SourcedRule& other) { return other.rule.name == rule.name; });
}

void add_own(const State& state, const LimitOwner& owner, std::uint8_t count, LimitSource source,
             std::vector<SourcedRule>& found) {
  const std::vector<SourcedRule> nearer = found;
  for (std::uint8_t ordinal = 0; ordinal < count; ++ordinal) {
    const LimitRule rule = *state.limit_rules.get({owner, ordinal});
    if (!replaced(nearer, rule)) found.push_back({rule, source});
  }
}

// Calls visit(rule, source) for every rule; without own rules nothing is copied.
template <class Visit>
void for_each_rule(const State& state, const Rules& rules, const LimitSubject& subject,
                   Visit visit) {
  if (subject.card.limit_rule_count == 0 && subject.account.limit_rule_count == 0) {
    const LimitProfile* profile = rules.limit_profile(subject.card.limit_profile);
    if (profile == nullptr) return;
    for (const LimitRule& rule : profile->rules) visit(rule, LimitSource::profile);
    return;
  }
  for (const SourcedRule& sourced :
       limit_rules(state, rules, subject.token, subject.card, subject.account)) {
    visit(sourced.rule, sourced.source);
  }
}

// Calls visit(rule, shape) once for each usage record that the subject's transactions change: of
// its own rules, and of those of its account that other cards may be under.
template <class Visit>
void for_each_recorded(const State& state, const Rules& rules, const LimitSubject& subject,
                       Visit visit) {
  std::array<std::uint64_t, 64> seen;
  std::size_t seen_count = 0;
  auto once = [&](const LimitRule& rule) {
    if (!is_recorded(rule) || !fits(rule, subject)) return;
    const std::uint64_t shape = rule.shape();
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(seen_count);
    if (std::find(seen.begin(), end, shape) != end || seen_count == seen.size()) return;
    seen[seen_count++] = shape;
    visit(rule, shape);
  };
  for (const LimitRule& rule : rules.account_rules()) once(rule);
  for_each_rule(state, rules, subject, [&once](const LimitRule& rule, LimitSource) { once(rule); });
}

std::uint32_t profiles_stamp(const Rules& rules) {
  return static_cast<std::uint32_t>(rules.limits_stamp());
}

// Under which rules a usage was recorded: never the same again once they have changed, even when
// the old ones come back, since transactions may have passed them by.
std::uint64_t stamp_of(const Rules& rules, const LimitRule& rule, const LimitSubject& subject) {
  if (rule.scope == LimitScope::programme) return 0;
  std::uint64_t stamp = subject.account.limits_version;
  if (subject.account.limits_stamp != profiles_stamp(rules)) ++stamp;
  if (rule.scope == LimitScope::card) stamp += std::uint64_t{subject.card.limits_version} << 32;
  return stamp;
}

void see_rules(Deciding& d, const AccountRecord& account) {
  const std::uint32_t stamp = profiles_stamp(d.rules);
  if (account.limits_stamp != stamp) d.emit(LimitRulesSeen{account.number, stamp});
}

}  // namespace

std::uint64_t programme_of(const CardRecord& card) {
  const LimitOwner owner = limit_owner(card.limit_profile);
  std::uint64_t programme = 0;
  std::memcpy(&programme, owner.bytes.data(), sizeof programme);
  return programme;
}

std::vector<SourcedRule> limit_rules(const State& state, const Rules& rules, const CardToken& token,
                                     const CardRecord& card, const AccountRecord& account) {
  std::vector<SourcedRule> found;
  add_own(state, limit_owner(token), card.limit_rule_count, LimitSource::card, found);
  add_own(state, limit_owner(account.number), account.limit_rule_count, LimitSource::account,
          found);
  if (const LimitProfile* profile = rules.limit_profile(card.limit_profile)) {
    const std::vector<SourcedRule> nearer = found;
    for (const LimitRule& rule : profile->rules) {
      if (!replaced(nearer, rule)) found.push_back({rule, LimitSource::profile});
    }
  }
  return found;
}

// Newest first, so that the walk ends where the window begins.
LimitUsage usage_of_holds(const State& state, const LimitRule& rule, const LimitSubject& subject) {
  const std::int64_t first = first_date(rule.window, subject.business_date);
  const Instant after = subject.at.plus_seconds(-rule.rolling_seconds);
  LimitUsage usage;
  for (HoldId id = subject.account.last_hold; id;) {
    const HoldRecord hold = *state.holds.get(id);
    id = hold.previous_of_account;
    if (rule.window == LimitWindow::rolling) {
      if (hold.placed_at <= after) break;
    } else {
      if (hold.business_date.days < first) break;
      if (first_date(rule.window, hold.business_date) != first) continue;
    }
    if (rule.scope == LimitScope::card && hold.token != subject.token) continue;
    if (!rule.fits(hold.operation, hold.channel, hold.region, hold.keys.mcc)) continue;
    usage.amount += hold.used_amount;
    usage.count += hold.used_count;
  }
  return usage;
}

LimitUsage limit_usage(const State& state, const Rules& rules, const LimitRule& rule,
                       const LimitSubject& subject) {
  if (rule.window == LimitWindow::transaction) return {};
  if (is_ring(rule)) return ring_usage(state, rule, subject);
  if (!is_recorded(rule)) return usage_of_holds(state, rule, subject);
  const Window window = window_of(rule, subject.at, subject.business_date);
  const auto record = state.limit_usage.get({owner_of(rule, subject), rule.shape(), window.slot});
  if (record && record->window == window.number &&
      record->stamp == stamp_of(rules, rule, subject)) {
    return {record->amount, record->count};
  }
  // A rule that is new, or whose window is: what the holds have used already counts.
  if (rule.scope == LimitScope::programme) return {};
  return usage_of_holds(state, rule, subject);
}

std::optional<LimitBreach> find_breach(Deciding& d, const LimitSubject& subject, MinorUnits amount,
                                       std::int64_t count, MinorUnits so_far) {
  std::optional<LimitBreach> worst;
  MinorUnits worst_room = 0;
  for_each_rule(d.state, d.rules, subject, [&](const LimitRule& rule, LimitSource source) {
    if (!fits(rule, subject)) return;
    LimitUsage used = limit_usage(d.state, d.rules, rule, subject);
    if (rule.window == LimitWindow::transaction) used.amount = so_far;
    const bool amount_breach =
        rule.max_amount != LimitRule::no_maximum && amount > rule.max_amount - used.amount;
    const bool count_breach =
        rule.max_count != LimitRule::no_maximum && count > 0 && count > rule.max_count - used.count;
    if (!amount_breach && !count_breach) return;
    const Decline reason = amount_breach ? Decline::amount_limit : Decline::count_limit;
    const MinorUnits room =
        amount_breach ? rule.max_amount - used.amount : rule.max_count - used.count;
    // Amounts answer before counts; among equals the rule that leaves least.
    if (worst && std::pair(worst->reason, worst_room) <= std::pair(reason, room)) return;
    worst = LimitBreach{reason, {rule, source}, used};
    worst_room = room;
  });
  return worst;
}

void use_limits(Deciding& d, const LimitSubject& subject, MinorUnits amount, std::int64_t count) {
  see_rules(d, subject.account);
  for_each_recorded(d.state, d.rules, subject, [&](const LimitRule& rule, std::uint64_t shape) {
    const Window window = window_of(rule, subject.at, subject.business_date);
    LimitUsed fact;
    fact.owner = owner_of(rule, subject);
    fact.shape = shape;
    fact.slot = window.slot;
    fact.window = window.number;
    fact.stamp = stamp_of(d.rules, rule, subject);
    fact.amount = amount;
    fact.count = count;
    const auto record = d.state.limit_usage.get({fact.owner, shape, window.slot});
    const bool goes_on = record && record->window == fact.window && record->stamp == fact.stamp;
    if (!goes_on && rule.scope != LimitScope::programme) {
      const LimitUsage before = usage_of_holds(d.state, rule, subject);
      fact.amount += before.amount;
      fact.count += before.count;
    }
    d.emit(fact);
  });
}

void change_usage(Deciding& d, const HoldRecord& hold, MinorUnits amount, std::int64_t count) {
  if (amount == 0 && count == 0) return;
  const auto card = d.state.cards.get(hold.token);
  if (!card) return;  // a hold of another system
  const AccountRecord account = *d.state.accounts.get(hold.account);
  see_rules(d, account);
  const LimitSubject subject{hold.token,     *card,          account,
                             hold.operation, hold.channel,   hold.region,
                             hold.keys.mcc,  hold.placed_at, hold.business_date};
  for_each_recorded(d.state, d.rules, subject, [&](const LimitRule& rule, std::uint64_t shape) {
    // The programme that it used is not the card's any more: it keeps the usage.
    const bool programme = rule.scope == LimitScope::programme;
    if (programme && hold.programme != programme_of(*card)) return;
    const Window window = window_of(rule, hold.placed_at, hold.business_date);
    LimitUsed fact{owner_of(rule, subject), shape, window.slot, window.number, 0, amount, count};
    fact.stamp = stamp_of(d.rules, rule, subject);
    const auto record = d.state.limit_usage.get({fact.owner, shape, window.slot});
    // Of another window nothing is asked any more, and under other rules the holds will tell.
    if (!record || record->window != fact.window || record->stamp != fact.stamp) return;
    d.emit(fact);
  });
}

}  // namespace engine
