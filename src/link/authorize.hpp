// Authorization and reversal messages as commands.
#pragma once

#include "link/card_request.hpp"

namespace holdfast {

struct CardCommand {
  engine::Request request;
  engine::CommandBody body;
};

// 0100/0101 (and balance inquiries as 0200): ISO 8583:1987 authorization request.
FieldResult<CardCommand> authorize_command(const iso8583::Dialect& dialect,
                                           const iso8583::Message& message, iso8583::Mti mti,
                                           Digests& digests);

// 0400/0401/0420/0421: reversal of the message that DE90 names, or of the card's RRN.
FieldResult<CardCommand> reverse_command(const iso8583::Message& message, iso8583::Mti mti,
                                         Digests& digests);

}  // namespace holdfast
