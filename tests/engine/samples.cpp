#include "samples.hpp"

#include <fmt/format.h>

namespace engine::testing {
namespace {

template <class Id>
Id repeated(std::uint8_t byte) {
  Id id;
  id.bytes.fill(byte);
  return id;
}

template <std::size_t N>
void set(FixedText<N>& text, std::string_view value) {
  text = FixedText<N>::cut(value);
}

constexpr Instant sample_time = Instant::from_seconds(1'772'445'600);

HoldPlaced sample_hold() {
  HoldPlaced hold;
  hold.id = HoldId{2};
  hold.account = AccountNumber{1};
  hold.token = repeated<CardToken>(0x11);
  hold.kind = HoldKind::preauthorization;
  hold.operation = Operation::cash;
  hold.channel = Channel::ecommerce;
  hold.region = Region::foreign;
  hold.amount = 3500;
  hold.fee = 250;
  hold.fee_terms = {250, 150'000'000, 100, 9000};
  hold.uses_limits = true;
  hold.programme = 0x0102030405060708;
  hold.financial = true;
  hold.transaction = {700, CurrencyCode::trusted(978)};
  hold.expires_at = sample_time.plus_seconds(7 * 86'400);
  set(hold.keys.lifecycle_id, "L1");
  set(hold.keys.rrn, "R1");
  set(hold.keys.auth_code, "000002");
  set(hold.keys.acquirer, "1001");
  set(hold.keys.terminal, "T1");
  set(hold.keys.merchant, "M1");
  hold.keys.mcc = 5411;
  set(hold.reference, "ref");
  return hold;
}

// Fills every field that a fact names.
class Filler {
 public:
  explicit Filler(std::mt19937_64& random) : random_(random) {}

  template <class T>
  Filler& operator()(const char*, T& value) {
    fill(value);
    return *this;
  }

 private:
  template <class T>
  requires std::is_integral_v<T>
  void fill(T& value) { value = static_cast<T>(random_()); }
  template <class T>
  requires std::is_enum_v<T>
  void fill(T& value) {
    value = static_cast<T>(random_() % 4);  // what every enumeration has
  }
  void fill(bool& value) { value = random_() % 2 == 0; }
  void fill(AccountNumber& value) { fill(value.value); }
  void fill(HoldId& value) { fill(value.value); }
  void fill(BatchNumber& value) { fill(value.value); }
  void fill(DecisionNumber& value) { fill(value.value); }
  void fill(Instant& value) { fill(value.microseconds); }
  void fill(CurrencyCode& value) {
    value = CurrencyCode::trusted(random_() % 2 == 0 ? std::uint16_t{643} : std::uint16_t{0});
  }
  template <std::size_t N>
  void fill(FixedText<N>& value) {
    std::string text(random_() % (N + 1), ' ');
    for (char& c : text) c = static_cast<char>(random_());
    value = FixedText<N>::cut(text);
  }
  template <class Tag>
  void fill(Digest<Tag>& digest) {
    for (auto& byte : digest.bytes) byte = static_cast<std::uint8_t>(random_());
  }

  std::mt19937_64& random_;
};

}  // namespace

std::vector<Effect> sample_effects() {
  AccountOpened opened{
      AccountNumber{1}, {}, CurrencyCode::trusted(643), AccountStatus::active, 5000};
  set(opened.id, "A1");
  CardPut card;
  card.token = repeated<CardToken>(0x11);
  card.account = AccountNumber{1};
  set(card.pan_masked, "400000******0002");
  card.expiry_yymm = 2812;
  card.status = CardStatus::lost;
  set(card.limit_profile, "standard");
  card.issued = true;
  MovementPosted movement;
  movement.account = AccountNumber{1};
  movement.kind = MovementKind::top_up;
  movement.amount = 45'550;
  movement.legs[0].amount = -44'535;
  movement.legs[1] = {-1'015, InternalAccount::fx_result, {}};
  movement.hold = HoldId{2};
  movement.batch = BatchNumber{6};
  set(movement.reference, "ref");
  OriginalRefused refused;
  refused.key = repeated<RequestKey>(0x22);
  refused.ordinal = 3;
  refused.by_rrn = true;
  set(refused.rrn, "123456789012");
  set(refused.acquirer, "1001");
  set(refused.terminal, "T1");
  ClearingRecorded recorded;
  recorded.identity = repeated<ClearingIdentity>(0x33);
  recorded.reversed_presentment = repeated<ClearingIdentity>(0x44);
  recorded.file = repeated<FileDigest>(0x55);
  recorded.record_number = 17;
  recorded.outcome = ClearingOutcome::posted_matched;
  recorded.match = MatchMethod::auth_code;
  recorded.account = AccountNumber{1};
  recorded.hold = HoldId{2};
  recorded.posted = -3500;
  recorded.confirmed = 700;
  recorded.fx_result = -15;
  recorded.exceptions[0] = ExceptionCode::over_clearing;
  ExceptionRaised raised{ExceptionCode::over_clearing,
                         AccountNumber{1},
                         HoldId{2},
                         {3500, CurrencyCode::trusted(643)},
                         {}};
  set(raised.reference, "ref");
  LimitRule rule;
  set(rule.name, "cash a day");
  rule.max_amount = 50'000;
  rule.max_count = 10;
  rule.rolling_seconds = 86'400;
  rule.operations = 2;
  rule.channels = 1;
  rule.regions = 2;
  rule.scope = LimitScope::account;
  rule.window = LimitWindow::rolling;
  rule.mcc_range_count = 2;
  rule.mcc[0] = {6010, 6011};
  rule.mcc[1] = {7995, 7995};
  BatchOpened batch_opened{BatchNumber{6}, {}, {}, true};
  set(batch_opened.id, "stp-6");
  set(batch_opened.source, "holdfast");
  ItemAnswered answered{BatchNumber{6}, 2, false, {}};
  set(answered.reason, "closed");
  LinkName link;
  set(link, "processor");
  DecisionExplained explained;
  Explanation& why = explained.why;
  why.kind = AuthorizationKind::posting;
  why.operation = Operation::cash;
  why.channel = Channel::pos;
  why.region = Region::foreign;
  why.token = repeated<CardToken>(0x11);
  set(why.rrn, "123456789012");
  why.transaction = {700, CurrencyCode::trusted(978)};
  why.billing = {44'870, CurrencyCode::trusted(643)};
  why.amount = 44'870;
  why.fee = 250;
  why.ledger = 100'000;
  why.held = 3500;
  why.overdraft_limit = 5000;
  why.rate = 6'410'000'000;
  why.rate_version = 4;
  set(why.tariff, "foreign cash");
  set(why.limit, "cash a day");
  why.limit_source = LimitSource::account;
  why.limit_used = 20'000;
  why.limit_max = 50'000;
  why.original = HoldId{2};
  why.first_answer = 9;
  return {opened,
          AccountChanged{AccountNumber{1}, AccountStatus::blocked, 0},
          card,
          sample_hold(),
          HoldReduced{HoldId{2}, 3500, 250, 700, -1, 3500, true, false, HoldStatus::released,
                      ReleaseReason::reversed, DecisionNumber{1}},
          movement,
          refused,
          recorded,
          raised,
          ExpiryAdvanced{sample_time.seconds(), HoldId{2}},
          LimitRulesPut{repeated<CardToken>(0x11), {}, 1},
          LimitRulePut{{}, AccountNumber{1}, 0, rule},
          HoldIncreased{HoldId{2}, 1000, 15, 1000, sample_time},
          HoldCompleted{HoldId{2}, 4000, 0, 4000, 4000, true, true, HoldStatus::cleared},
          ExpiryPutOff{HoldId{2}},
          LimitUsed{repeated<LimitOwner>(0x66), 77, 3, 20'515, 99, -3500, -1},
          InternalPosted{CurrencyCode::trusted(643),
                         {{45'550, InternalAccount::settlement, {}},
                          {-44'535, InternalAccount::fx_position, {}},
                          {-1'015, InternalAccount::fx_result, {}}},
                         HoldId{2}},
          FxRatesSet{4, CurrencyCode::trusted(643), repeated<FileDigest>(0x55)},
          FxRateSet{CurrencyCode::trusted(978), 6'220'000'000, 6'410'000'000},
          TotalsCounted{link, CurrencyCode::trusted(643), 2, 3500},
          PeriodClosed{link},
          explained,
          LimitRulesSeen{AccountNumber{1}, 0x01020304},
          batch_opened,
          BatchClosed{BatchNumber{6}},
          BatchQueued{BatchNumber{6}},
          BatchExported{BatchNumber{6}},
          BatchDeleted{BatchNumber{6}},
          answered,
          ItemResolved{BatchNumber{6}, 2, ItemStatus::retried, BatchNumber{7}},
          CoreDayChanged{true},
          CoreBalanceTaken{AccountNumber{1}, 5},
          ClearingFileBegun{repeated<FileDigest>(0x55)},
          ClearingFileFinished{repeated<FileDigest>(0x55)},
          TimeMoved{}};
}

Event sample_event(std::uint64_t sequence, const Effect& effect) {
  Event event;
  event.sequence = sequence;
  event.at = sample_time;
  event.business_date = {20'515};
  event.effects.push_back(effect);
  return event;
}

Event random_event(std::uint64_t sequence, std::mt19937_64& random) {
  Event event;
  event.sequence = sequence;
  event.at = {static_cast<std::int64_t>(random() >> 1)};
  event.business_date = {static_cast<std::int32_t>(random())};
  Filler fill(random);
  if (random() % 2 == 0) {
    Request& r = event.request;
    Decision& d = event.decision;
    fill("", r.key)("", event.request_ordinal)("", r.variant)("", r.content)("", r.rrn)(
        "", r.acquirer)("", r.terminal)("", r.echo);
    fill("", d.decline)("", d.created)("", d.has_balance)("", d.partial)("", d.converted)(
        "", d.in_balance)("", d.transaction_amount)("", d.rate)("", d.currency)("", d.amount)(
        "", d.fee)("", d.ledger)("", d.available)("", d.hold)("", d.account)("", d.auth_code)(
        "", d.movement)("", d.item);
  }
  const std::vector<Effect> effects = sample_effects();
  for (std::uint64_t count = random() % 5; count > 0; --count) {
    Effect& effect = event.effects.emplace_back(effects[random() % effects.size()]);
    std::visit([&fill](auto& fact) { fact.fields(fill); }, effect);
  }
  return event;
}

std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace engine::testing
