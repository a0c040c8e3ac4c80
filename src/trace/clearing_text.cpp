#include "trace/clearing_text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace holdfast::trace {
namespace {

namespace json = boost::json;

struct RecordKey {
  std::string_view name;
  std::string_view amount_currency;  // for amounts: the key that names their currency
  int message_field = 0;             // what `of=NAME` takes from the message
};

constexpr std::array record_keys = {
    RecordKey{"record_id", {}, 0},
    RecordKey{"pan", {}, 2},
    RecordKey{"processing_code", {}, 3},
    RecordKey{"amount", "currency", 4},
    RecordKey{"currency", {}, 49},
    RecordKey{"billing_amount", "billing_currency", 0},
    RecordKey{"billing_currency", {}, 0},
    RecordKey{"settlement_amount", "settlement_currency", 0},
    RecordKey{"settlement_currency", {}, 0},
    RecordKey{"local_time", {}, 0},
    RecordKey{"auth_code", {}, 38},
    RecordKey{"rrn", {}, 37},
    RecordKey{"arn", {}, 0},
    RecordKey{"lifecycle_id", {}, 62},
    RecordKey{"mcc", {}, 18},
    RecordKey{"terminal", {}, 41},
    RecordKey{"merchant", {}, 42},
    RecordKey{"acquirer", {}, 32},
    RecordKey{"final", {}, 0},
    RecordKey{"reversal", {}, 0},
    RecordKey{"sequence", {}, 0},
    RecordKey{clearing_kind_key, {}, 0},
};

using Texts = std::map<std::string, std::string, std::less<>>;

std::optional<engine::MinorUnits> digits_as_amount(std::string_view digits) {
  return parse_amount(digits, *engine::CurrencyCode::from_alpha("JPY"));
}

std::string alphabetic(std::string_view currency) {
  const auto code = parse_currency(currency);
  return std::string(code ? code->alpha() : currency);
}

// DE13 and DE12 with the year that does not put the message after `now`.
std::string time_of(const TraceMessage& message, const TraceTime& now) {
  const std::string* date = message.find(13);
  const std::string* time = message.find(12);
  std::string timestamp = now.local_timestamp();
  if (date == nullptr || time == nullptr || date->size() != 4 || time->size() != 6) {
    return timestamp;
  }
  const std::string today = timestamp.substr(5, 2) + timestamp.substr(8, 2);
  const int year = std::stoi(timestamp.substr(0, 4)) - (*date > today ? 1 : 0);
  return fmt::format("{:04}-{}-{}T{}:{}:{}", year, date->substr(0, 2), date->substr(2, 2),
                     time->substr(0, 2), time->substr(2, 2), time->substr(4, 2));
}

// Amounts are kept as people write them until the currency is known.
void take_from_message(const Exchange& exchange, const TraceTime& now, Texts& texts) {
  for (const RecordKey& key : record_keys) {
    if (key.message_field == 0) continue;
    const std::string* text = exchange.request.find(key.message_field);
    if (text == nullptr && exchange.reply) text = exchange.reply->find(key.message_field);
    if (text != nullptr) texts[std::string(key.name)] = *text;
  }
  texts["local_time"] = time_of(exchange.request, now);
  texts["currency"] = alphabetic(texts["currency"]);
  const auto code = parse_currency(texts["currency"]);
  const auto amount = digits_as_amount(texts["amount"]);
  if (code && amount) texts["amount"] = engine::format_amount(*amount, *code);
}

boost::system::result<void, Reason> write_value(const RecordKey& key, const std::string& text,
                                                const Texts& texts, json::object& record) {
  if (!key.amount_currency.empty()) {
    const auto currency_text = texts.find(key.amount_currency);
    const auto code =
        currency_text == texts.end() ? std::nullopt : parse_currency(currency_text->second);
    const auto amount = code ? parse_amount(text, *code) : std::nullopt;
    if (!amount) return because("{}={} is not an amount of its currency", key.name, text);
    record[key.name] = *amount;
  } else if (key.name == "final" || key.name == "reversal") {
    if (text != "true" && text != "false") {
      return because("{} is true or false", key.name);
    }
    record[key.name] = text == "true";
  } else if (key.name == "sequence") {
    const auto number = digits_as_amount(text);
    if (!number) return because("sequence={} is not a number", text);
    record[key.name] = *number;
  } else {
    record[key.name] = text;
  }
  return {};
}

// "#" in a value is the number of a repeated record.
std::string numbered(std::string text, int copy) {
  if (const auto hash = text.find('#'); hash != std::string::npos) {
    text.replace(hash, 1, std::to_string(copy));
  }
  return text;
}

boost::system::result<Texts, Reason> texts_of(const ClearingLine& line, int copy,
                                              const Memory& memory) {
  Texts texts = {{"processing_code", "000000"},
                 {"currency", "RUB"},
                 {"record_id", line.copies == 1 ? fmt::format("line-{}", line.line)
                                                : fmt::format("line-{}-{}", line.line, copy)},
                 {"local_time", memory.now.local_timestamp()}};
  for (const auto& [key, value] : line.fields) {
    if (key != "of") continue;
    const auto exchange = memory.exchanges.find(value.text);
    if (exchange == memory.exchanges.end()) {
      return because("the message '{}' was not sent", value.text);
    }
    take_from_message(exchange->second, memory.now, texts);
  }
  for (const auto& [key, value] : line.fields) {
    if (key == "of") continue;
    auto resolved = resolve(value, 0, memory);
    if (!resolved) return resolved.error();
    if (key == "card") {
      texts["pan"] = memory.cards.at(value.text).pan;
    } else if (!resolved->text) {
      texts.erase(key);
    } else {
      texts[key] = numbered(std::move(*resolved->text), copy);
    }
  }
  if (!texts.contains("billing_amount") && texts.contains("amount")) {
    texts["billing_amount"] = texts["amount"];
    texts["billing_currency"] = texts["currency"];
  }
  return texts;
}

}  // namespace

bool is_clearing_key(std::string_view key) {
  if (key == "card" || key == "of") return true;
  return std::any_of(record_keys.begin(), record_keys.end(),
                     [key](const RecordKey& known) { return known.name == key; });
}

boost::system::result<std::string, Reason> write_clearing_text(const IngestClearing& ingest,
                                                               const Memory& memory) {
  std::string file;
  for (const ClearingLine& line : ingest.lines) {
    if (line.verbatim) {
      file += line.text + "\n";
      continue;
    }
    for (int copy = 1; copy <= line.copies; ++copy) {
      auto texts = texts_of(line, copy, memory);
      if (!texts) return because("line {}: {}", line.line, texts.error().text());
      json::object record;
      for (const RecordKey& key : record_keys) {
        const auto text = texts->find(key.name);
        if (text == texts->end()) continue;
        if (auto written = write_value(key, text->second, *texts, record); !written) {
          return because("line {}: {}", line.line, written.error().text());
        }
      }
      file += json::serialize(record) + "\n";
    }
  }
  return file;
}

}  // namespace holdfast::trace
