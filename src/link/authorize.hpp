// Authorization, financial and reversal messages as commands.
#pragma once

#include <string>

#include "link/card_request.hpp"

namespace holdfast {

struct CardCommand {
  engine::Request request;
  engine::CommandBody body;
};

// What the messages of a link are read by.
struct LinkReading {
  const iso8583::Dialect& dialect;
  engine::LinkName link;
  std::string home_country;  // DE19 of domestic transactions; empty: all are
};

// 0100/0101, 0120/0121, 0200/0201, 0220/0221: authorization and financial messages.
FieldResult<CardCommand> authorize_command(const LinkReading& reading,
                                           const iso8583::Message& message, iso8583::Mti mti,
                                           Digests& digests);

// 0400/0401/0420/0421: reversal of the message that DE90 names, or of the card's RRN.
FieldResult<CardCommand> reverse_command(const LinkReading& reading,
                                         const iso8583::Message& message, iso8583::Mti mti,
                                         Digests& digests);

}  // namespace holdfast
