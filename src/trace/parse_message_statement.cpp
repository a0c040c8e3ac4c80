// Statements about the processor's link and the trace's own notebook.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "iso8583/mti.hpp"
#include "trace/statement.hpp"

namespace holdfast::trace {

using ActionResult = boost::system::result<Action, LineFault>;

// In parse_expect_statement.cpp.
ActionResult parse_expect(StatementWords& words, KnownNames& known);

namespace {

boost::system::result<Word, LineFault> take_mti(StatementWords& words) {
  auto word = words.take_plain("the MTI");
  if (word && !iso8583::Mti::parse(word->name)) {
    return words.fault(fmt::format("'{}' is not an MTI of four digits", word->name));
  }
  return word;
}

// Takes `as NAME`; a message without a name gets one that nobody can write.
boost::system::result<Word, LineFault> take_message_name(StatementWords& words, KnownNames& known,
                                                         bool is_burst) {
  const int line = words.line();
  auto option = words.take_option("as");
  if (!option) return option.error();
  Word name;
  name.name = option->value_or(fmt::format("(line {})", line));
  if (!known.messages.emplace(name.name, is_burst).second) {
    return words.fault(fmt::format("another message is called '{}' already", name.name));
  }
  return name;
}

// Fields come before the name is known, so that a message cannot refer to itself.
ActionResult finish_send(SendMessage send, StatementWords& words, KnownNames& known) {
  auto as = words.take_option("as");
  if (!as) return as.error();
  const bool is_burst = send.copies > 1;
  const int line = words.line();
  auto fields = take_fields(words, is_burst ? ValueUse::burst : ValueUse::send, known);
  if (!fields) return fields.error();
  send.fields = std::move(*fields);
  send.name = as->value_or(fmt::format("(line {})", line));
  if (!known.messages.emplace(send.name, is_burst).second) {
    return words.fault(fmt::format("another message is called '{}' already", send.name));
  }
  return Action(std::move(send));
}

boost::system::result<Word, LineFault> take_earlier_message(StatementWords& words,
                                                            const KnownNames& known) {
  auto name = words.take_plain("the earlier message's name");
  if (!name) return name;
  const auto message = known.messages.find(name->name);
  if (message == known.messages.end() || message->second) {
    return words.fault(fmt::format("no single message is called '{}' above", name->name));
  }
  return name;
}

ActionResult parse_send(StatementWords& words, KnownNames& known) {
  auto mti = take_mti(words);
  if (!mti) return mti.error();
  SendMessage send;
  send.mti = mti->name;
  return finish_send(std::move(send), words, known);
}

ActionResult parse_burst(StatementWords& words, KnownNames& known) {
  auto count = words.take_plain("how many messages");
  if (!count) return count.error();
  const auto copies = parse_count(count->name);
  if (!copies || *copies < 2) {
    return words.fault(fmt::format("'{}' is not a count of 2 or more", count->name));
  }
  auto mti = take_mti(words);
  if (!mti) return mti.error();
  SendMessage send;
  send.mti = mti->name;
  send.copies = *copies;
  return finish_send(std::move(send), words, known);
}

ActionResult parse_again(StatementWords& words, KnownNames& known) {
  auto original = take_earlier_message(words, known);
  if (!original) return original.error();
  SendMessage send;
  send.kind = RequestKind::again;
  send.original = original->name;
  if (next_is_mti(words)) send.mti = words.take().name;
  return finish_send(std::move(send), words, known);
}

ActionResult parse_reverse(StatementWords& words, KnownNames& known) {
  auto original = take_earlier_message(words, known);
  if (!original) return original.error();
  SendMessage send;
  send.kind = RequestKind::reversal;
  send.original = original->name;
  send.mti = next_is_mti(words) ? words.take().name : "0400";
  return finish_send(std::move(send), words, known);
}

ActionResult parse_raw_bytes(StatementWords& words, KnownNames& known, bool framed) {
  auto bytes = take_bytes(words);
  if (!bytes) return bytes.error();
  auto name = take_message_name(words, known, false);
  if (!name) return name.error();
  return Action(SendRaw{name->name, bytes->name, framed});
}

ActionResult parse_raw(StatementWords& words, KnownNames& known) {
  return parse_raw_bytes(words, known, true);
}

ActionResult parse_unframed(StatementWords& words, KnownNames& known) {
  return parse_raw_bytes(words, known, false);
}

ActionResult parse_set(StatementWords& words, KnownNames& known) {
  auto fields = take_fields(words, ValueUse::send, known);
  if (!fields) return fields.error();
  return Action(SetDefaults{std::move(*fields)});
}

ActionResult parse_time_statement(StatementWords& words, KnownNames&) {
  auto word = words.take_plain("the time");
  if (!word) return word.error();
  const auto time = parse_time(word->name);
  if (!time) {
    return words.fault(
        fmt::format("'{}' is not a time such as 2026-11-20T09:00:00+03:00", word->name));
  }
  return Action(SetTime{*time});
}

ActionResult parse_at(StatementWords& words, KnownNames&) {
  auto word = words.take_plain("the time");
  if (!word) return word.error();
  Pace pace;
  if (word->name.starts_with('+')) {
    pace.after_previous = parse_seconds(std::string_view(word->name).substr(1));
  } else {
    pace.time_of_day = parse_time_of_day(word->name);
  }
  if (!pace.after_previous && !pace.time_of_day) {
    return words.fault(
        fmt::format("'{}' is neither +seconds nor a time of day such as 08:01:02.5", word->name));
  }
  return Action(pace);
}

ActionResult parse_connect(StatementWords& words, KnownNames&) {
  OpenConnection open;
  if (!words.empty()) {
    const Word& word = words.take();
    if (word.name != "link" || !word.has_value) {
      return words.fault(fmt::format("'{}' does not belong here", word.name));
    }
    open.link = word.value;
  }
  return Action(std::move(open));
}

ActionResult parse_close(StatementWords&, KnownNames&) {
  return Action(CloseConnection{false});
}

ActionResult parse_half_close(StatementWords&, KnownNames&) {
  return Action(CloseConnection{true});
}

constexpr std::array message_keywords = {
    StatementKeyword{"send", parse_send},
    StatementKeyword{"again", parse_again},
    StatementKeyword{"reverse", parse_reverse},
    StatementKeyword{"burst", parse_burst},
    StatementKeyword{"raw", parse_raw},
    StatementKeyword{"unframed", parse_unframed},
    StatementKeyword{"expect", parse_expect},
    StatementKeyword{"set", parse_set},
    StatementKeyword{"time", parse_time_statement},
    StatementKeyword{"at", parse_at},
    StatementKeyword{"connect", parse_connect},
    StatementKeyword{"close", parse_close},
    StatementKeyword{"half-close", parse_half_close},
};

}  // namespace

ParseStatement find_message_statement(std::string_view keyword) {
  return find_statement(message_keywords, keyword);
}

}  // namespace holdfast::trace
