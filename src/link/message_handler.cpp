#include "link/message_handler.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "iso8583/error.hpp"
#include "link/reconcile.hpp"
#include "link/response_codes.hpp"

namespace holdfast {
namespace {

// Message classes of the MTI.
constexpr int authorization = 1;
constexpr int financial = 2;
constexpr int reversal = 4;
constexpr int reconciliation = 5;
constexpr int network_management = 8;

// The dialect's response code tells which version of the standard its messages are of.
bool is_of_version(const iso8583::Dialect& dialect, iso8583::Mti mti) {
  const iso8583::FieldSpec* code = dialect.field(39);
  const bool is_1987 = code != nullptr && code->length_max == 2;
  return is_1987 == (mti.version() == 0);
}

bool is_supported(const iso8583::Dialect& dialect, iso8583::Mti mti) {
  constexpr int classes[] = {authorization, financial, reversal, reconciliation,
                             network_management};
  const bool is_known =
      std::find(std::begin(classes), std::end(classes), mti.message_class()) != std::end(classes);
  const bool is_request_or_advice = mti.function() == 0 || mti.function() == 2;
  // Who manages the network may be anybody: 1993 has 1804.
  const bool is_from_acquirer = mti.origin() <= 1 || mti.message_class() == network_management;
  return is_known && is_request_or_advice && is_from_acquirer && is_of_version(dialect, mti);
}

}  // namespace

MessageHandler::MessageHandler(Core& core, const LinkConfig& link, const iso8583::Dialect& dialect)
    : core_(core),
      link_(link),
      dialect_(dialect),
      reading_{dialect, engine::LinkName::cut(link.name), core.config.home_country},
      digests_(core.pan_key),
      stamp_(core.clock, core.calendar),
      reply_(dialect, link.framing),
      log_(link.name) {}

Handled MessageHandler::handle(Exchange& exchange, bool& signed_on,
                               engine::Completions& completions, std::vector<std::uint8_t>& out) {
  log_.catch_up();
  const auto decoded = iso8583::decode(dialect_, exchange.payload, exchange.message);
  exchange.mti = iso8583::Mti::parse(exchange.message.mti());
  if (!decoded) return refuse_unreadable(exchange, decoded.error(), out);
  const iso8583::Message& message = exchange.message;
  const iso8583::Mti mti = *exchange.mti;
  if (!mti.is_request()) {
    log_.warn("link {}: {} is no request; ignored", link_.name, mti.text());
    return Handled::ignored;
  }
  if (!message.has(11)) {
    log_.warn("link {}: {} without DE11 cannot be answered", link_.name, mti.text());
    return Handled::ignored;
  }
  if (!is_supported(dialect_, mti)) {
    log_.warn("link {}: {} is not supported", link_.name, mti.text());
    return reply(exchange, code_not_supported, out);
  }
  if (mti.message_class() == network_management) {
    return manage_network(exchange, signed_on, completions, out);
  }
  if (link_.require_sign_on && !signed_on) return reply(exchange, code_not_available, out);
  return submit(exchange, command_of(exchange), completions, out);
}

FieldResult<CardCommand> MessageHandler::command_of(const Exchange& exchange) {
  const iso8583::Message& message = exchange.message;
  const iso8583::Mti mti = *exchange.mti;
  switch (mti.message_class()) {
    case reversal:
      return reverse_command(reading_, message, mti, digests_);
    case reconciliation:
      return reconcile_command(reading_, message, mti, digests_);
    default:
      return authorize_command(reading_, message, mti, digests_);
  }
}

Handled MessageHandler::submit(Exchange& exchange, FieldResult<CardCommand> command,
                               engine::Completions& completions, std::vector<std::uint8_t>& out) {
  if (!command) {
    log_.warn("link {}: {} stan {}: field {}: {}", link_.name, exchange.mti->text(),
              exchange.message.get(11), command.error().field, command.error().reason);
    return reply(exchange, code_format_error, out);
  }
  const auto stamp = stamp_();
  exchange.command.now = stamp.now;
  exchange.command.business_date = stamp.business_date;
  exchange.command.local_date = stamp.local_date;
  exchange.command.request = command->request;
  exchange.command.request.echo = pack_echo(exchange.message);
  exchange.command.body = std::move(command->body);
  exchange.completions = &completions;
  exchange.deadline = exchange.received_at + link_.reply_deadline;
  if (core_.engine.enqueue(exchange)) return Handled::submitted;
  core_.engine.wake();  // what fills the inbox may be of this round of reads
  return reply(exchange, code_not_available, out);
}

Handled MessageHandler::manage_network(Exchange& exchange, bool& signed_on,
                                       engine::Completions& completions,
                                       std::vector<std::uint8_t>& out) {
  const std::string_view information = exchange.message.get(70);
  if (information == "001") {
    signed_on = true;
  } else if (information == "002") {
    signed_on = false;
  } else if (information.empty()) {
    log_.warn("link {}: {} without DE70", link_.name, exchange.mti->text());
    return reply(exchange, code_format_error, out);
  } else if (information == "201") {
    return submit(exchange, cut_over_command(reading_, exchange.message, *exchange.mti, digests_),
                  completions, out);
  } else if (information != "301") {
    log_.warn("link {}: {} with an unknown DE70", link_.name, exchange.mti->text());
    return reply(exchange, code_not_supported, out);
  }
  return reply(exchange, code_approved, out);
}

Handled MessageHandler::refuse_unreadable(Exchange& exchange, const iso8583::CodecError& error,
                                          std::vector<std::uint8_t>& out) {
  log_.warn("link {}: unreadable message of {} bytes: {}", link_.name, exchange.payload.size(),
            iso8583::to_string(error));
  const bool can_answer = exchange.mti && exchange.mti->is_request() && exchange.message.has(11);
  return can_answer ? reply(exchange, code_format_error, out) : Handled::ignored;
}

Handled MessageHandler::reply(Exchange& exchange, std::string_view code,
                              std::vector<std::uint8_t>& out) {
  reply_.plain(exchange.message, *exchange.mti, code);
  append(exchange, out);
  return Handled::replied;
}

void MessageHandler::finish(Exchange& exchange, std::vector<std::uint8_t>& out) {
  reply_.decided(exchange.message, *exchange.mti, exchange.answer);
  append(exchange, out);
}

void MessageHandler::append(Exchange& exchange, std::vector<std::uint8_t>& out) {
  if (!reply_.append_frame(exchange.header, out)) {
    spdlog::error("link {}: the dialect cannot express the reply to {}", link_.name,
                  exchange.mti->text());
  }
}

}  // namespace holdfast
