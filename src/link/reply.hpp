// Replies: what a response carries, from the request that it answers and the engine's decision.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "engine/decision.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/framing.hpp"
#include "iso8583/message.hpp"
#include "iso8583/mti.hpp"

namespace holdfast {

using Echo = decltype(engine::Request::echo);

// The fields that a response repeats though they do not identify the request: a retransmission
// gets those of the first. What does not fit, which only a long DE62 can be, it gets from itself:
// it is the same message.
Echo pack_echo(const iso8583::Message& request);

// Writes responses of one link. Keeps its buffers: one for each thread.
class ReplyWriter {
 public:
  ReplyWriter(const iso8583::Dialect& dialect, const iso8583::FramingOptions& framing)
      : dialect_(dialect), framing_(framing) {}

  // The response to a card message that was decided.
  void decided(const iso8583::Message& request, iso8583::Mti mti, const engine::Answer& answer);
  // A response that needs no decision, by its 1987 response code.
  void plain(const iso8583::Message& request, iso8583::Mti mti, std::string_view code);

  // Appends the response as a frame behind `header`, the request's fixed header. False when the
  // dialect cannot express it.
  bool append_frame(std::span<const std::uint8_t> header, std::vector<std::uint8_t>& out);

 private:
  bool append_frame(std::span<const std::uint8_t> header, std::size_t payload_max,
                    std::vector<std::uint8_t>& out);
  void begin(const iso8583::Message& request, iso8583::Mti mti);
  void set_code(std::string_view code_1987, std::string_view code_1993);
  void set_balances(const iso8583::Message& request, const engine::Decision& decision);
  void set_fee(const engine::Decision& decision);
  // What was approved, where it is not what was asked for in the currency that was asked for.
  void set_amounts(const iso8583::Message& request, const engine::Decision& decision);

  const iso8583::Dialect& dialect_;
  const iso8583::FramingOptions& framing_;
  iso8583::Message response_;
  // What response_ views besides the request.
  Echo echo_;
  std::string balances_;
  std::string fee_;
  std::string transaction_amount_;
  std::string billing_amount_;
  std::string billing_currency_;
  std::string rate_;
  engine::FixedText<6> auth_code_;
};

}  // namespace holdfast
