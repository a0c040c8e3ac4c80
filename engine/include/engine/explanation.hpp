// Why a card transaction was answered as it was: the figures that the decision was made of.
#pragma once

#include "engine/limits.hpp"
#include "engine/money.hpp"
#include "engine/tariffs.hpp"
#include "engine/text.hpp"
#include "engine/types.hpp"

namespace engine {

struct Explanation {
  AuthorizationKind kind = AuthorizationKind::request;
  bool is_reversal = false;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  CardToken token;
  FixedText<12> rrn;
  Money transaction;  // as asked
  Money billing;      // as asked; no currency when absent
  // In the account's currency: what was asked for, and the account before the decision.
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  MinorUnits ledger = 0;
  MinorUnits held = 0;
  MinorUnits overdraft_limit = 0;
  std::int64_t rate = 0;  // the bank's own conversion: scaled, 0 when there was none
  std::uint32_t rate_version = 0;
  TariffName tariff;
  // The rule of a limit that refused, what of it was used before, and its maximum: an amount or
  // a count, as the decline says.
  LimitName limit;
  LimitSource limit_source = LimitSource::profile;
  std::int64_t limit_used = 0;
  std::int64_t limit_max = 0;
  HoldId original;  // the hold that was found by a reversal, an increment or a completion
  // Declined as same_key_other_content: the authorization that had the key before, 0 for none.
  std::uint64_t first_answer = 0;
};

}  // namespace engine
