// The half of LinkRunner that waits for replies and compares them.
#include <fmt/format.h>

#include <algorithm>

#include "trace/link_runner.hpp"
#include "trace/wire.hpp"

namespace holdfast::trace {
namespace {

std::string short_reply(const TraceMessage& reply) {
  const std::string* code = reply.find(39);
  const std::string* stan = reply.find(11);
  return fmt::format("{} 39={} 11={}", reply.mti, code ? *code : "nothing",
                     stan ? *stan : "nothing");
}

}  // namespace

StepOutcome LinkRunner::run(const ExpectReply& expect, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  Sent* sent = expect.of.empty() ? oldest_unexpected(**line) : find_sent(expect.of);
  if (sent == nullptr) return StepOutcome::stop("no message is waiting for a reply here");
  sent->is_expected = true;
  if (!wait_until([sent] { return sent->exchange.reply.has_value(); }, reply_timeout_)) {
    const Connection& open = *(*line)->connection;
    if (open.is_closed()) {
      return StepOutcome::stop(fmt::format("no reply: {}", open.closed_because()));
    }
    return StepOutcome::difference(fmt::format("no reply within {} ms", reply_timeout_.count()));
  }
  StepOutcome outcome;
  Captures captures;
  for (const Difference& d : compare_reply(expect, sent->exchange, memory_, captures)) {
    outcome.differences.push_back(to_string(d));
  }
  memory_.variables.merge(captures);
  memory_.exchanges[sent->name] = sent->exchange;
  return outcome;
}

StepOutcome LinkRunner::run(const ExpectCount& expect, const std::string& connection) {
  Line& line = lines_[connection];
  const std::string& name = expect.of.empty() ? line.burst_last : expect.of;
  std::vector<Sent*> burst;
  for (auto& [key, candidate] : lines_) {
    for (Sent& sent : candidate.sent) {
      if (sent.name == name) burst.push_back(&sent);
    }
  }
  if (burst.empty()) return StepOutcome::stop("no burst was sent here");
  for (Sent* sent : burst) sent->is_expected = true;
  const auto answered = [&burst] {
    return std::count_if(burst.begin(), burst.end(),
                         [](const Sent* sent) { return sent->exchange.reply.has_value(); });
  };
  const auto size = static_cast<std::ptrdiff_t>(burst.size());
  if (!wait_until([&] { return answered() == size; }, reply_timeout_)) {
    return StepOutcome::difference(fmt::format("expected {} replies, got {}", size, answered()));
  }
  const auto fitting = std::count_if(burst.begin(), burst.end(), [&](const Sent* sent) {
    Captures ignored;
    return compare_fields(expect.fields, sent->exchange, memory_, ignored).empty();
  });
  if (fitting == expect.count) return {};
  return StepOutcome::difference(
      fmt::format("expected {} such replies, got {} of {}", expect.count, fitting, size));
}

StepOutcome LinkRunner::run(const ExpectRaw& expect, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  Sent* sent = oldest_unexpected(**line);
  if (sent == nullptr) return StepOutcome::stop("no message is waiting for a reply here");
  sent->is_expected = true;
  if (!wait_until([sent] { return sent->exchange.reply.has_value(); }, reply_timeout_)) {
    return StepOutcome::difference(fmt::format("no reply within {} ms", reply_timeout_.count()));
  }
  if (sent->exchange.reply_bytes == expect.bytes) return {};
  const auto& got = sent->exchange.reply_bytes;
  const auto offset =
      std::mismatch(got.begin(), got.end(), expect.bytes.begin(), expect.bytes.end()).first -
      got.begin();
  return StepOutcome::difference(fmt::format("the reply differs from byte {} on: {}", offset,
                                             short_reply(*sent->exchange.reply)));
}

StepOutcome LinkRunner::run(const ExpectSilence& expect, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  Sent* sent = oldest_unexpected(**line);
  const std::size_t unclaimed_before = (*line)->unclaimed.size();
  const auto heard = [&] {
    return (sent != nullptr && sent->exchange.reply) ||
           (*line)->unclaimed.size() > unclaimed_before;
  };
  if (sent != nullptr) sent->is_expected = true;
  if (!wait_until(heard, expect.within)) return {};
  return StepOutcome::difference(
      sent != nullptr && sent->exchange.reply
          ? fmt::format("expected no reply, got {}", short_reply(*sent->exchange.reply))
          : std::string("expected no reply, got one that belongs to no request"));
}

StepOutcome LinkRunner::run(const ExpectClosed&, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  Connection& open = *(*line)->connection;
  const bool closed = wait_until([&open] { return open.is_closed(); }, reply_timeout_);
  for (Sent& sent : (*line)->sent) sent.is_expected = true;
  if (!closed) return StepOutcome::difference("expected the connection closed, it is open");
  (*line)->connection.reset();
  return {};
}

StepOutcome LinkRunner::finish() {
  StepOutcome outcome;
  const auto all_answered = [this] {
    return std::all_of(lines_.begin(), lines_.end(), [](const auto& entry) {
      return std::all_of(entry.second.sent.begin(), entry.second.sent.end(), [](const Sent& sent) {
        return sent.is_expected || sent.exchange.reply.has_value();
      });
    });
  };
  wait_until(all_answered, reply_timeout_);
  for (const auto& [name, line] : lines_) {
    for (const Sent& sent : line.sent) {
      if (sent.is_expected || sent.exchange.reply) continue;
      outcome.differences.push_back(
          fmt::format("no reply to the {} '{}'", sent.exchange.request.mti, sent.name));
    }
    for (const ReceivedFrame& frame : line.unclaimed) {
      const auto reply = decode_message(*line.target->dialect, frame.payload).message;
      outcome.differences.push_back(
          fmt::format("a reply that belongs to no request: {}", short_reply(reply)));
    }
  }
  return outcome;
}

}  // namespace holdfast::trace
