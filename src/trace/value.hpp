// The small things a trace line is made of: field names with their friendly aliases, and the
// forms a value can take. No I/O; see docs/traces.md for what a person writes.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/money.hpp"
#include "trace/reason.hpp"

namespace holdfast::trace {

// How differences show what is not there.
inline constexpr std::string_view absent_text = "nothing";

// How the text behind a field's name is turned into the field's own text.
enum class FieldMeaning {
  text,              // as written
  amount,            // "35.00" in the currency of another field of the message
  currency,          // "RUB" becomes "643"
  card,              // a declared card: DE2 and DE14
  remaining_amount,  // "10.00" becomes the actual amount of a partial reversal in DE95
  fee,               // "2.50" becomes D00000250
  account_balance,   // one entry of DE54, by its amount type
};

struct FieldName {
  std::string_view word;  // "amount", or empty where the number was written
  int number = 0;
  FieldMeaning meaning = FieldMeaning::text;
  int currency_field = 0;         // amount, remaining_amount: where the currency stands
  std::string_view balance_type;  // account_balance: "01" ledger, "02" available

  // "amount", or "39".
  std::string shown() const;
};

// "39", "amount", "card"; nothing for a word that names no field.
std::optional<FieldName> find_field(std::string_view word);

enum class ValueForm {
  literal,
  any,            // *  present, whatever it says
  absent,         // -  not there; in a send, taken away
  variable,       // $name
  earlier_field,  // @name or @name.38: a field of an earlier message's reply (or of itself)
};

struct Value {
  ValueForm form = ValueForm::literal;
  std::string text;  // literal text, or the name of a variable or message
  int field = 0;     // earlier_field: 0 is "the same field"
};

// One `name=value` of a message statement.
struct FieldSetting {
  FieldName field;
  std::vector<Value> values;  // one; several only in a burst, which takes them in turn
};

// Reads what stands behind the `=`. A quoted text is always literal.
boost::system::result<Value, Reason> parse_value(std::string_view text, bool quoted);

// "35", "35.00" or "-12.50" into minor units; nothing with more decimals than the currency has.
std::optional<engine::MinorUnits> parse_amount(std::string_view text,
                                               engine::CurrencyCode currency);

// "643" or "RUB".
std::optional<engine::CurrencyCode> parse_currency(std::string_view text);

// "3" as "000003" for width 6. The text stays as it is when it is not shorter.
std::string zero_filled(std::string_view text, std::size_t width);

// Nothing for an odd count or another character than a hex digit.
std::optional<std::string> bytes_from_hex(std::string_view hex);
std::string hex_from_bytes(std::string_view bytes);

}  // namespace holdfast::trace
