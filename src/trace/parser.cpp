#include "trace/parser.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "iso8583/mask.hpp"
#include "trace/statement.hpp"

namespace holdfast::trace {
namespace {

constexpr std::string_view default_connection = "main";

// Statements whose indented lines are no further words of theirs.
bool has_lines_of_its_own(std::string_view keyword) {
  return keyword == "clearing" || keyword == "http" || keyword == "core";
}

class TraceParser {
 public:
  explicit TraceParser(Trace& trace) : trace_(trace) {}

  boost::system::result<void, LineFault> parse(const Statement& statement) {
    auto words = StatementWords::of(statement, !has_lines_of_its_own(statement.words.front().name));
    if (!words) return words.error();
    if (words->next_is("title")) return take_title(*words);
    auto connection = take_connection(*words);
    if (!connection) return connection.error();
    auto keyword = words->take_plain("a statement");
    if (!keyword) return keyword.error();
    ParseStatement parse_statement = find_message_statement(keyword->name);
    if (parse_statement == nullptr) parse_statement = find_api_statement(keyword->name);
    if (parse_statement == nullptr) {
      return words->fault(
          fmt::format("there is no statement '{}'", iso8583::mask_card_numbers(keyword->name)));
    }
    if (auto named = take_connection_name(keyword->name, *words, connection->name); !named) {
      return named.error();
    }
    auto action = parse_statement(*words, known_);
    if (!action) return action.error();
    if (auto finished = words->finish(); !finished) return finished.error();
    trace_.steps.push_back({statement.line, connection->name, std::move(*action)});
    return {};
  }

 private:
  boost::system::result<void, LineFault> take_title(StatementWords& words) {
    words.take();
    if (!trace_.title.empty()) return words.fault("a trace has one title");
    trace_.title = words.take().name;
    return {};
  }

  // `on NAME` in front of a statement.
  boost::system::result<Word, LineFault> take_connection(StatementWords& words) {
    Word connection;
    connection.name = default_connection;
    if (!words.next_is("on")) return connection;
    words.take();
    return words.take_plain("the connection's name behind 'on'");
  }

  // `connect NAME`, `close NAME`, `half-close NAME` name their connection behind the keyword.
  boost::system::result<void, LineFault> take_connection_name(std::string_view keyword,
                                                              StatementWords& words,
                                                              std::string& connection) {
    if (keyword != "connect" && keyword != "close" && keyword != "half-close") return {};
    if (words.next_is_plain()) connection = words.take().name;
    return {};
  }

  Trace& trace_;
  KnownNames known_;
};

}  // namespace

std::string to_string(const TraceError& error) {
  if (error.line == 0) return fmt::format("{}: {}", error.file, error.reason);
  return fmt::format("{}:{}: {}", error.file, error.line, error.reason);
}

boost::system::result<Trace, TraceError> parse_trace(std::string_view text, std::string_view file) {
  Trace trace;
  trace.file = file;
  auto statements = split_statements(text);
  if (!statements) {
    return TraceError{trace.file, statements.error().line, statements.error().reason};
  }
  TraceParser parser(trace);
  for (const Statement& statement : *statements) {
    if (auto parsed = parser.parse(statement); !parsed) {
      return TraceError{trace.file, parsed.error().line, parsed.error().reason};
    }
  }
  return trace;
}

boost::system::result<Trace, TraceError> read_trace(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return TraceError{file, 0, "cannot be opened"};
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse_trace(text, file);
}

}  // namespace holdfast::trace
