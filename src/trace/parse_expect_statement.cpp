// The forms of `expect`.
#include <fmt/format.h>

#include "trace/statement.hpp"

namespace holdfast::trace {

using ActionResult = boost::system::result<Action, LineFault>;

namespace {

ActionResult parse_expect_none(StatementWords& words) {
  ExpectSilence silence;
  auto within = words.take_option("within");
  if (!within) return within.error();
  if (within->has_value()) {
    const auto time = parse_seconds(**within);
    if (!time) return words.fault(fmt::format("'{}' is not a number of seconds", **within));
    silence.within = *time;
  }
  return Action(silence);
}

ActionResult parse_expect_count(StatementWords& words, KnownNames& known, std::string of) {
  auto count = words.take_plain("how many replies");
  if (!count) return count.error();
  const auto replies = parse_count(count->name);
  if (!replies) return words.fault(fmt::format("'{}' is not a count", count->name));
  auto fields = take_fields(words, ValueUse::expect, known);
  if (!fields) return fields.error();
  return Action(ExpectCount{std::move(of), *replies, std::move(*fields)});
}

ActionResult parse_expect_reply(StatementWords& words, KnownNames& known, std::string of) {
  ExpectReply expect;
  expect.of = std::move(of);
  if (next_is_mti(words)) expect.mti = words.take().name;
  if (words.next_is("same")) {
    words.take();
    auto same_as = words.take_option("as");
    if (!same_as) return same_as.error();
    expect.same_as = same_as->value_or("");
    const auto message = known.messages.find(expect.same_as);
    if (message == known.messages.end() || message->second) {
      return words.fault(fmt::format("no single message is called '{}' above", expect.same_as));
    }
  }
  auto fields = take_fields(words, ValueUse::expect, known);
  if (!fields) return fields.error();
  expect.fields = std::move(*fields);
  return Action(std::move(expect));
}

ActionResult parse_expect_status(StatementWords& words, KnownNames& known) {
  auto number = words.take_plain("the HTTP status");
  if (!number) return number.error();
  const auto status = parse_count(number->name);
  if (!status || *status < 100 || *status > 599) {
    return words.fault(fmt::format("'{}' is not an HTTP status", number->name));
  }
  ExpectStatus expect;
  expect.status = *status;
  if (words.next_is("replayed")) {
    words.take();
    expect.replayed = true;
  }
  auto fields = take_json_expectations(words, known);
  if (!fields) return fields.error();
  expect.fields = std::move(*fields);
  return Action(std::move(expect));
}

}  // namespace

ActionResult parse_expect(StatementWords& words, KnownNames& known) {
  if (words.next_is("none")) {
    words.take();
    return parse_expect_none(words);
  }
  if (words.next_is("closed")) {
    words.take();
    return Action(ExpectClosed{});
  }
  if (words.next_is("raw")) {
    words.take();
    auto bytes = take_bytes(words);
    if (!bytes) return bytes.error();
    return Action(ExpectRaw{bytes->name});
  }
  if (words.next_is("status")) {
    words.take();
    return parse_expect_status(words, known);
  }
  auto of = words.take_option("of");
  if (!of) return of.error();
  const bool is_count = words.next_is("count");
  if (of->has_value()) {
    const auto message = known.messages.find(**of);
    if (message == known.messages.end() || message->second != is_count) {
      return words.fault(
          fmt::format("no {} is called '{}' above", is_count ? "burst" : "single message", **of));
    }
  }
  if (!is_count) return parse_expect_reply(words, known, of->value_or(""));
  words.take();
  return parse_expect_count(words, known, of->value_or(""));
}

}  // namespace holdfast::trace
