// Bad input or failed I/O, said in one clear line.
#pragma once

#include <boost/system/result.hpp>
#include <string>

namespace holdfast {

struct Error {
  std::string text;
};

template <class T>
using Outcome = boost::system::result<T, Error>;

}  // namespace holdfast
