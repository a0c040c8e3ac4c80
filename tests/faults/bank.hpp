// A small bank on the switch under test: its accounts and cards, its messages, and what its
// balances must be.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "link_client.hpp"
#include "switch_under_test.hpp"

namespace faults {

inline constexpr int accounts = 20;
inline constexpr std::int64_t opening_balance = 10'000'000;

struct Balance {
  std::int64_t ledger = 0;
  std::int64_t held = 0;
  std::int64_t booked = 0;
  std::int64_t pending = 0;
  std::int64_t available = 0;
};

class Bank {
 public:
  // `argv` of the tests: the binary, the folder of dialects, the folder of rule files.
  Bank(int argc, char** argv);

  // Starts the switch and finds its addresses; opens accounts and cards the first time. False,
  // with a line on stderr, when something of it fails.
  bool start();
  scenarios::SwitchUnderTest& the_switch() { return *switch_; }
  const iso8583::Dialect& dialect() const { return *dialect_; }
  const std::string& link() const { return link_; }

  static std::string pan(int account);
  // A purchase by the account's card; no two have the same key.
  static Fields purchase(int account, std::int64_t amount, std::uint32_t trace);
  static Fields reversal_of(const Fields& purchase, std::uint32_t trace);

  std::optional<Balance> balance(int account);
  // Of all accounts, as of one moment; empty when the API does not answer.
  std::vector<Balance> balances();
  bool ledger_is_zero();
  // Asks the API; the body of a 2xx answer.
  std::optional<std::string> ask(std::string_view method, const std::string& target,
                                 const std::string& body = {});
  // Stops the switch by SIGTERM and proves its journal.
  bool stop_and_verify();

 private:
  bool open_accounts();

  std::unique_ptr<scenarios::SwitchUnderTest> switch_;
  std::optional<iso8583::Dialect> dialect_;
  std::optional<holdfast::http::ApiClient> api_;
  std::string link_;
  bool opened_ = false;
};

// Prints "FAILED: …" and returns false, so that a test reads `return fail(…)`.
bool fail(const std::string& what);

}  // namespace faults
