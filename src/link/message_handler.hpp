// What a message means and who answers it: decoded here, answered at once or given to the engine.
#pragma once

#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"
#include "link/authorize.hpp"
#include "link/limited_log.hpp"
#include "link/reply.hpp"
#include "runtime/core.hpp"

namespace holdfast {

// A message on its way: its bytes, what was read of them, and its place in the engine. Reused.
struct Exchange : engine::Submission {
  std::vector<std::uint8_t> header;   // the fixed header, given back in the reply
  std::vector<std::uint8_t> payload;  // viewed by message
  iso8583::Message message;
  std::optional<iso8583::Mti> mti;
  std::chrono::steady_clock::time_point received_at;  // when its last byte was read
};

enum class Handled : std::uint8_t {
  submitted,  // the engine has it, and is to be woken
  replied,    // the reply was appended
  ignored,    // nothing is answered
};

class MessageHandler {
 public:
  MessageHandler(Core& core, const LinkConfig& link, const iso8583::Dialect& dialect);

  // Reads exchange.payload and handles it. `signed_on` is the connection's; replies are appended
  // to `out`. `completions` is where the engine hands the exchange back.
  Handled handle(Exchange& exchange, bool& signed_on, engine::Completions& completions,
                 std::vector<std::uint8_t>& out);
  // The reply to an exchange that the engine handed back.
  void finish(Exchange& exchange, std::vector<std::uint8_t>& out);

 private:
  Handled reply(Exchange& exchange, std::string_view code, std::vector<std::uint8_t>& out);
  Handled refuse_unreadable(Exchange& exchange, const iso8583::CodecError& error,
                            std::vector<std::uint8_t>& out);
  Handled manage_network(Exchange& exchange, bool& signed_on, engine::Completions& completions,
                         std::vector<std::uint8_t>& out);
  // What the message asks of the engine; nothing when this kind of message is not served.
  FieldResult<CardCommand> command_of(const Exchange& exchange);
  Handled submit(Exchange& exchange, FieldResult<CardCommand> command,
                 engine::Completions& completions, std::vector<std::uint8_t>& out);
  void append(Exchange& exchange, std::vector<std::uint8_t>& out);

  Core& core_;
  const LinkConfig& link_;
  const iso8583::Dialect& dialect_;
  LinkReading reading_;
  Digests digests_;
  TimeStamper stamp_;
  ReplyWriter reply_;
  LimitedLog log_;
};

}  // namespace holdfast
