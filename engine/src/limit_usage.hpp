// What is used of limits: reckoned, checked, and changed with the holds that use them.
#pragma once

#include <optional>
#include <vector>

#include "decide.hpp"

namespace engine {

struct SourcedRule {
  LimitRule rule;
  LimitSource source = LimitSource::profile;
};
// The rules that a card's transactions are under: the card's own, its account's, its profile's. Of
// those with one name the nearest counts.
std::vector<SourcedRule> limit_rules(const State& state, const Rules& rules, const CardToken& token,
                                     const CardRecord& card, const AccountRecord& account);

// The programme that a card's usage counts for, as its holds remember it.
std::uint64_t programme_of(const CardRecord& card);

// What uses limits: by whom, as what, and when.
struct LimitSubject {
  CardToken token;
  const CardRecord& card;
  const AccountRecord& account;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  std::uint16_t mcc = 0;
  Instant at;
  BusinessDate business_date;
};

struct LimitUsage {
  MinorUnits amount = 0;
  std::int64_t count = 0;
};
// Of the rule, in the window that `at` and `business_date` lie in.
LimitUsage limit_usage(const State& state, const Rules& rules, const LimitRule& rule,
                       const LimitSubject& subject);

// The same, added up from the holds of the subject's card or account: slow, and always right.
LimitUsage usage_of_holds(const State& state, const LimitRule& rule, const LimitSubject& subject);

// A rule that does not allow `amount` and `count` more. `so_far`: what the same transaction has
// used before, for rules on single transactions.
struct LimitBreach {
  Decline reason = Decline::none;
  SourcedRule by;
  LimitUsage used;
};
std::optional<LimitBreach> find_breach(Deciding& d, const LimitSubject& subject, MinorUnits amount,
                                       std::int64_t count, MinorUnits so_far);

// Adds to the usage of every rule that the subject falls under.
void use_limits(Deciding& d, const LimitSubject& subject, MinorUnits amount, std::int64_t count);
// Takes off, in the window that the hold used; what it has not used before is not counted.
void change_usage(Deciding& d, const HoldRecord& hold, MinorUnits amount, std::int64_t count);

}  // namespace engine
