// The `clearing` statement: a file beside the trace, an earlier file once more, or records
// written as indented lines.
#include <fmt/format.h>

#include <algorithm>

#include "iso8583/mask.hpp"
#include "trace/clearing_text.hpp"
#include "trace/statement.hpp"

namespace holdfast::trace {

using ActionResult = boost::system::result<Action, LineFault>;

namespace {

boost::system::result<void, LineFault> check_key(const Word& word, const Value& value,
                                                 const KnownNames& known) {
  if (!is_clearing_key(word.name)) {
    return LineFault{word.line, fmt::format("a clearing record has no '{}'", word.name)};
  }
  if (word.name == clearing_kind_key && !is_clearing_kind(value.text)) {
    return LineFault{word.line, fmt::format("'{}' is no kind of clearing record", value.text)};
  }
  if (word.name == "card" && !known.cards.contains(value.text)) {
    return LineFault{word.line, fmt::format("no card is called '{}' in the lines above",
                                            iso8583::mask_card_numbers(value.text))};
  }
  if (word.name == "of") {
    const auto message = known.messages.find(value.text);
    if (message == known.messages.end() || message->second) {
      return LineFault{word.line,
                       fmt::format("no single message is called '{}' above", value.text)};
    }
  }
  return {};
}

// `repeat N` in front of a record; `|` or a JSON object takes the line as it is.
boost::system::result<ClearingLine, LineFault> parse_record(const BlockLine& block,
                                                            KnownNames& known) {
  ClearingLine record;
  record.line = block.line;
  if (block.text.front() == '|' || block.text.front() == '{') {
    record.verbatim = true;
    record.text = block.text.front() == '|' ? block.text.substr(1) : block.text;
    return record;
  }
  auto split = split_words(block.text, block.line);
  if (!split) return split.error();
  std::vector<Word>& words = *split;
  std::size_t next = 0;
  if (words.size() > 1 && words[0].name == "repeat" && !words[0].has_value) {
    const auto copies = parse_count(words[1].name);
    if (!copies || *copies < 1) {
      return LineFault{block.line, fmt::format("'{}' is not a count", words[1].name)};
    }
    record.copies = *copies;
    next = 2;
  }
  for (; next < words.size(); ++next) {
    const Word& word = words[next];
    if (!word.has_value) {
      return LineFault{block.line, fmt::format("'{}' should be a key=value",
                                               iso8583::mask_card_numbers(word.name))};
    }
    auto value = resolve_value(word, ValueUse::send, known);
    if (!value) return value.error();
    if (auto checked = check_key(word, *value, known); !checked) return checked.error();
    record.fields.emplace_back(word.name, std::move(*value));
  }
  return record;
}

// What may stand in an address as it is.
bool is_file_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

// `name=FILE` for the list of files, `cut=BYTES` for one whose end is missing.
boost::system::result<void, LineFault> take_file_settings(StatementWords& words,
                                                          IngestClearing& ingest) {
  while (!words.empty()) {
    const Word& word = words.take();
    const auto bytes = parse_count(word.value);
    if (word.has_value && word.name == "name" && is_file_name(word.value)) {
      ingest.listed_name = word.value;
    } else if (word.has_value && word.name == "cut" && bytes) {
      ingest.cut_bytes = *bytes;
    } else {
      return words.fault(fmt::format("'{}' is neither name=FILE nor cut=BYTES", word.name));
    }
  }
  return {};
}

bool has_kind(const ClearingLine& line) {
  return std::any_of(line.fields.begin(), line.fields.end(),
                     [](const auto& field) { return field.first == clearing_kind_key; });
}

}  // namespace

ActionResult parse_clearing(StatementWords& words, KnownNames& known) {
  IngestClearing ingest;
  auto name = words.take_option("as");
  if (!name) return name.error();
  ingest.name = name->value_or(fmt::format("(line {})", words.line()));
  auto format = words.take_plain("jsonl, ipm, base2 or again");
  if (!format) return format.error();
  ingest.format = format->name;
  if (ingest.format == "again") {
    auto again = words.take_plain("the earlier file's name");
    if (!again) return again.error();
    if (!known.clearing_files.contains(again->name)) {
      return words.fault(fmt::format("no clearing file is called '{}' above", again->name));
    }
    ingest.again = again->name;
  } else if (ingest.format != "jsonl" && ingest.format != "ipm" && ingest.format != "base2") {
    return words.fault(fmt::format("'{}' is none of jsonl, ipm, base2, again", ingest.format));
  } else if (words.next_is_plain()) {
    ingest.file = words.take().name;
  }
  if (auto taken = take_file_settings(words, ingest); !taken) return taken.error();
  const bool takes_records = ingest.again.empty() && ingest.file.empty();
  if (takes_records == words.block().empty()) {
    return words.fault(takes_records ? "records are missing: indented lines below"
                                     : "a file has no indented records");
  }
  for (const BlockLine& block : words.block()) {
    auto record = parse_record(block, known);
    if (!record) return record.error();
    if (record->verbatim && ingest.format != "jsonl") {
      return LineFault{block.line, "only jsonl can hold a line as it is"};
    }
    if (has_kind(*record) && ingest.format == "jsonl") {
      return LineFault{block.line, "jsonl has first presentments only"};
    }
    ingest.lines.push_back(std::move(*record));
  }
  known.clearing_files.insert(ingest.name);
  return Action(std::move(ingest));
}

}  // namespace holdfast::trace
