#include "clearing/jsonl_record.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "clearing/field_checks.hpp"

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

// A record is flat; what nests deeper than this is no record, and must not use up the stack.
constexpr std::size_t depth_max = 8;

// Parses one line in memory on the stack, as long as the line is of a usual length.
class LineParser {
 public:
  const json::object* parse(std::string_view line) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::parser parser(json::storage_ptr(), options, parser_buffer_, sizeof parser_buffer_);
    parser.reset(&memory_);
    json::error_code error;
    parser.write(json::string_view(line.data(), line.size()), error);
    if (error) return nullptr;
    value_ = parser.release();
    return value_.if_object();
  }

 private:
  unsigned char value_buffer_[4096];
  unsigned char parser_buffer_[2048];
  json::monotonic_resource memory_{value_buffer_, sizeof value_buffer_};
  json::value value_ = json::value(json::storage_ptr(&memory_));
};

std::string_view view_of(const json::string& text) {
  return {text.data(), text.size()};
}

// Takes the keys of an object one by one into a record. Each take_… is false once a field is
// wrong, and leaves the reason in `rejection`.
class JsonlFields {
 public:
  JsonlFields(const json::object& object, ClearingRecord& record, Rejection& rejection)
      : object_(object), record_(record), rejection_(rejection) {}

  bool take_all() {
    return take_card() && take_amounts() && take_texts() && take_local_time() && take_flags();
  }

 private:
  bool reject(RejectionCode code, std::string_view key, std::string_view reason) {
    rejection_.code = code;
    rejection_.detail = fmt::format("field {}: {}", key, reason);
    return false;
  }
  bool missing(std::string_view key) {
    return reject(RejectionCode::missing_field, key, "is missing");
  }
  bool bad(std::string_view key, std::string_view reason) {
    return reject(RejectionCode::bad_field, key, reason);
  }

  // Null where the key is absent, null or an empty string.
  const json::value* find(std::string_view key) const {
    const json::value* value = object_.if_contains(json::string_view(key.data(), key.size()));
    if (value == nullptr || value->is_null()) return nullptr;
    if (const auto* text = value->if_string(); text != nullptr && text->empty()) return nullptr;
    return value;
  }

  template <std::size_t capacity>
  bool take_text(std::string_view key, Text<capacity>& out) {
    const json::value* value = find(key);
    if (value == nullptr) return true;
    const json::string* text = value->if_string();
    if (text == nullptr) return bad(key, "not a string");
    if (!out.assign(view_of(*text))) return bad(key, "too long");
    return true;
  }

  bool take_card() {
    if (!take_text("pan", record_.pan)) return false;
    if (record_.pan.empty()) return missing("pan");
    if (!is_pan(record_.pan)) return bad("pan", "not a card number");
    if (!take_text("processing_code", record_.processing_code)) return false;
    if (record_.processing_code.empty()) return missing("processing_code");
    if (record_.processing_code.size() != 6 || !is_digits(record_.processing_code)) {
      return bad("processing_code", "not six digits");
    }
    return true;
  }

  bool take_amounts() {
    std::optional<engine::Money> amount;
    if (!take_money("amount", "currency", amount)) return false;
    if (!amount) return missing("amount");
    record_.amount = *amount;
    return take_money("billing_amount", "billing_currency", record_.billing) &&
           take_money("settlement_amount", "settlement_currency", record_.settlement);
  }

  // An amount needs its currency; a currency alone says nothing.
  bool take_money(std::string_view amount_key, std::string_view currency_key,
                  std::optional<engine::Money>& out) {
    const json::value* amount = find(amount_key);
    if (amount == nullptr) return true;
    if (!amount->is_int64()) return bad(amount_key, "not a whole number of minor units");
    if (amount->get_int64() < 0) return bad(amount_key, "negative");
    const json::value* currency = find(currency_key);
    if (currency == nullptr) return missing(currency_key);
    const json::string* code = currency->if_string();
    if (code == nullptr) return bad(currency_key, "not a string");
    const auto known = engine::CurrencyCode::from_alpha(view_of(*code));
    if (!known) return reject(RejectionCode::unknown_currency, currency_key, "not in ISO 4217");
    out = engine::Money{amount->get_int64(), *known};
    return true;
  }

  bool take_texts() {
    if (!take_text("mcc", record_.mcc)) return false;
    if (!record_.mcc.empty() && (record_.mcc.size() != 4 || !is_digits(record_.mcc))) {
      return bad("mcc", "not four digits");
    }
    return take_text("record_id", record_.record_id) && take_text("auth_code", record_.auth_code) &&
           take_text("rrn", record_.rrn) && take_text("arn", record_.arn) && take_lifecycle_id() &&
           take_text("terminal", record_.terminal) && take_text("merchant", record_.merchant) &&
           take_text("acquirer", record_.acquirer) && take_no_card_number("rrn", record_.rrn) &&
           take_no_card_number("arn", record_.arn);
  }

  // They become the reference of what is posted, which everybody is told.
  bool take_no_card_number(std::string_view key, std::string_view text) {
    if (text.find(record_.pan) == text.npos) return true;
    return bad(key, "holds the card number");
  }

  // One that is too long is as absent, as on the link: the record clears by what else it has.
  bool take_lifecycle_id() {
    const json::value* value = find("lifecycle_id");
    if (value == nullptr) return true;
    const json::string* text = value->if_string();
    if (text == nullptr) return bad("lifecycle_id", "not a string");
    static_cast<void>(record_.lifecycle_id.assign(view_of(*text)));
    return true;
  }

  bool take_local_time() {
    const json::value* value = find("local_time");
    if (value == nullptr) return true;
    const json::string* text = value->if_string();
    if (text == nullptr) return bad("local_time", "not a string");
    record_.local_time = parse_iso_time(view_of(*text));
    if (!record_.local_time) return bad("local_time", "not a time as YYYY-MM-DDTHH:MM:SS");
    return true;
  }

  bool take_flag(std::string_view key, bool& out) {
    const json::value* value = find(key);
    if (value == nullptr) return true;
    if (!value->is_bool()) return bad(key, "neither true nor false");
    out = value->get_bool();
    return true;
  }

  bool take_flags() {
    if (!take_flag("final", record_.final) || !take_flag("reversal", record_.reversal)) {
      return false;
    }
    const json::value* sequence = find("sequence");
    if (sequence == nullptr) return true;
    if (!sequence->is_int64() || sequence->get_int64() < 0 ||
        sequence->get_int64() > std::numeric_limits<std::uint32_t>::max()) {
      return bad("sequence", "not a small whole number");
    }
    record_.sequence = static_cast<std::uint32_t>(sequence->get_int64());
    return true;
  }

  const json::object& object_;
  ClearingRecord& record_;
  Rejection& rejection_;
};

}  // namespace

bool is_json_object(std::string_view line) {
  return LineParser().parse(line) != nullptr;
}

FileItem parse_jsonl_record(std::string_view line, std::uint64_t number) {
  LineParser parser;
  const json::object* object = parser.parse(line);
  if (object == nullptr) {
    return Rejection{number, RejectionCode::malformed_json, "the line is not one JSON object"};
  }
  ClearingRecord record;
  record.number = number;
  static_cast<void>(record.message_type.assign("jsonl"));
  Rejection rejection;
  rejection.number = number;
  if (!JsonlFields(*object, record, rejection).take_all()) return rejection;
  return record;
}

std::string to_jsonl(const ClearingRecord& record) {
  json::object object;
  const auto put_text = [&object](json::string_view key, std::string_view text) {
    if (!text.empty()) object.emplace(key, json::string_view(text.data(), text.size()));
  };
  const auto put_money = [&](json::string_view amount_key, json::string_view currency_key,
                             const std::optional<engine::Money>& money) {
    if (!money) return;
    object.emplace(amount_key, money->amount);
    put_text(currency_key, money->currency.alpha());
  };
  put_text("record_id", record.record_id);
  put_text("pan", record.pan);
  put_text("processing_code", record.processing_code);
  put_money("amount", "currency", record.amount);
  put_money("billing_amount", "billing_currency", record.billing);
  put_money("settlement_amount", "settlement_currency", record.settlement);
  if (record.local_time) put_text("local_time", to_iso_text(*record.local_time));
  put_text("auth_code", record.auth_code);
  put_text("rrn", record.rrn);
  put_text("arn", record.arn);
  put_text("lifecycle_id", record.lifecycle_id);
  put_text("mcc", record.mcc);
  put_text("terminal", record.terminal);
  put_text("merchant", record.merchant);
  put_text("acquirer", record.acquirer);
  object.emplace("final", record.final);
  object.emplace("reversal", record.reversal);
  if (record.sequence) object.emplace("sequence", *record.sequence);
  return json::serialize(object);
}

}  // namespace holdfast::clearing
