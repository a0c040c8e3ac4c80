#include "day.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace make_day {
namespace {

using engine::format_amount;
using engine::MinorUnits;
using std::chrono::milliseconds;

struct Shop {
  std::string_view terminal;
  std::string_view merchant;
  std::string_view mcc;
};
constexpr std::array shops = {
    Shop{"SHOP0001", "GROCERIES000001", "5411"}, Shop{"SHOP0002", "PHARMACY0000002", "5912"},
    Shop{"CAFE0003", "COFFEE000000003", "5814"}, Shop{"BOOK0004", "BOOKS0000000004", "5942"},
    Shop{"TAXI0005", "TAXI00000000005", "4121"},
};
constexpr Shop cash_machine = {"ATM00006", "BANK00000000006", "6011"};

class DayMaker {
 public:
  DayMaker(const DayOptions& options, Random& random, Day& day)
      : options_(options), random_(random), day_(day) {}

  void make() {
    network_message("001");
    while (messages_ < options_.messages) {
      tick();
      one_event();
    }
    network_message("002");
  }

 private:
  // --- What happens ---------------------------------------------------------------------------

  void one_event() {
    constexpr std::size_t messages_per_echo = 50;
    if (messages_ % messages_per_echo == messages_per_echo - 1) return network_message("301");
    const std::uint64_t dice = random_.below(100);
    if (dice < 58) return authorization(random_card(), TransactionKind::purchase);
    if (dice < 66) return authorization(random_card(), TransactionKind::cash);
    if (dice < 74) return authorization(random_card(), TransactionKind::top_up);
    if (dice < 80) return reversal();
    if (dice < 86) return retransmission();
    if (dice < 90) return rush();
    if (dice < 94) return authorization(day_.population.stranger, TransactionKind::purchase);
    if (dice < 97)
      return card_of_state(random_.percent(50) ? CardState::expired : CardState::blocked);
    return bad_frame();
  }

  void network_message(std::string_view code) {
    next_stan();
    line("send 0800 network={}", code);
    line("expect 0810 39=00");
    day_.trace += '\n';
  }

  void authorization(const Card& card, TransactionKind kind) {
    const std::string expectation = send(card, kind);
    line("expect 0110 {}", expectation);
    day_.trace += '\n';
  }

  // Several cards of different accounts at once; their replies may come in any order.
  void rush() {
    std::vector<std::size_t> accounts;
    std::vector<std::string> expectations;
    for (int i = 0; i < 4; ++i) {
      const Card& card = random_card();
      if (std::find(accounts.begin(), accounts.end(), card.account) != accounts.end()) continue;
      accounts.push_back(card.account);
      const std::string expectation = send(card, TransactionKind::purchase);
      expectations.push_back(fmt::format("expect of {} 0110 {}", name_last_, expectation));
    }
    std::reverse(expectations.begin(), expectations.end());
    for (const std::string& expectation : expectations) line("{}", expectation);
    day_.trace += '\n';
  }

  // One card transaction: its line, its effect on the maker's balance, and what must be answered.
  std::string send(const Card& card, TransactionKind kind) {
    Account& account = day_.population.accounts[card.account];
    const Shop& shop =
        kind == TransactionKind::purchase ? shops[random_.below(shops.size())] : cash_machine;
    Transaction transaction = describe(card, kind, shop);
    const std::string currency = account.currency.alpha() == "RUB"
                                     ? ""
                                     : fmt::format(" currency={}", account.currency.alpha());
    line(
        "send 0100 as {} card={} processing={} amount={}{} terminal={} merchant={} mcc={} "
        "lifecycle={}",
        transaction.name, card.name, transaction.processing_code,
        format_amount(transaction.amount, account.currency), currency, shop.terminal, shop.merchant,
        shop.mcc, transaction.lifecycle_id);
    name_last_ = transaction.name;
    answered_.push_back(transaction.name);
    switch (card.state) {
      case CardState::unknown:
        return "39=14 38=-";
      case CardState::expired:
        return "39=54 38=-";
      case CardState::blocked:
        return "39=62 38=-";
      case CardState::active:
        break;
    }
    if (kind == TransactionKind::top_up) {
      account.ledger += transaction.amount;
    } else if (transaction.amount <= account.available()) {
      account.held += transaction.amount;
    } else {
      return "39=51 38=-";
    }
    day_.transactions.push_back(std::move(transaction));
    return fmt::format("39=00 38=* available={}",
                       format_amount(account.available(), account.currency));
  }

  Transaction describe(const Card& card, TransactionKind kind, const Shop& shop) {
    Transaction transaction;
    transaction.kind = kind;
    transaction.name = fmt::format("m{}", messages_ + 1);
    transaction.card = card.number;
    transaction.amount = random_amount(kind);
    transaction.processing_code = processing_code(kind);
    transaction.rrn = fmt::format("{}{:06}", now_.reference_prefix(), next_stan());
    transaction.cleared_by_rrn = !random_.percent(50);
    transaction.lifecycle_id = fmt::format("LC{:013}", stan_last_);
    transaction.terminal = shop.terminal;
    transaction.merchant = shop.merchant;
    transaction.mcc = shop.mcc;
    transaction.local_time = now_.local_timestamp();
    return transaction;
  }

  void reversal() {
    std::vector<Transaction*> open;
    for (Transaction& transaction : day_.transactions) {
      if (!transaction.reversed && transaction.kind != TransactionKind::top_up) {
        open.push_back(&transaction);
      }
    }
    if (open.empty()) return authorization(random_card(), TransactionKind::purchase);
    Transaction& transaction = *open[random_.below(open.size())];
    transaction.reversed = true;
    const Card& card = day_.population.cards[transaction.card];
    day_.population.accounts[card.account].held -= transaction.amount;
    next_stan();
    const bool advice = random_.percent(50);
    line("reverse {} {}", transaction.name, advice ? "0420" : "0400");
    line("expect {} 39=00", advice ? "0430" : "0410");
    day_.trace += '\n';
  }

  void retransmission() {
    if (answered_.empty()) return authorization(random_card(), TransactionKind::purchase);
    const std::string& name = answered_[random_.below(answered_.size())];
    ++messages_;
    line("again {} 0101", name);
    line("expect 0110 same as {}", name);
    day_.trace += '\n';
  }

  void card_of_state(CardState state) {
    for (const Card& card : day_.population.cards) {
      if (card.state == state) return authorization(card, TransactionKind::purchase);
    }
    authorization(random_card(), TransactionKind::purchase);
  }

  // A letter in the processing code of an otherwise readable message, or no message at all.
  void bad_frame() {
    ++messages_;
    if (random_.percent(30)) {
      line("raw \"this is no message\"");
      line("expect none within 0.02");
    } else {
      constexpr std::string_view bitmap_of_3_4_7_11_41_49 = "3220000000808000";
      const int stan = 900'000 + ++bad_frames_;
      line("raw \"0100{}00X000000000000100{}{:06}SHOP0001643\"", bitmap_of_3_4_7_11_41_49,
           now_.transmission(), stan);
      line("expect 0110 39=30 11={:06}", stan);
    }
    day_.trace += '\n';
  }

  // --- What it is made of ---------------------------------------------------------------------

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    day_.trace += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  int next_stan() {
    ++messages_;
    return ++stan_last_;
  }

  // An active card.
  const Card& random_card() {
    for (;;) {
      const Card& card = day_.population.cards[random_.below(day_.population.cards.size())];
      if (card.state == CardState::active) return card;
    }
  }

  MinorUnits random_amount(TransactionKind kind) {
    if (kind == TransactionKind::cash) return random_.between(1, 20) * 5'000;
    if (kind == TransactionKind::top_up) return random_.between(1, 40) * 2'500;
    // Many small purchases and a few that an ordinary balance does not cover.
    return random_.percent(85) ? random_.between(150, 9'999) : random_.between(50'000, 400'000);
  }

  std::string processing_code(TransactionKind kind) {
    if (kind == TransactionKind::purchase) return "000000";
    if (kind == TransactionKind::cash) return "010000";
    constexpr std::array codes = {"210000", "260000", "280000"};
    return codes[random_.below(codes.size())];
  }

  // The next moment of a day that ends before the cut-off.
  void tick() {
    constexpr auto open_hours = std::chrono::hours(15);
    const auto step =
        milliseconds(open_hours).count() / static_cast<std::int64_t>(options_.messages);
    const auto gap = milliseconds(random_.between(1, std::max<std::int64_t>(step, 1000)));
    now_.utc += std::chrono::floor<std::chrono::seconds>(gap);
    line("at {:%T}", std::chrono::floor<std::chrono::seconds>(
                         now_.utc + now_.offset -
                         std::chrono::floor<std::chrono::days>(now_.utc + now_.offset)));
  }

  const DayOptions& options_;
  Random& random_;
  Day& day_;
  holdfast::trace::TraceTime& now_ = day_.end;
  std::size_t messages_ = 0;
  int stan_last_ = 0;
  int bad_frames_ = 0;
  std::string name_last_;
  std::vector<std::string> answered_;
};

}  // namespace

std::optional<Day> make_day(const DayOptions& options, Random& random) {
  const auto start = holdfast::trace::parse_time(options.date + "T06:00:00+03:00");
  if (!start) return std::nullopt;
  Day day;
  day.population = make_population(options.cards, random);
  day.end = *start;
  DayMaker(options, random, day).make();
  return day;
}

}  // namespace make_day
