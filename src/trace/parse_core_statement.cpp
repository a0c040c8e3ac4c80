// The `core` statements: what core banking finds in the outbox, and what it puts into the inbox.
#include <fmt/format.h>

#include <array>

#include "trace/statement.hpp"

namespace holdfast::trace {

using ActionResult = boost::system::result<Action, LineFault>;

namespace {

constexpr std::string_view core_file_extension = ".jsonl";
constexpr std::string_view balances_prefix = "balances-";

// `waits`, `fails "REASON"`, or nothing where the file is simply taken.
boost::system::result<CoreReception, LineFault> take_reception(StatementWords& words) {
  CoreReception reception;
  auto refusal = words.take_option("fails");
  if (!refusal) return refusal.error();
  reception.refusal = refusal->value_or("");
  if (words.next_is("waits")) {
    words.take();
    reception.waits = true;
  }
  return reception;
}

boost::system::result<std::string, LineFault> checked_file_name(const StatementWords& words,
                                                                std::string name) {
  if (name.ends_with(core_file_extension) && name.find('/') == std::string::npos) return name;
  return words.fault(fmt::format("'{}' is not the name of a .jsonl file", name));
}

// `as FILE`, or what the file is called otherwise.
boost::system::result<std::string, LineFault> take_file_name(StatementWords& words,
                                                             std::string otherwise) {
  auto name = words.take_option("as");
  if (!name) return name.error();
  return checked_file_name(words, name->value_or(std::move(otherwise)));
}

// `accepted`, or `rejected "REASON"`.
boost::system::result<CoreVerdict, LineFault> take_verdict(StatementWords& words) {
  auto said = words.take_plain("'accepted' or 'rejected'");
  if (!said) return said.error();
  if (said->name == "accepted") return CoreVerdict{true, {}};
  if (said->name != "rejected") {
    return words.fault(fmt::format("'{}' is neither accepted nor rejected", said->name));
  }
  const Word reason = words.empty() ? Word() : words.take();
  if (!reason.quoted || reason.has_value) return words.fault("the reason is missing, in quotes");
  return CoreVerdict{false, reason.name};
}

// "3", or "3-7".
boost::system::result<CoreItemAnswer, LineFault> take_item_numbers(StatementWords& words) {
  auto word = words.take_plain("the item's number");
  if (!word) return word.error();
  const std::string_view text = word->name;
  const auto dash = text.find('-');
  const auto first = parse_count(text.substr(0, dash));
  const auto last = dash == text.npos ? first : parse_count(text.substr(dash + 1));
  if (!first || !last || *first < 1 || *last < *first) {
    return words.fault(fmt::format("'{}' is neither an item's number nor such as 3-7", text));
  }
  return CoreItemAnswer{*first, *last, {}};
}

// Each indented line as words of its own, which `take` reads to the last one.
template <typename Take>
boost::system::result<void, LineFault> for_each_block_line(const StatementWords& words,
                                                           const Take& take) {
  for (const BlockLine& line : words.block()) {
    auto split = split_words(line.text, line.line);
    if (!split) return split.error();
    const Statement statement{line.line, std::move(*split), {}};
    auto words_of_line = StatementWords::of(statement, false);
    if (!words_of_line) return words_of_line.error();
    boost::system::result<void, LineFault> taken = take(*words_of_line);
    if (!taken) return taken.error();
    if (auto finished = words_of_line->finish(); !finished) return finished.error();
  }
  return {};
}

ActionResult parse_core_answers(StatementWords& words, KnownNames&) {
  AnswerBatch answer;
  auto batch = words.take_plain("the batch");
  if (!batch) return batch.error();
  answer.batch = batch->name;
  auto file = take_file_name(words, answer.batch + std::string(core_file_extension));
  if (!file) return file.error();
  answer.file = std::move(*file);
  if (words.next_is("accepted") || words.next_is("rejected")) {
    auto verdict = take_verdict(words);
    if (!verdict) return verdict.error();
    answer.others = std::move(*verdict);
  }
  auto reception = take_reception(words);
  if (!reception) return reception.error();
  answer.reception = std::move(*reception);
  const auto take_item = [&answer](StatementWords& line) -> boost::system::result<void, LineFault> {
    auto item = take_item_numbers(line);
    if (!item) return item.error();
    auto verdict = take_verdict(line);
    if (!verdict) return verdict.error();
    item->verdict = std::move(*verdict);
    answer.items.push_back(std::move(*item));
    return {};
  };
  if (auto taken = for_each_block_line(words, take_item); !taken) return taken.error();
  if (!answer.others && answer.items.empty()) return words.fault("nothing is answered");
  return Action(std::move(answer));
}

// The rest of the words as ACCOUNT=AMOUNT.
boost::system::result<void, LineFault> take_balances(StatementWords& words, const KnownNames& known,
                                                     SendCoreBalances& balances) {
  while (!words.empty() && !words.next_is_plain()) {
    const Word& word = words.take();
    const auto account = known.accounts.find(word.name);
    if (account == known.accounts.end()) {
      return words.fault(fmt::format("no account '{}' is opened in the lines above", word.name));
    }
    const auto booked = parse_amount(word.value, account->second);
    if (!booked) {
      return words.fault(
          fmt::format("'{}' is not an amount in {}", word.value, account->second.alpha()));
    }
    balances.balances.push_back({word.name, {*booked, account->second}});
  }
  return {};
}

ActionResult parse_core_balances(StatementWords& words, KnownNames& known) {
  SendCoreBalances balances;
  auto file = take_file_name(
      words, fmt::format("{}{:04}{}", balances_prefix, words.line(), core_file_extension));
  if (!file) return file.error();
  if (!file->starts_with(balances_prefix)) {
    return words.fault(fmt::format("a file of balances is called {}….jsonl", balances_prefix));
  }
  balances.file = std::move(*file);
  auto after = words.take_option("after");
  if (!after) return after.error();
  balances.last_batch = after->value_or("");
  if (auto taken = take_balances(words, known, balances); !taken) return taken.error();
  auto reception = take_reception(words);
  if (!reception) return reception.error();
  balances.reception = std::move(*reception);
  const auto take_line = [&](StatementWords& line) { return take_balances(line, known, balances); };
  if (auto taken = for_each_block_line(words, take_line); !taken) return taken.error();
  if (balances.balances.empty()) return words.fault("no balance is told");
  return Action(std::move(balances));
}

ActionResult parse_core_file(StatementWords& words, KnownNames&) {
  SendCoreFile send;
  auto name = words.take_plain("the file's name");
  if (!name) return name.error();
  auto file = checked_file_name(words, name->name);
  if (!file) return file.error();
  send.file = std::move(*file);
  auto reception = take_reception(words);
  if (!reception) return reception.error();
  send.reception = std::move(*reception);
  for (const BlockLine& line : words.block()) send.content += line.text + "\n";
  if (send.content.empty()) return words.fault("the file's lines are missing: indented, below");
  return Action(std::move(send));
}

// "RUB" stands for the sum of that currency.
JsonExpectation total_or_key(JsonExpectation expected) {
  const bool is_code = expected.path.size() == 3 && parse_currency(expected.path) &&
                       expected.path.find_first_of("0123456789") == std::string::npos;
  if (is_code) expected.path.insert(0, "currency_totals.");
  return expected;
}

ActionResult parse_core_finds(StatementWords& words, KnownNames& known) {
  CheckExport check;
  if (words.next_is("no")) {
    words.take();
    check.is_absent = true;
  }
  auto batch = words.take_plain("the batch");
  if (!batch) return batch.error();
  check.batch = batch->name;
  if (words.next_is("unchanged")) {
    words.take();
    check.is_unchanged = true;
  }
  auto head = take_json_expectations(words, known);
  if (!head) return head.error();
  for (JsonExpectation& expected : *head) check.head.push_back(total_or_key(std::move(expected)));
  const auto take_item = [&](StatementWords& line) -> boost::system::result<void, LineFault> {
    auto numbers = take_item_numbers(line);
    if (!numbers) return numbers.error();
    auto fields = take_json_expectations(line, known);
    if (!fields) return fields.error();
    check.items.push_back({numbers->first, numbers->last, std::move(*fields)});
    return {};
  };
  if (auto taken = for_each_block_line(words, take_item); !taken) return taken.error();
  const bool asks_more = check.is_unchanged || !check.head.empty() || !check.items.empty();
  if (check.is_absent && asks_more) return words.fault("what is not there has nothing to compare");
  return Action(std::move(check));
}

ActionResult parse_core_removes(StatementWords& words, KnownNames&) {
  auto batch = words.take_plain("the batch");
  if (!batch) return batch.error();
  return Action(RemoveExport{batch->name});
}

constexpr std::array core_keywords = {
    StatementKeyword{"finds", parse_core_finds},
    StatementKeyword{"removes", parse_core_removes},
    StatementKeyword{"answers", parse_core_answers},
    StatementKeyword{"balances", parse_core_balances},
    StatementKeyword{"file", parse_core_file},
};

}  // namespace

ActionResult parse_core(StatementWords& words, KnownNames& known) {
  auto verb = words.take_plain("what core banking does");
  if (!verb) return verb.error();
  const ParseStatement parse = find_statement(core_keywords, verb->name);
  if (parse == nullptr) {
    return words.fault(
        fmt::format("'{}' is none of finds, removes, answers, balances, file", verb->name));
  }
  return parse(words, known);
}

bool needs_core_folder(const Action& action) {
  return std::visit(
      [](const auto& step) {
        using Kind = std::decay_t<decltype(step)>;
        return std::is_same_v<Kind, CheckExport> || std::is_same_v<Kind, RemoveExport> ||
               std::is_same_v<Kind, AnswerBatch> || std::is_same_v<Kind, SendCoreBalances> ||
               std::is_same_v<Kind, SendCoreFile>;
      },
      action);
}

}  // namespace holdfast::trace
