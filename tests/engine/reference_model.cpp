#include "reference_model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <tuple>

namespace engine::testing {
namespace {

// Rounded half-up; everything here is positive or mirrored around zero.
MinorUnits scaled(MinorUnits amount, MinorUnits numerator, MinorUnits denominator) {
  const MinorUnits size = (std::abs(amount) * numerator * 2 + denominator) / (2 * denominator);
  return amount < 0 ? -size : size;
}

std::int64_t first_day(LimitWindow window, std::int64_t date) {
  if (window == LimitWindow::week) return date - (date + 3) % 7;  // 1970-01-01 was a Thursday
  if (window != LimitWindow::month) return date;
  using namespace std::chrono;
  const year_month_day civil{sys_days{days{date}}};
  return sys_days{civil.year() / civil.month() / 1}.time_since_epoch().count();
}

bool posts(const Asked& asked) {
  return is_top_up(asked.operation) || asked.kind == AuthorizationKind::posting ||
         asked.kind == AuthorizationKind::forced_posting;
}
bool increments(const Asked& asked) {
  return asked.increment && is_debit(asked.operation) && !posts(asked);
}

std::string key_of(std::string_view card, std::string_view message_class, int stan) {
  return std::string(card) + "/" + std::string(message_class) + "/" + std::to_string(stan);
}
std::string key_of(const Asked& asked) {
  constexpr std::string_view classes[] = {"010", "012", "020", "022"};
  return key_of(asked.card, classes[static_cast<std::size_t>(asked.kind)], asked.stan);
}

}  // namespace

const ReferenceModel::Card& ReferenceModel::card_of(std::string_view name) const {
  return *std::find_if(cards.begin(), cards.end(),
                       [name](const Card& c) { return c.name == name; });
}

MinorUnits ReferenceModel::in_rubles(MinorUnits amount, std::string_view in, bool sell) const {
  return in == "RUB" ? amount : scaled(amount, sell ? euro_sell : euro_buy, 100);
}

MinorUnits ReferenceModel::held(std::size_t account) const {
  MinorUnits sum = 0;
  for (const Hold& hold : holds) {
    if (hold.account == account) sum += hold.amount + hold.fee;
  }
  return sum;
}

std::pair<MinorUnits, std::int64_t> ReferenceModel::usage(const LimitRule& rule,
                                                          const Card& card) const {
  std::pair<MinorUnits, std::int64_t> sum{0, 0};
  if (rule.window == LimitWindow::transaction) return sum;
  const std::int64_t today = now / 86'400;
  for (const Hold& hold : holds) {
    if (hold.card.empty()) continue;
    if (rule.window == LimitWindow::rolling) {
      if (hold.placed_at <= now - rule.rolling_seconds) continue;
    } else if (first_day(rule.window, hold.date) != first_day(rule.window, today)) {
      continue;
    }
    if (rule.scope == LimitScope::card && hold.card != card.name) continue;
    if (rule.scope == LimitScope::account && hold.account != card.account) continue;
    if (rule.scope == LimitScope::programme && hold.profile != card.profile) continue;
    if (!rule.fits(hold.operation, Channel::pos, Region::domestic, 5411)) continue;
    sum.first += hold.used;
    if (hold.counted) ++sum.second;
  }
  return sum;
}

void ReferenceModel::move(std::size_t account, MinorUnits amount, const char* other_side) {
  accounts[account].ledger += amount;
  internal[other_side] -= amount;
}

void ReferenceModel::count(const Work& work) {
  const bool financial = is_financial(work.asked.kind);
  const int category = !financial                       ? ReconciliationTotals::authorizations
                       : is_debit(work.asked.operation) ? ReconciliationTotals::debits
                                                        : ReconciliationTotals::credits;
  auto& [number, amount] = totals[{std::string(work.asked.in), category}];
  ++number;
  amount += work.transaction;
}

void ReferenceModel::set_fee(Work& work) const {
  work.fee = 0;
  work.terms = {};
  const bool acknowledged = work.asked.operation == Operation::refund && !posts(work.asked);
  if (acknowledged || work.amount == 0) return;
  for (const Tariff& tariff : tariffs) {
    if ((tariff.operations >> static_cast<int>(work.asked.operation) & 1) == 0) continue;
    work.terms = tariff.terms;
    work.fee = *tariff.terms.fee(work.amount);
    return;
  }
}

std::string ReferenceModel::ask(const Asked& asked) {
  const std::string key = key_of(asked);
  const std::string content =
      std::to_string(minor(asked.amount)) + "/" + std::to_string(static_cast<int>(asked.operation));
  for (const Answered& before : answers_) {
    if (before.key != key) continue;
    return before.content == content ? before.answer : "same_key_other_content";
  }
  Answered answered{key, content, "already_reversed"};
  const bool early = std::count(reversed_early_.begin(), reversed_early_.end(), key) > 0;
  if (!early) answered.answer = decide(asked, answered);
  answers_.push_back(answered);
  return answered.answer;
}

std::string ReferenceModel::decide(const Asked& asked, Answered& answered) {
  const bool told_only = is_unconditional(asked.kind);
  const bool debit = is_debit(asked.operation);
  if (minor(asked.amount) == 0 && !(told_only && debit))
    return told_only ? "approved" : "bad_amount";
  const Card& card = card_of(asked.card);
  Work work{asked, card};
  work.transaction = minor(asked.amount);
  work.amount =
      asked.billed.empty() ? in_rubles(work.transaction, asked.in, debit) : minor(asked.billed);
  if (!told_only && debit && accounts[card.account].debit_blocked) return "account_blocked";
  set_fee(work);
  std::string answer = "approved";
  if (!told_only) answer = request(work, answered.hold);
  if (told_only && asked.approved_elsewhere) advice(work, answered.hold);
  answered.in = asked.in;
  answered.transaction = work.transaction;
  return answer;
}

std::string ReferenceModel::refusal_by_limits(const Work& work, bool counts,
                                              MinorUnits so_far) const {
  std::string refusal;
  const auto profile = profiles.find(work.card.profile);
  if (profile == profiles.end()) return refusal;
  for (const LimitRule& rule : profile->second) {
    if (!rule.fits(work.asked.operation, Channel::pos, Region::domestic, 5411)) continue;
    auto [amount, count] = usage(rule, work.card);
    if (rule.window == LimitWindow::transaction) amount = so_far;
    if (rule.max_amount >= 0 && amount + work.amount > rule.max_amount) return "amount_limit";
    if (rule.max_count >= 0 && counts && count + 1 > rule.max_count) refusal = "count_limit";
  }
  return refusal;
}

std::string ReferenceModel::request(Work& work, std::size_t& hold) {
  const Asked& asked = work.asked;
  const bool debit = is_debit(asked.operation);
  std::size_t original = none;
  if (increments(asked)) {
    original = newest(asked, true);
    if (original == none || holds[original].in != asked.in) return "original_not_found";
    const Hold& to = holds[original];
    const MinorUnits whole = *to.terms.fee(to.cleared + to.amount + work.amount);
    work.fee = std::max<MinorUnits>(whole - to.fee - to.posted_fee, 0);
  }
  const MinorUnits so_far = original == none ? 0 : holds[original].used;
  const std::string refusal = refusal_by_limits(work, original == none, so_far);
  if (!refusal.empty()) return refusal;
  const MinorUnits can_spend = available(work.card.account);
  const MinorUnits costs = (debit ? work.amount : -work.amount) + work.fee;
  if (costs > can_spend && costs > 0) {
    const bool may =
        asked.partial && debit && asked.operation != Operation::cash && original == none;
    if (!may) return "insufficient_funds";
    const MinorUnits wanted = work.amount;
    const MinorUnits whole = work.transaction;
    // The largest part of the merchant's amount of which what it comes to fits with its fee.
    do {
      if (--work.transaction == 0) return "insufficient_funds";
      work.amount = asked.billed.empty() ? in_rubles(work.transaction, asked.in, true)
                                         : scaled(wanted, work.transaction, whole);
      set_fee(work);
    } while (work.amount == 0 || work.amount + work.fee > can_spend);
  }
  if (original != none) {
    hold = original;
    increase(work, holds[original]);
  } else if (posts(asked)) {
    post_now(work, hold);
  } else {
    place_hold(work, hold);
  }
  return "approved";
}

std::size_t ReferenceModel::newest(const Asked& asked, bool open) const {
  for (std::size_t i = holds.size(); i-- > 0;) {
    const Hold& hold = holds[i];
    if (hold.card != asked.card || hold.lifecycle != asked.lifecycle) continue;
    if (hold.open != open) continue;
    if (open) return i;
    const bool taken_back = hold.reversed && hold.remaining == 0;
    if (!taken_back && is_debit(hold.operation) == is_debit(asked.operation)) return i;
  }
  return none;
}

std::size_t ReferenceModel::add_hold(const Work& work) {
  Hold hold;
  hold.account = work.card.account;
  hold.card = work.card.name;
  hold.profile = work.card.profile;
  hold.lifecycle = work.asked.lifecycle;
  hold.operation = work.asked.operation;
  hold.in = work.asked.in;
  hold.terms = work.terms;
  hold.used = work.amount;
  hold.counted = true;
  hold.transaction = hold.remaining = work.transaction;
  hold.placed_at = now;
  hold.date = now / 86'400;
  holds.push_back(hold);
  return holds.size() - 1;
}

void ReferenceModel::place_hold(const Work& work, std::size_t& hold) {
  count(work);
  hold = add_hold(work);
  Hold& placed = holds[hold];
  if (!is_debit(work.asked.operation)) {
    placed.acknowledged = true;
    return;
  }
  placed.open = true;
  placed.amount = work.amount;
  placed.fee = work.fee;
  placed.expires_at = now + 7 * 86'400;
}

void ReferenceModel::post_now(const Work& work, std::size_t& hold) {
  count(work);
  hold = add_hold(work);
  Hold& posted = holds[hold];
  posted.financial = is_financial(work.asked.kind);
  posted.posted = is_debit(work.asked.operation) ? -work.amount : work.amount;
  posted.posted_fee = work.fee;
  move(posted.account, posted.posted, "RUB settlement");
  move(posted.account, -work.fee, "RUB fee_income");
}

void ReferenceModel::increase(const Work& work, Hold& hold) {
  count(work);
  hold.amount += work.amount;
  hold.fee += work.fee;
  hold.used += work.amount;
  hold.transaction += work.transaction;
  hold.remaining += work.transaction;
  hold.expires_at = std::max(hold.expires_at, now + 7 * 86'400);
}

void ReferenceModel::advice(Work& work, std::size_t& hold) {
  const Asked& asked = work.asked;
  const std::size_t open = is_debit(asked.operation) ? newest(asked, true) : none;
  std::size_t completed = increments(asked) ? none : open;
  if (open != none && increments(asked) && work.amount > 0 && holds[open].in == asked.in) {
    Hold& to = holds[hold = open];
    const MinorUnits whole = *to.terms.fee(to.cleared + to.amount + work.amount);
    work.fee = std::max<MinorUnits>(whole - to.fee - to.posted_fee, 0);
    return increase(work, to);
  }
  if (completed == none) {
    const std::size_t ended = newest(asked, false);
    if (ended != none) {
      const Hold& before = holds[ended];
      const bool moved = before.posted != 0 || before.clearings > 0;
      const bool same = before.in == asked.in && before.remaining == work.transaction;
      if (moved && (!posts(asked) || same || before.clearings > 0)) return void(hold = ended);
      const bool comparable = before.in == asked.in || before.remaining > 0;
      if (!moved && posts(asked) && comparable) completed = ended;
      if (!moved && !posts(asked) && before.acknowledged) return void(hold = ended);
    }
  }
  if (completed == none) {
    if (work.amount == 0) return;
    return posts(asked) ? post_now(work, hold) : place_hold(work, hold);
  }
  count(work);
  Hold& of = holds[hold = completed];
  const bool was_open = of.open;
  const MinorUnits rest = std::max<MinorUnits>(work.amount - of.cleared, 0);
  const MinorUnits whole_fee = *of.terms.fee(of.cleared + rest);
  const MinorUnits fee = rest > 0 ? std::max<MinorUnits>(whole_fee - of.posted_fee, 0) : 0;
  if (of.in == asked.in) {
    of.remaining = work.transaction;
  } else if (of.amount + of.cleared > 0) {
    of.remaining = scaled(of.remaining, work.amount, of.amount + of.cleared);
  }
  of.used = std::max(work.amount, of.cleared);
  of.counted = of.used > 0;
  of.amount = posts(asked) ? 0 : rest;
  of.fee = posts(asked) ? 0 : fee;
  of.open = !posts(asked) && rest > 0;
  if (!posts(asked)) return;
  of.financial = true;
  const MinorUnits amount = was_open ? rest : work.amount;
  const MinorUnits posted = is_debit(asked.operation) ? -amount : amount;
  const MinorUnits posted_fee = was_open ? fee : work.fee;
  of.posted += posted;
  of.posted_fee += posted_fee;
  move(of.account, posted, "RUB settlement");
  move(of.account, -posted_fee, "RUB fee_income");
}

std::string ReferenceModel::take_back(const TakenBack& reversal) {
  const std::string key = key_of(reversal.card, reversal.advice ? "042" : "040", reversal.stan);
  const std::string content = std::to_string(minor(reversal.amount));
  for (const Answered& before : answers_) {
    if (before.key != key) continue;
    if (before.content == content) return before.answer;
    return reversal.advice ? "approved" : "same_key_other_content";
  }
  const std::string of = key_of(reversal.card, reversal.original_class, reversal.of);
  Answered answered{key, content, "approved"};
  const auto original = std::find_if(answers_.begin(), answers_.end(),
                                     [&of](const Answered& a) { return a.key == of; });
  if (original != answers_.end()) {
    answered.hold = original->hold;
    if (original->hold != none) reverse(holds[original->hold], reversal, *original);
  } else {
    reversed_early_.push_back(of);
    if (!reversal.advice) answered.answer = "original_not_found";
  }
  answers_.push_back(answered);
  return answered.answer;
}

void ReferenceModel::reverse(Hold& hold, const TakenBack& reversal, Answered& named) {
  const bool comparable = reversal.in == hold.in;
  const MinorUnits said = minor(reversal.amount);
  MinorUnits taken = hold.remaining;
  // A message of several that made the hold is taken back alone, unless the sum is named.
  const bool of_several = named.in == hold.in && named.transaction < hold.transaction;
  const bool sum = comparable && said >= std::max(hold.transaction, hold.remaining);
  if (of_several && !sum) {
    taken = std::clamp<MinorUnits>(named.transaction - named.reversed, 0, taken);
  }
  if (!reversal.stays.empty()) {
    const MinorUnits stays = minor(reversal.stays);
    if (comparable) taken = std::max<MinorUnits>(taken - stays, 0);
    if (!comparable && stays > 0) taken = 0;
  } else if (comparable && said > 0 && said != named.transaction) {
    taken = std::min(taken, said);
  }
  if (hold.remaining == 0 || taken == 0) return;
  const bool all = taken == hold.remaining;
  auto keeps = [&](MinorUnits amount) {
    return all ? 0 : scaled(amount, hold.remaining - taken, hold.remaining);
  };
  auto fee_of = [&](MinorUnits amount, MinorUnits before) {
    return amount == 0 ? 0 : std::min(*hold.terms.fee(amount), before);
  };
  MinorUnits unused = 0;
  if (hold.clearings == 0 && hold.posted != 0) {
    const MinorUnits kept = keeps(hold.posted);
    const MinorUnits back = hold.posted - kept;
    const MinorUnits fee_back = hold.posted_fee - fee_of(std::abs(kept), hold.posted_fee);
    move(hold.account, -back, "RUB settlement");
    move(hold.account, fee_back, "RUB fee_income");
    if (hold.financial) {
      auto& [number, amount] =
          totals[{hold.in, is_debit(hold.operation) ? ReconciliationTotals::debit_reversals
                                                    : ReconciliationTotals::credit_reversals}];
      ++number;
      amount += taken;
    }
    hold.posted -= back;
    hold.posted_fee -= fee_back;
    unused = std::abs(back);
  } else if (hold.open) {
    const MinorUnits kept =
        std::clamp<MinorUnits>(keeps(hold.amount + hold.cleared) - hold.cleared, 0, hold.amount);
    unused = hold.amount - kept;
    const MinorUnits fee = *hold.terms.fee(hold.cleared + kept) - hold.posted_fee;
    hold.fee = kept == 0 ? 0 : std::clamp<MinorUnits>(fee, 0, hold.fee);
    hold.amount = kept;
    if (all) hold.open = false;
  } else if (hold.acknowledged && hold.clearings == 0) {
    unused = hold.used - keeps(hold.used);
  } else {
    return;
  }
  hold.used -= std::min(unused, hold.used);
  if (all && hold.cleared == 0) hold.counted = false;
  hold.remaining -= taken;
  hold.reversed = true;
  named.reversed += taken;
}

bool ReferenceModel::can_be_given_back(std::size_t hold, const Cleared& reversal) const {
  const MinorUnits amount =
      in_rubles(minor(reversal.amount), reversal.in, is_debit(reversal.operation));
  return std::any_of(records_.begin(), records_.end(), [&](const Record& record) {
    return record.hold == hold && !record.is_reversal && !record.reversed &&
           std::abs(record.moved) == amount;
  });
}

std::size_t ReferenceModel::find_hold(const Cleared& record) const {
  std::size_t best = none;
  auto rank = [&](const Hold& hold) {
    const MinorUnits expected = hold.remaining != 0 ? hold.remaining : hold.transaction;
    return std::tuple(hold.remaining == 0, hold.finally_cleared,
                      is_top_up(record.operation) != is_top_up(hold.operation),
                      std::abs(expected - minor(record.amount)), !hold.open && hold.posted == 0);
  };
  for (std::size_t i = 0; i < holds.size(); ++i) {
    const Hold& hold = holds[i];
    if (hold.card != record.card || hold.lifecycle != record.lifecycle) continue;
    const bool fits = is_debit(record.operation) == is_debit(hold.operation) &&
                      (record.reversal ? can_be_given_back(i, record) : !hold.stands_in);
    if (fits && (best == none || rank(hold) < rank(holds[best]))) best = i;
  }
  return best;
}

std::string ReferenceModel::clear(const Cleared& record) {
  for (const Record& before : records_) {
    if (before.name == record.record) return "duplicate";
  }
  const bool debit = is_debit(record.operation);
  const MinorUnits amount = in_rubles(minor(record.amount), record.in, debit);
  if (record.reversal) return give_back(record, amount);
  const std::size_t found = find_hold(record);
  const std::size_t account = card_of(record.card).account;
  Record made{std::string(record.record), account, found};
  std::string outcome = found == none ? "posted_unmatched" : "posted_matched";
  if (found != none && holds[found].posted != 0 && !holds[found].finally_cleared) {
    confirm(found, record, made);
    if (made.posted == 0) outcome = "matched_only";
  } else {
    made.moved = made.posted = debit ? -amount : amount;
    move(account, made.moved, "RUB settlement");
  }
  if (found == none) {
    Hold hold;
    hold.account = account;
    hold.card = record.card;
    hold.lifecycle = record.lifecycle;
    hold.operation = record.operation;
    hold.in = record.in;
    hold.transaction = hold.remaining = minor(record.amount);
    hold.cleared = amount;
    hold.clearings = 1;
    hold.finally_cleared = record.final;
    hold.stands_in = true;
    hold.placed_at = now;
    hold.date = now / 86'400;
    made.hold = holds.size();
    holds.push_back(hold);
  }
  if (found != none && !made.confirms) {
    Hold& hold = holds[found];
    ++hold.clearings;
    hold.cleared += amount;
    if (record.final) hold.finally_cleared = true;
    if (hold.open) {
      move(account, -hold.fee, "RUB fee_income");
      hold.posted_fee += hold.fee;
      hold.fee = 0;
      hold.amount -= record.final ? hold.amount : std::min(amount, hold.amount);
      hold.open = !record.final;
      if (record.final) hold.used = std::min(hold.used, hold.cleared);
    }
  }
  records_.push_back(made);
  return outcome;
}

void ReferenceModel::confirm(std::size_t which, const Cleared& record, Record& made) {
  Hold& hold = holds[which];
  const bool credit = hold.posted > 0;
  const MinorUnits settled = minor(record.amount);
  MinorUnits paid = std::abs(hold.posted);  // by the customer, after what came back and went again
  MinorUnits told = 0;                      // by records that still stand
  MinorUnits returned = 0;                  // and not presented again
  MinorUnits whole = std::abs(hold.posted);
  for (const Record& before : records_) {
    if (before.hold != which || before.is_reversal) continue;
    if (!before.confirms) {
      whole += credit ? before.posted : -before.posted;
      if (before.reversed) returned += std::abs(before.posted);
      continue;
    }
    const MinorUnits again = std::abs(before.posted);
    paid += again;
    returned -= again;
    if (before.reversed) {
      paid -= std::abs(before.moved);
      returned += std::abs(before.moved);
    } else {
      told += std::abs(before.moved);
    }
  }
  const MinorUnits open = std::max<MinorUnits>(paid - told, 0);
  MinorUnits part = in_rubles(settled, record.in, !credit);
  if (record.in == hold.in && record.in != "RUB" && hold.remaining > 0) {
    part = scaled(whole, settled, hold.remaining);
  }
  const MinorUnits confirmed = record.final ? open : std::min(part, open);
  const MinorUnits again = std::clamp<MinorUnits>(part - confirmed, 0, returned);
  hold.cleared += confirmed + again;
  ++hold.clearings;
  if (record.final) hold.finally_cleared = true;
  made.confirms = true;
  made.posted = credit ? again : -again;
  made.moved = credit ? confirmed + again : -confirmed - again;
  if (again != 0) move(hold.account, made.posted, "RUB settlement");
  book_rate_result(record, made.moved, credit);
}

void ReferenceModel::book_rate_result(const Cleared& record, MinorUnits moved, bool credit) {
  const MinorUnits settled = minor(record.amount);
  const MinorUnits size = in_rubles(settled, record.in, !credit);
  const bool comes_in = credit != record.reversal;
  const MinorUnits paid = comes_in ? size : -size;
  internal["RUB fx_result"] += paid - moved;
  if (record.in == "RUB") {
    internal["RUB settlement"] -= paid - moved;
    return;
  }
  internal["RUB settlement"] += moved;
  internal["RUB fx_position"] -= paid;
  internal["EUR settlement"] -= comes_in ? settled : -settled;
  internal["EUR fx_position"] += comes_in ? settled : -settled;
}

std::string ReferenceModel::give_back(const Cleared& record, MinorUnits amount) {
  Record* presentment = nullptr;
  bool named = false;
  for (Record& before : records_) {
    if (!record.presentment.empty() && before.name == record.presentment) {
      named = true;
      const bool fits =
          !before.reversed && !before.is_reversal && before.account == card_of(record.card).account;
      if (fits) presentment = &before;
    }
  }
  const std::size_t hold = named ? none : find_hold(record);
  for (Record& before : records_) {
    const bool fits = hold != none && before.hold == hold && !before.is_reversal &&
                      !before.reversed && std::abs(before.moved) == amount;
    if (fits) presentment = &before;  // the newest
  }
  if (presentment == nullptr) return "rejected: original_not_found";
  presentment->reversed = true;
  Record made{std::string(record.record), presentment->account, presentment->hold,
              -presentment->moved, true};
  made.posted = made.moved;
  move(made.account, made.moved, "RUB settlement");
  if (presentment->confirms) book_rate_result(record, made.moved, !is_debit(record.operation));
  records_.push_back(made);
  return made.moved == 0 ? "matched_only" : "posted_matched";
}

std::string ReferenceModel::place(std::size_t account, MinorUnits amount, bool conditional) {
  if (accounts[account].debit_blocked && conditional) return "account_blocked";
  if (conditional && available(account) < amount) return "insufficient_funds";
  Hold hold;
  hold.account = account;
  hold.amount = hold.transaction = hold.remaining = amount;
  hold.open = true;
  holds.push_back(hold);
  return "approved";
}

void ReferenceModel::end(Hold& hold) {
  hold.open = false;
  hold.amount = hold.fee = 0;
  hold.used = std::min(hold.used, hold.cleared);
  if (hold.cleared == 0) hold.counted = false;
}

std::string ReferenceModel::release(std::size_t hold) {
  if (!holds[hold].open) return "hold_ended";
  end(holds[hold]);
  return "approved";
}

void ReferenceModel::expire() {
  for (Hold& hold : holds) {
    if (hold.open && hold.expires_at != 0 && hold.expires_at <= now) end(hold);
  }
}

}  // namespace engine::testing
