// Random work on a few accounts, all operations mixed, compared after every step with the reference
// model: answers, balances, holds, usage of limits, internal accounts. Now and then a follower that
// reads the events' bytes catches up, and at the end a state is rebuilt from the first event: every
// table must be the same, byte for byte.
//
//   build/engine_tests "[simulation]"                                      20 seeds of 600 steps
//   HOLDFAST_SEEDS=1000 HOLDFAST_STEPS=1000 build/engine_tests "[simulation]"    a million steps
//   HOLDFAST_SEED=17 build/engine_tests "[simulation]"                     a failing seed alone
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "event_codec.hpp"
#include "reference_model.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

std::uint64_t from_environment(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string text_of(MinorUnits amount) {
  return format_amount(amount, currency("RUB"));
}

template <class Key, class Record>
void compare_tables(Table<Key, Record>& a, Table<Key, Record>& b) {
  INFO(a.name());
  REQUIRE(a.changed_count() == b.changed_count());
  for (std::uint32_t i = 0; i < a.changed_count(); ++i) {
    const auto& entry = a.changed().entry(i);
    const auto other = b.get(entry.key);
    REQUIRE(other.has_value());
    REQUIRE(std::memcmp(&*other, &entry.record, sizeof(Record)) == 0);
  }
}
void compare_tables(ExpiryIndex& a, ExpiryIndex& b) {
  auto left = a.first_from(0);
  auto right = b.first_from(0);
  while (left && right) {
    REQUIRE(left->second == right->second);
    REQUIRE(left->head == right->head);
    left = a.first_from(left->second + 1);
    right = b.first_from(right->second + 1);
  }
  REQUIRE(left.has_value() == right.has_value());
}
template <class T>
T& same_table(State& state, const char* name) {
  T* found = nullptr;
  state.for_each_table([&](auto& table) {
    if constexpr (std::is_same_v<std::decay_t<decltype(table)>, T>) {
      if (std::string_view(table.name()) == name) found = &table;
    }
  });
  return *found;
}
void compare_states(State& a, State& b) {
  a.for_each_table([&b](auto& table) {
    compare_tables(table, same_table<std::decay_t<decltype(table)>>(b, table.name()));
  });
  REQUIRE(std::memcmp(&a.meta, &b.meta, sizeof a.meta) == 0);
}

void apply_all(State& state, std::span<const std::uint8_t> bytes) {
  Event event;
  while (!bytes.empty()) {
    REQUIRE(decode_event(bytes, event));
    apply(state, event);
  }
}

constexpr std::string_view link = "processor";
constexpr Operation operations[] = {Operation::purchase, Operation::purchase, Operation::purchase,
                                    Operation::cash,     Operation::deposit,  Operation::refund};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed) {
    const std::vector<Limited> limits{
        {.name = "a day", .amount = "900.00", .count = 12},
        {.name = "a week", .count = 40, .window = LimitWindow::week, .scope = LimitScope::account},
        {.name = "a month",
         .amount = "9000.00",
         .window = LimitWindow::month,
         .scope = LimitScope::programme},
        {.name = "an hour",
         .amount = "500.00",
         .window = LimitWindow::rolling,
         .rolling_seconds = 3600,
         .operations = {Operation::cash, Operation::refund}},
        {.name = "one",
         .amount = "400.00",
         .window = LimitWindow::transaction,
         .operations = {Operation::purchase}}};
    ledger_.set_profile("standard", limits);
    for (const Limited& limit : limits) model_.profiles["standard"].push_back(rule_of(limit));
    ledger_.rules.tariffs = {
        tariff_of({.flat = "1.00", .percent = "1.25", .operations = {Operation::purchase}}),
        tariff_of({.percent = "2",
                   .min = "3.00",
                   .max = "6.00",
                   .operations = {Operation::cash, Operation::deposit}})};
    model_.tariffs = ledger_.rules.tariffs;
    for (int account = 0; account < 3; ++account) {
      const std::string id = numbered("P", account);
      ledger_.open(id, "1000.00");
      model_.accounts.push_back({id, minor("1000.00")});
      for (const char* suffix : {"a", "b", "c"}) {
        const std::string profile = *suffix == 'c' ? "" : "standard";
        ledger_.issue(id + suffix, id, 2812, profile);
        model_.cards.push_back({id + suffix, static_cast<std::size_t>(account), profile});
      }
    }
  }

  void step() {
    model_.now = ledger_.now.seconds();
    // A command that was overtaken on its way may bring the date before; it is the new one's.
    const BusinessDate today{static_cast<std::int32_t>(model_.now / 86'400)};
    const bool late = ledger_.state.meta.last_business_date == today && below(5) == 0;
    ledger_.business_date = BusinessDate{today.days - (late ? 1 : 0)};
    const int kind = below(100);
    if (kind < 38) {
      ask_anew();
    } else if (kind < 43) {
      ask_again();
    } else if (kind < 60) {
      take_back();
    } else if (kind < 82) {
      clear();
    } else if (kind < 88) {
      hold_by_hand();
    } else if (kind < 90) {
      block();
    } else if (kind < 92) {
      change_rate();
    } else if (kind < 93) {
      cut_over();
    } else {
      pass_time();
    }
    compare();
    if (below(50) == 0) {
      apply_all(follower_, std::span(ledger_.journal).subspan(followed_));
      followed_ = ledger_.journal.size();
      compare_states(ledger_.state, follower_);
    }
  }

  void rebuild() {
    State rebuilt;
    apply_all(rebuilt, ledger_.journal);
    compare_states(ledger_.state, rebuilt);
  }

  std::string last;

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  // What a message says, kept so that it can be said again.
  struct Said {
    std::string card, lifecycle, amount, in, billed;
    int stan = 0;
    Operation operation = Operation::purchase;
    AuthorizationKind kind = AuthorizationKind::request;
    bool increment = false, partial = false, approved_elsewhere = true;

    Asked asked() const {
      Asked a;
      a.amount = amount;
      a.stan = stan;
      a.operation = operation;
      a.in = in;
      a.billed = billed;
      a.link = link;
      a.card = card;
      a.lifecycle = lifecycle;
      a.kind = kind;
      a.increment = increment;
      a.partial = partial;
      a.approved_elsewhere = approved_elsewhere;
      return a;
    }
  };

  std::string some_amount() { return text_of(1 + below(below(4) == 0 ? 60'000 : 15'000)); }

  Said some_message() {
    Said said;
    said.stan = ++last_stan_;
    if (!said_.empty() && below(3) == 0) {
      // About a transaction that was spoken of before.
      const Said& before = some_said();
      said.card = before.card;
      said.lifecycle = before.lifecycle;
      said.operation = before.operation;
      said.in = below(8) == 0 ? "EUR" : before.in;
      said.increment = below(2) == 0;
      said.kind = static_cast<AuthorizationKind>(below(4));
      said.amount = below(2) == 0 ? before.amount : below(12) == 0 ? "0.00" : some_amount();
    } else {
      said.card = model_.cards[random_() % model_.cards.size()].name;
      said.lifecycle = numbered("L", ++last_lifecycle_);
      said.operation = operations[random_() % std::size(operations)];
      said.in = below(5) == 0 ? "EUR" : "RUB";
      said.kind =
          below(3) == 0 ? static_cast<AuthorizationKind>(below(4)) : AuthorizationKind::request;
      said.amount = some_amount();
    }
    if (said.in == "EUR") {
      // The processor may have converted it.
      if (below(3) == 0 && minor(said.amount) > 0) said.billed = said.amount;
      said.amount = text_of(std::max<MinorUnits>(minor(said.amount) / 60, 1));
    }
    said.partial = below(3) == 0;
    said.approved_elsewhere = below(10) != 0;
    return said;
  }
  const Said& some_said() {
    const std::size_t recent = std::min<std::size_t>(said_.size(), 60);
    return said_[said_.size() - 1 - random_() % recent];
  }

  void say(const Said& said) {
    last = fmt::format("ask {} {} {} {} {} stan {} {}{}", said.card, said.lifecycle,
                       name(said.operation), said.amount, said.in, said.stan, name(said.kind),
                       said.increment ? " increment" : "");
    const std::string expected = model_.ask(said.asked());
    INFO(last);
    REQUIRE(told(ledger_.ask(said.asked())) == expected);
  }
  void ask_anew() {
    Said said = some_message();
    // Some are held back, so that their reversal comes first.
    said_.push_back(said);
    if (below(12) != 0) say(said);
  }
  void ask_again() {
    if (said_.empty()) return;
    Said said = some_said();
    if (below(4) == 0) said.amount = some_amount();
    say(said);
  }

  void take_back() {
    if (said_.empty()) return;
    const Said said = some_said();
    constexpr std::string_view classes[] = {"010", "012", "020", "022"};
    const std::string amount = below(4) == 0 ? some_amount() : said.amount;
    const std::string stays = below(3) == 0 ? some_amount() : "";
    TakenBack reversal;
    reversal.amount = amount;
    reversal.of = said.stan;
    reversal.stan = below(6) == 0 ? std::max(1, last_reversal_ - below(5)) : ++last_reversal_;
    reversal.card = said.card;
    reversal.advice = below(2) == 0;
    reversal.stays = stays;
    reversal.in = below(12) == 0 ? "EUR" : std::string_view(said.in);
    reversal.original_class = classes[static_cast<std::size_t>(said.kind)];
    reversal.link = link;
    last = fmt::format("take back {} of {} {} stays '{}' {} stan {}", amount, said.stan, said.card,
                       stays, reversal.in, reversal.stan);
    INFO(last);
    const std::string expected = model_.take_back(reversal);
    REQUIRE(told(ledger_.take_back(reversal)) == expected);
  }

  void clear() {
    if (said_.empty()) return;
    const Said said = some_said();
    const bool again = below(8) == 0;
    const std::string name = numbered("R", again ? 1 + below(last_record_ + 1) : ++last_record_);
    const std::string presentment = numbered("R", 1 + below(last_record_ + 1));
    const std::string amount = below(3) == 0 ? some_amount() : said.amount;
    Cleared record;
    record.record = name;
    record.amount = amount;
    record.operation = said.operation;
    record.in = said.in;
    record.card = said.card;
    record.lifecycle = below(10) == 0 ? std::string_view("L0") : std::string_view(said.lifecycle);
    record.final = below(3) != 0;
    record.reversal = below(3) == 0;
    if (record.reversal && below(2) == 0) record.presentment = presentment;
    last = fmt::format("clear {} {} {} {} {} {}{}{}", name, said.card, record.lifecycle,
                       engine::name(said.operation), amount, said.in, record.final ? " final" : "",
                       record.reversal ? " reversal" : "");
    INFO(last);
    if (minor(amount) == 0) return;
    const std::string expected = model_.clear(record);
    const Answer answer = ledger_.clear(record);
    std::string found(engine::name(answer.decision.clearing));
    if (!answer.decision.approved()) found += ": " + told(answer);
    REQUIRE(found == expected);
  }

  void hold_by_hand() {
    if (below(2) == 0 && !model_.holds.empty()) {
      const std::size_t hold = random_() % model_.holds.size();
      last = fmt::format("release {}", hold + 1);
      INFO(last);
      const std::string expected = model_.release(hold);
      REQUIRE(told(ledger_.release(HoldId{hold + 1})) == expected);
      return;
    }
    const auto account = random_() % model_.accounts.size();
    const std::string amount = some_amount();
    const bool conditional = below(2) == 0;
    last = fmt::format("hold {} of P{}", amount, account);
    INFO(last);
    const std::string expected = model_.place(account, minor(amount), conditional);
    REQUIRE(told(ledger_.hold(amount, conditional ? HoldKind::manual : HoldKind::arrest,
                              conditional, model_.accounts[account].id)) == expected);
  }

  void block() {
    auto& account = model_.accounts[random_() % model_.accounts.size()];
    account.debit_blocked = below(3) == 0;
    ledger_.set_account(
        account.id, account.debit_blocked ? AccountStatus::debit_blocked : AccountStatus::active);
  }
  void change_rate() {
    model_.euro_buy = 5000 + below(2000);
    model_.euro_sell = model_.euro_buy + below(500);
    ledger_.set_rate("EUR", text_of(model_.euro_buy), text_of(model_.euro_sell));
  }
  void cut_over() {
    ledger_.run(CutOver{LinkName::cut(link)});
    model_.totals.clear();
  }
  void pass_time() {
    const int span = below(4);
    ledger_.business_date.reset();
    ledger_.wait_seconds(span == 0 ? below(4 * 86'400) : span == 1 ? below(7200) : below(60));
    model_.now = ledger_.now.seconds();
    last = fmt::format("now {}", model_.now);
    ledger_.expire(static_cast<std::uint32_t>(1 + below(20)));
    model_.expire();
  }

  void compare() {
    INFO(last);
    for (std::size_t i = 0; i < model_.accounts.size(); ++i) {
      INFO(model_.accounts[i].id);
      const AccountRecord record = *ledger_.state.account(AccountId::cut(model_.accounts[i].id));
      REQUIRE(record.ledger() == model_.accounts[i].ledger);
      REQUIRE(record.held == model_.held(i));
    }
    REQUIRE(ledger_.state.meta.hold_count == model_.holds.size());
    for (std::size_t i = 0; i < model_.holds.size(); ++i) compare(i);
    for (const auto& card : model_.cards) {
      const auto profile = model_.profiles.find(card.profile);
      if (profile == model_.profiles.end()) continue;
      for (const LimitRule& rule : profile->second) {
        const auto [amount, count] = model_.usage(rule, card);
        INFO(card.name << " " << rule.name.view());
        REQUIRE(ledger_.used(rule.name.view(), card.name) ==
                fmt::format("{}/{}", text_of(amount), count));
      }
    }
    for (const char* alpha : {"RUB", "EUR"}) compare_totals(alpha);
    for (const auto& [key, amount] : model_.internal) {
      INFO(key);
      const LedgerRecord totals = ledger_.state.ledger_of(currency(key.substr(0, 3)));
      for (std::size_t i = 0; i < internal_account_count; ++i) {
        if (key.substr(4) == name(static_cast<InternalAccount>(i))) {
          REQUIRE(totals.internal[i] == amount);
        }
      }
    }
  }
  void compare_totals(const std::string& alpha) {
    INFO("totals in " << alpha);
    const LinkName name = LinkName::cut(link);
    const auto period = ledger_.state.links.get(name).value_or(LinkRecord{}).period;
    const auto record = ledger_.state.link_totals.get({name, currency(alpha)});
    const bool is_open = record && record->period == period;
    const ReconciliationTotals found = is_open ? record->open : ReconciliationTotals{};
    for (int i = 0; i < static_cast<int>(ReconciliationTotals::category_count); ++i) {
      const auto [number, amount] = model_.totals[{alpha, i}];
      INFO("category " << i);
      REQUIRE(found.counts[i] == number);
      REQUIRE(found.amounts[i] == amount);
    }
  }
  void compare(std::size_t i) {
    const ReferenceModel::Hold& expected = model_.holds[i];
    const HoldRecord found = ledger_.hold_record(HoldId{i + 1});
    const bool same =
        found.amount == expected.amount && found.fee == expected.fee &&
        found.posted_amount == expected.posted && found.posted_fee == expected.posted_fee &&
        found.cleared_amount == expected.cleared &&
        found.transaction_remaining == expected.remaining && found.is_open() == expected.open &&
        (found.token == CardToken{} ||
         (found.used_amount == expected.used && found.used_count == expected.counted));
    if (same) return;
    FAIL(fmt::format(
        "hold {}: amount {} {} fee {} {} posted {} {} posted fee {} {} cleared {} {} "
        "remaining {} {} open {} {} used {} {} counted {} {} (engine, model)",
        i + 1, found.amount, expected.amount, found.fee, expected.fee, found.posted_amount,
        expected.posted, found.posted_fee, expected.posted_fee, found.cleared_amount,
        expected.cleared, found.transaction_remaining, expected.remaining, found.is_open(),
        expected.open, found.used_amount, expected.used, found.used_count, expected.counted));
  }

  std::mt19937_64 random_;
  Ledger ledger_;
  ReferenceModel model_;
  State follower_;
  std::size_t followed_ = 0;
  std::vector<Said> said_;
  int last_stan_ = 0;
  int last_lifecycle_ = 0;
  int last_reversal_ = 0;
  int last_record_ = 0;
};

}  // namespace

TEST_CASE("simulation: random work leaves everything as the reference model has it",
          "[engine][simulation]") {
  const std::uint64_t alone = from_environment("HOLDFAST_SEED", 0);
  const std::uint64_t seeds = alone != 0 ? 1 : from_environment("HOLDFAST_SEEDS", 20);
  const std::uint64_t steps = from_environment("HOLDFAST_STEPS", 600);
  for (std::uint64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = alone != 0 ? alone : 1 + i;
    Simulation simulation(seed);
    for (std::uint64_t step = 0; step < steps; ++step) {
      INFO("HOLDFAST_SEED=" << seed << ", step " << step);
      simulation.step();
    }
    INFO("HOLDFAST_SEED=" << seed << ", rebuilt");
    simulation.rebuild();
  }
}
