// A ledger without disk, for tests: decide, apply and check, with shorthand for what a link, a
// clearing file or a bank system asks. Each event goes through its bytes, as in recovery.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "decide.hpp"
#include "engine/view.hpp"

namespace engine::testing {

// "35.00" → 3500. Digits, one point, a sign; nothing else is checked.
MinorUnits minor(std::string_view text);
CurrencyCode currency(std::string_view alpha);
Money money(std::string_view amount, std::string_view alpha = "RUB");
// "C7".
std::string numbered(std::string_view prefix, std::int64_t number);
// A digest that is the same for the same name.
template <class Id>
Id digest(std::string_view name) {
  Id id;
  std::uint64_t a = std::hash<std::string_view>{}(name) | 1;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    a = a * 6364136223846793005ULL + 1442695040888963407ULL;
    id.bytes[i] = static_cast<std::uint8_t>(a >> 56);
  }
  return id;
}

// An 0100 as the link maps it. `stan` 0: a new one, never repeated.
struct Asked {
  std::string_view amount = "0.00";
  int stan = 0;
  Operation operation = Operation::purchase;
  std::string_view in = "RUB";
  std::string_view billed = "";
  std::string_view billed_in = "RUB";
  std::string_view card = "C1";
  std::string_view terminal = "T1";
  std::string_view merchant = "M1";
  std::string_view rrn = "";
  std::string_view lifecycle = "";
  Channel channel = Channel::pos;
  std::uint16_t mcc = 5411;
  bool preauthorization = false;
  AuthorizationKind kind = AuthorizationKind::request;
  bool increment = false;
  bool partial = false;
  bool approved_elsewhere = true;
  Region region = Region::domestic;
  std::string_view link = "";
};

// An 0400 or 0420 that takes back the 0100 with trace number `of` (0: by RRN alone).
struct TakenBack {
  std::string_view amount = "0.00";
  int of = 0;
  int stan = 0;
  std::string_view card = "C1";
  std::string_view terminal = "T1";
  std::string_view rrn = "";
  bool advice = true;
  std::string_view stays = "";  // DE95
  std::string_view in = "RUB";
  std::string_view original_class = "010";
  std::string_view link = "";
};

struct Cleared {
  std::string_view record = "";
  std::string_view amount = "0.00";
  Operation operation = Operation::purchase;
  std::string_view in = "RUB";
  std::string_view billed = "";
  std::string_view billed_in = "RUB";
  std::string_view settled = "";
  std::string_view settled_in = "RUB";
  std::string_view card = "C1";
  std::string_view auth_code = "";
  std::string_view rrn = "";
  std::string_view lifecycle = "";
  std::string_view terminal = "";
  std::string_view merchant = "";
  bool final = true;
  bool reversal = false;
  std::string_view presentment = "";
  ClearingKind kind = ClearingKind::presentment;
};

// A rule of limits: amounts as text, none when empty; a count of -1 is none.
struct Limited {
  std::string_view name = "limit";
  std::string_view amount = "";
  std::int64_t count = -1;
  LimitWindow window = LimitWindow::day;
  LimitScope scope = LimitScope::card;
  std::int64_t rolling_seconds = 0;
  std::vector<Operation> operations = {};
  std::vector<Channel> channels = {};
  std::vector<Region> regions = {};
  std::vector<MccRange> mcc = {};
};
LimitRule rule_of(const Limited& limited);

// A tariff for every debit, unless operations are named.
struct Charged {
  std::string_view name = "tariff";
  std::string_view flat = "0.00";
  std::string_view percent = "0";
  std::string_view min = "0.00";
  std::string_view max = "0.00";
  std::vector<Operation> operations = {};
  std::vector<Channel> channels = {};
  std::vector<Region> regions = {};
  std::vector<MccRange> mcc = {};
  std::string_view in = "RUB";
  std::string_view from = "0.00";
  std::string_view to = "";
};
Tariff tariff_of(const Charged& charged);

class Ledger {
 public:
  // Account A1 with 1000.00 RUB and card C1; rates: EUR 62.20/64.10, JPY 0.60/0.62, KWD 250/260.
  Ledger();

  void open(std::string_view account, std::string_view booked, std::string_view in = "RUB");
  void issue(std::string_view card, std::string_view account, std::uint16_t expiry_yymm = 2812,
             std::string_view profile = "");
  // The profile's rules from now on, as after a start with another limits.toml.
  void set_profile(std::string_view name, const std::vector<Limited>& limits);
  void put_under(std::string_view card, std::string_view profile);
  // Rules of the card's own, and of the account's; the answer.
  Answer set_own(std::string_view card, const std::vector<Limited>& limits);
  Answer set_own_of_account(std::string_view account, const std::vector<Limited>& limits);
  // All rates as they are, with this one changed.
  void set_rate(std::string_view alpha, std::string_view buy, std::string_view sell);
  void set_account(std::string_view account, AccountStatus status);
  void set_card(std::string_view card, CardStatus status);

  Answer ask(const Asked& asked);
  Answer take_back(const TakenBack& reversal);
  Answer clear(const Cleared& record);
  Answer hold(std::string_view amount, HoldKind kind = HoldKind::manual, bool conditional = true,
              std::string_view account = "A1");
  Answer release(HoldId id);
  // Ends what is due now, however many calls it takes; how many calls it took.
  int expire(std::uint32_t holds_max = 512);
  Answer run(CommandBody body, const Request& request = {});

  void wait_seconds(std::int64_t seconds) { now = now.plus_seconds(seconds); }
  void wait_days(std::int64_t days) { wait_seconds(days * 86'400); }

  // "L=1000.00 H=35.00": ledger and held.
  std::string balance(std::string_view account = "A1") const;
  std::string available(std::string_view account = "A1") const;
  // "350.00/2": amount and count that the rule of this name sees used now.
  std::string used(std::string_view rule = "limit", std::string_view card = "C1") const;
  // "settlement -350.00, fee_income 2.50": the internal accounts that are not zero.
  std::string internal(std::string_view alpha = "RUB") const;
  // Of the last movements, newest last: "clearing -35.00, fee -2.50".
  std::string movements(std::string_view account = "A1") const;
  // Names of the recorded exceptions in order, joined with ", "; empty when there are none.
  std::string exceptions() const;
  HoldRecord hold_record(HoldId id) const { return *state.holds.get(id); }

  // What the account's last decision was made of.
  Explanation why() const;

  // The calendar's day, unless it is set.
  std::optional<BusinessDate> business_date;
  Instant now = Instant::from_seconds(1'772'445'600);  // 2026-03-02T10:00:00Z
  Rules rules;
  State state;
  Event last_event;
  std::vector<std::uint8_t> journal;  // every event's bytes

 private:
  int next_stan_ = 100'000;
};

Request request_of(const Asked& asked);
Authorize authorize_of(const Asked& asked);
// "approved", or the decline's name.
std::string told(const Answer& answer);
// "posted_matched by rrn", "duplicate", "rejected: unknown_card".
std::string outcome(const Answer& answer);

}  // namespace engine::testing
