// Runs the steps of a trace that go over the processor's link: sends, finds the request that
// each reply belongs to, and compares replies with what is expected.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iso8583/dialect.hpp"
#include "trace/composer.hpp"
#include "trace/connection.hpp"
#include "trace/matcher.hpp"
#include "trace/memory.hpp"
#include "trace/outcome.hpp"
#include "trace/pcap.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

struct LinkTarget {
  http::HostAndPort address;
  iso8583::FramingOptions framing;
  std::shared_ptr<const iso8583::Dialect> dialect;
};

struct LinkStatistics {
  std::uint64_t messages = 0;
  std::uint64_t replies = 0;
  std::vector<std::chrono::nanoseconds> latencies;
};

class LinkRunner {
 public:
  // Finds the target of a link's name; "" is the link the replay was told to use.
  using FindTarget = std::function<const LinkTarget*(const std::string& link)>;

  // Sees what goes out and each frame that comes in.
  struct Seen {
    Direction direction;
    const LinkTarget& link;
    std::uint16_t port;  // of this side of the connection
    std::string_view bytes;
    bool framed;  // `bytes` are what stands behind a length header
  };
  using Watch = std::function<void(const Seen&)>;

  LinkRunner(Memory& memory, FindTarget find_target, std::chrono::milliseconds reply_timeout,
             Watch watch = {});

  StepOutcome run(const OpenConnection& open, const std::string& connection);
  StepOutcome run(const CloseConnection& close, const std::string& connection);
  StepOutcome run(const SendMessage& send, const std::string& connection);
  StepOutcome run(const SendRaw& raw, const std::string& connection);
  StepOutcome run(const ExpectReply& expect, const std::string& connection);
  StepOutcome run(const ExpectCount& expect, const std::string& connection);
  StepOutcome run(const ExpectRaw& expect, const std::string& connection);
  StepOutcome run(const ExpectSilence& expect, const std::string& connection);
  StepOutcome run(const ExpectClosed& expect, const std::string& connection);
  void set_defaults(const SetDefaults& defaults) { composer_.set_defaults(defaults.fields); }

  // Takes in what arrives until `deadline`.
  void listen_until(SteadyTime deadline);
  // Waits for the replies that no line expects, and reports those that nobody asked for.
  StepOutcome finish();
  const LinkStatistics& statistics() const { return statistics_; }

 private:
  // One message sent; `reply` is filled in when it comes.
  struct Sent {
    std::string name;
    Exchange exchange;
    SteadyTime at;
    bool is_expected = false;  // a line of the trace has dealt with its reply
  };
  struct Line {
    std::optional<Connection> connection;
    const LinkTarget* target = nullptr;
    std::vector<Sent> sent;
    std::size_t unanswered_from = 0;  // every message before it has its reply
    std::vector<ReceivedFrame> unclaimed;
    std::string burst_last;
  };

  boost::system::result<Line*, Reason> open_line(const std::string& connection);
  StepOutcome connect(Line& line, const std::string& link);
  StepOutcome send_one(Line& line, Sent sent, std::string_view bytes, bool framed);
  void take_in(Line& line);
  void claim(Line& line, const ReceivedFrame& frame);
  Sent* claimant(Line& line, const TraceMessage& reply);
  // The message that an expectation without a name is about.
  Sent* oldest_unexpected(Line& line);
  Sent* find_sent(const std::string& name);
  bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds patience);

  Memory& memory_;
  Composer composer_;
  FindTarget find_target_;
  std::chrono::milliseconds reply_timeout_;
  Watch watch_;
  std::map<std::string, Line> lines_;
  LinkStatistics statistics_;
};

}  // namespace holdfast::trace
