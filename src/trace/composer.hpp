// Makes the requests of a trace: built-in and `set` defaults, automatic values, then what the
// line says. The same trace always makes the same messages. No I/O.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "trace/memory.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

class Composer {
 public:
  // `memory` outlives the composer.
  explicit Composer(const Memory& memory) : memory_(memory) {}

  // Later settings go over earlier ones.
  void set_defaults(const std::vector<FieldSetting>& fields);

  // The request of the `copy`-th message of a send (0 unless it is a burst). Takes the next STAN
  // where the message has none of its own. The error says what cannot be filled in.
  boost::system::result<TraceMessage, Reason> compose(const SendMessage& send, int copy);

 private:
  TraceMessage fresh_message(const SendMessage& send);
  boost::system::result<TraceMessage, Reason> reversal_message(const SendMessage& send);
  boost::system::result<void, Reason> apply(const FieldSetting& setting, int copy,
                                            TraceMessage& message) const;
  std::string next_stan();

  const Memory& memory_;
  std::vector<FieldSetting> defaults_;
  int stan_last_ = 0;
};

// What an amount field says about `text` ("35.00") in a currency, 12 digits; fee and DE95 forms
// likewise. An error for more decimals than the currency has.
boost::system::result<std::string, Reason> amount_text(const FieldName& field,
                                                       std::string_view text,
                                                       engine::CurrencyCode currency);

}  // namespace holdfast::trace
