#include "runtime/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

namespace holdfast {

using boost::asio::ip::tcp;
using boost::system::error_code;

Outcome<tcp::endpoint> resolve(const ListenAddress& address) {
  boost::asio::io_context io;
  tcp::resolver resolver(io);
  error_code failure;
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, failure);
  if (failure) return Error{fmt::format("'{}': {}", address.host, failure.message())};
  return found.begin()->endpoint();
}

Outcome<ListenAddress> listen(tcp::acceptor& acceptor, const ListenAddress& address) {
  const auto endpoint = resolve(address);
  if (!endpoint) return endpoint.error();
  error_code failure;
  acceptor.open(endpoint->protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(*endpoint, failure);
  if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
  tcp::endpoint bound;
  if (!failure) bound = acceptor.local_endpoint(failure);
  if (failure) {
    return Error{
        fmt::format("cannot listen on {}:{}: {}", address.host, address.port, failure.message())};
  }
  return ListenAddress{address.host, bound.port()};
}

}  // namespace holdfast
