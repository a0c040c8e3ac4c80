// What the parser's parts share: the words of one statement, taken one after the other, and the
// names that the trace has introduced so far.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "trace/lines.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

// Names introduced by the lines above.
struct KnownNames {
  std::map<std::string, bool> messages;  // name → is a burst
  std::set<std::string> variables;
  std::set<std::string> cards;
  std::map<std::string, engine::CurrencyCode> accounts;
  std::set<std::string> clearing_files;
};

class StatementWords {
 public:
  // With its indented lines as more words, or without them.
  static boost::system::result<StatementWords, LineFault> of(const Statement& statement,
                                                             bool with_block);

  bool empty() const { return next_ == words_.size(); }
  int line() const { return line_; }
  const std::vector<BlockLine>& block() const { return *block_; }
  // True when the next word is plain and exactly this.
  bool next_is(std::string_view word) const;
  // True when the next word is plain: neither quoted nor name=value.
  bool next_is_plain() const;
  const Word& take();
  // Takes the plain word that comes next; `what` says in the error what is missing.
  boost::system::result<Word, LineFault> take_plain(std::string_view what);
  // Takes `keyword NAME` wherever it stands in what is left; empty when it does not.
  boost::system::result<std::optional<std::string>, LineFault> take_option(
      std::string_view keyword);
  // A fault when words are left.
  boost::system::result<void, LineFault> finish() const;

  LineFault fault(std::string reason) const { return {line_, std::move(reason)}; }

 private:
  std::vector<Word> words_;
  std::size_t next_ = 0;
  int line_ = 0;
  const std::vector<BlockLine>* block_ = nullptr;
};

// Where a value stands decides which forms it may take.
enum class ValueUse { send, burst, expect };

// The rest of the words as field settings.
boost::system::result<std::vector<FieldSetting>, LineFault> take_fields(StatementWords& words,
                                                                        ValueUse use,
                                                                        KnownNames& known);

// The rest of the words as expectations of a JSON answer.
boost::system::result<std::vector<JsonExpectation>, LineFault> take_json_expectations(
    StatementWords& words, KnownNames& known);

// A value whose names must be known, or which captures a variable in an expectation.
boost::system::result<Value, LineFault> resolve_value(const Word& word, ValueUse use,
                                                      KnownNames& known);

// True when the next word is four digits.
bool next_is_mti(const StatementWords& words);

// Hex digits in any number of words, or the characters themselves in quotes; the bytes are the
// word's name.
boost::system::result<Word, LineFault> take_bytes(StatementWords& words);

using ParseStatement = boost::system::result<Action, LineFault> (*)(StatementWords&, KnownNames&);

// The parser of a statement's first word; null when there is no such statement.

struct StatementKeyword {
  std::string_view word;
  ParseStatement parse;
};
template <std::size_t N>
ParseStatement find_statement(const std::array<StatementKeyword, N>& keywords,
                              std::string_view word) {
  const auto found = std::find_if(keywords.begin(), keywords.end(),
                                  [word](const StatementKeyword& k) { return k.word == word; });
  return found == keywords.end() ? nullptr : found->parse;
}

ParseStatement find_message_statement(std::string_view keyword);
ParseStatement find_api_statement(std::string_view keyword);

std::optional<int> parse_count(std::string_view text);

}  // namespace holdfast::trace
