// Where a switch listens: the same for the API and the links.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "config/config.hpp"
#include "error.hpp"

namespace holdfast {

// The endpoint of a host's name or number.
Outcome<boost::asio::ip::tcp::endpoint> resolve(const ListenAddress& address);

// Opens the acceptor and listens; the address with its real port.
Outcome<ListenAddress> listen(boost::asio::ip::tcp::acceptor& acceptor,
                              const ListenAddress& address);

}  // namespace holdfast
