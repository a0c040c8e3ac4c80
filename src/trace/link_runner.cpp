#include "trace/link_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "trace/wire.hpp"

namespace holdfast::trace {

using std::chrono::steady_clock;

LinkRunner::LinkRunner(Memory& memory, FindTarget find_target,
                       std::chrono::milliseconds reply_timeout, Watch watch)
    : memory_(memory),
      composer_(memory),
      find_target_(std::move(find_target)),
      reply_timeout_(reply_timeout),
      watch_(std::move(watch)) {}

// --- Connections ----------------------------------------------------------------------------

StepOutcome LinkRunner::connect(Line& line, const std::string& link) {
  const LinkTarget* target = find_target_(link);
  if (target == nullptr) return StepOutcome::stop(fmt::format("there is no link '{}'", link));
  auto connection = Connection::open(target->address, target->framing);
  if (!connection) return StepOutcome::stop(connection.error().text());
  line.connection.emplace(std::move(*connection));
  line.target = target;
  return {};
}

boost::system::result<LinkRunner::Line*, Reason> LinkRunner::open_line(
    const std::string& connection) {
  Line& line = lines_[connection];
  if (line.connection) return &line;
  const StepOutcome opened = connect(line, "");
  if (!opened.fatal.empty()) return Reason::of(opened.fatal);
  return &line;
}

StepOutcome LinkRunner::run(const OpenConnection& open, const std::string& connection) {
  return connect(lines_[connection], open.link);
}

StepOutcome LinkRunner::run(const CloseConnection& close, const std::string& connection) {
  Line& line = lines_[connection];
  if (!line.connection) return {};
  if (close.only_sending_half) {
    line.connection->finish_sending();
    return {};
  }
  line.connection.reset();
  for (Sent& sent : line.sent) sent.is_expected = true;
  return {};
}

// --- Sending --------------------------------------------------------------------------------

StepOutcome LinkRunner::send_one(Line& line, Sent sent, std::string_view bytes, bool framed) {
  sent.at = steady_clock::now();
  line.sent.push_back(std::move(sent));
  ++statistics_.messages;
  if (watch_) watch_({Direction::sent, *line.target, line.connection->port(), bytes, framed});
  const auto outcome = framed ? line.connection->send_frame(bytes) : line.connection->send(bytes);
  if (!outcome) return StepOutcome::stop(fmt::format("sending failed: {}", outcome.error().text()));
  return {};
}

StepOutcome LinkRunner::run(const SendMessage& send, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  const iso8583::Dialect& dialect = *(*line)->target->dialect;
  // A burst is encoded whole before its first byte is sent: its messages arrive at once.
  std::vector<std::string> encoded;
  std::vector<TraceMessage> requests;
  for (int copy = 0; copy < send.copies; ++copy) {
    auto message = composer_.compose(send, copy);
    if (!message) return StepOutcome::stop(message.error().text());
    auto bytes = encode_message(dialect, *message);
    if (!bytes) return StepOutcome::stop(bytes.error().text());
    requests.push_back(decode_message(dialect, *bytes).message);
    encoded.push_back(std::move(*bytes));
  }
  if (send.copies > 1) {
    (*line)->burst_last = send.name;
  } else {
    memory_.exchanges[send.name] = Exchange{requests.front(), {}, {}};
  }
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    Sent sent{send.name, Exchange{std::move(requests[i]), {}, {}}, {}, false};
    StepOutcome outcome = send_one(**line, std::move(sent), encoded[i], true);
    if (!outcome.fatal.empty()) return outcome;
  }
  return {};
}

StepOutcome LinkRunner::run(const SendRaw& raw, const std::string& connection) {
  auto line = open_line(connection);
  if (!line) return StepOutcome::stop(line.error().text());
  // What can be read of it finds its reply; a message without a readable DE11 takes the reply
  // that belongs to nobody else.
  TraceMessage request = decode_message(*(*line)->target->dialect, raw.bytes).message;
  memory_.exchanges[raw.name] = Exchange{request, {}, {}};
  return send_one(**line, Sent{raw.name, Exchange{std::move(request), {}, {}}, {}, false},
                  raw.bytes, raw.framed);
}

// --- Receiving ------------------------------------------------------------------------------

void LinkRunner::listen_until(SteadyTime deadline) {
  std::vector<Connection*> open;
  for (auto& [name, line] : lines_) {
    if (line.connection && !line.connection->is_closed()) open.push_back(&*line.connection);
  }
  wait_for_frames(open, deadline);
  for (auto& [name, line] : lines_) take_in(line);
}

void LinkRunner::take_in(Line& line) {
  if (!line.connection) return;
  for (const ReceivedFrame& frame : line.connection->take_frames()) claim(line, frame);
}

void LinkRunner::claim(Line& line, const ReceivedFrame& frame) {
  if (watch_) {
    watch_({Direction::received, *line.target, line.connection->port(), frame.payload, true});
  }
  TraceMessage reply = decode_message(*line.target->dialect, frame.payload).message;
  Sent* sent = claimant(line, reply);
  if (sent == nullptr) {
    line.unclaimed.push_back(frame);
    return;
  }
  ++statistics_.replies;
  statistics_.latencies.push_back(frame.at - sent->at);
  sent->exchange.reply = std::move(reply);
  sent->exchange.reply_bytes = frame.payload;
  while (line.unanswered_from < line.sent.size() &&
         line.sent[line.unanswered_from].exchange.reply) {
    ++line.unanswered_from;
  }
}

LinkRunner::Sent* LinkRunner::claimant(Line& line, const TraceMessage& reply) {
  const auto begin = line.sent.begin() + static_cast<std::ptrdiff_t>(line.unanswered_from);
  const auto owner = std::find_if(begin, line.sent.end(), [&](const Sent& sent) {
    return !sent.exchange.reply && answers(reply, sent.exchange.request);
  });
  if (owner != line.sent.end()) return &*owner;
  const auto nameless = std::find_if(begin, line.sent.end(), [](const Sent& sent) {
    return !sent.exchange.reply && sent.exchange.request.find(11) == nullptr;
  });
  return nameless == line.sent.end() ? nullptr : &*nameless;
}

LinkRunner::Sent* LinkRunner::oldest_unexpected(Line& line) {
  const auto sent = std::find_if(line.sent.begin(), line.sent.end(),
                                 [](const Sent& s) { return !s.is_expected; });
  return sent == line.sent.end() ? nullptr : &*sent;
}

LinkRunner::Sent* LinkRunner::find_sent(const std::string& name) {
  for (auto& [connection, line] : lines_) {
    const auto sent = std::find_if(line.sent.begin(), line.sent.end(),
                                   [&name](const Sent& s) { return s.name == name; });
    if (sent != line.sent.end()) return &*sent;
  }
  return nullptr;
}

bool LinkRunner::wait_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const SteadyTime deadline = steady_clock::now() + patience;
  while (!done()) {
    const bool any_open = std::any_of(lines_.begin(), lines_.end(), [](const auto& entry) {
      return entry.second.connection && !entry.second.connection->is_closed();
    });
    if (!any_open || steady_clock::now() >= deadline) return done();
    listen_until(deadline);
  }
  return true;
}

}  // namespace holdfast::trace
