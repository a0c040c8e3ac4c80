// A card transaction on its way through the checks: what was asked, on which card and account, and
// what it comes to in the account's currency.
#pragma once

#include "decide.hpp"
#include "limit_usage.hpp"

namespace engine {

struct Transaction {
  Transaction(const Authorize& command, const CardRecord& c, const AccountRecord& a)
      : asked(command), card(c), account(a) {}

  const Authorize& asked;
  CardRecord card;
  AccountRecord account;
  MinorUnits amount = 0;              // in the account's currency
  MinorUnits transaction_amount = 0;  // as the merchant sees it
  std::int64_t rate = 0;              // of the bank's own conversion
  FeeTerms fee_terms;
  MinorUnits fee = 0;

  bool moves_now() const { return is_top_up(asked.operation) || is_financial(asked.kind); }
  // A posting moves its money at once: it has no hold to add to, and neither has a credit.
  bool is_increment() const { return asked.increment && is_debit(asked.operation) && !moves_now(); }
  // What the account pays; negative: receives.
  MinorUnits costs() const { return (is_debit(asked.operation) ? amount : -amount) + fee; }
  LimitSubject subject(const Event& event) const;
};

// Fills in amount and rate: the billing amount in the account's currency, else the transaction's,
// else the transaction's converted at the bank's rate.
Decline set_amount(Deciding& d, Transaction& t);
// Fills in the fee by the first tariff that fits.
Decline set_fee(Deciding& d, Transaction& t);
// The fee to hold beside `held` of the hold's amount, by the terms of its day: that of all that was
// cleared and is held, less what has been posted. None: it is too large to be told.
std::optional<MinorUnits> fee_to_hold(const HoldRecord& hold, MinorUnits held);
// Fills in what the hold's fee grows by when its amount grows by the transaction's.
Decline set_fee_of_increment(Deciding& d, Transaction& t, const HoldRecord& hold);
// Whether every sum that the transaction would make fits.
bool fits_account(const State& state, const Transaction& t);

// After the checks: these cannot fail, and fill in the decision.
void place_hold(Deciding& d, const Transaction& t);
void post_now(Deciding& d, const Transaction& t);
void acknowledge(Deciding& d, const Transaction& t);
// Moves `amount`, which the operation makes a debit or a credit, and the fee.
void post_money(Deciding& d, const Transaction& t, MinorUnits amount, HoldId hold);
void tell(Deciding& d, const Transaction& t, HoldId hold, MinorUnits ledger_change,
          MinorUnits available_change);
// When a hold that is placed or restarted now ends.
Instant expiry(const Deciding& d, const Transaction& t, HoldKind kind);

// The open hold of the same card transaction: by lifecycle id, else by card and RRN.
std::optional<HoldRecord> find_open_hold(const State& state, const Transaction& t);

// Advices and forced postings: what has happened already.
void decide_advice(Deciding& d, Transaction& t);
// Adds to the open hold of the same lifecycle id.
void decide_increment(Deciding& d, Transaction& t, const HoldRecord& hold);

// What reconciliation counts it as.
void count(Deciding& d, const Transaction& t);

}  // namespace engine
