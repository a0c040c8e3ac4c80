#include "ledger.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine/view.hpp"
#include "event_codec.hpp"

namespace engine::testing {
namespace {

std::string key_name(std::string_view card, std::string_view message_class, int stan) {
  return fmt::format("{}/{}/{}", card, message_class, stan);
}

std::string_view class_of(AuthorizationKind kind) {
  switch (kind) {
    case AuthorizationKind::request:
      return "010";
    case AuthorizationKind::advice:
      return "012";
    case AuthorizationKind::posting:
      return "020";
    case AuthorizationKind::forced_posting:
      break;
  }
  return "022";
}

}  // namespace

MinorUnits minor(std::string_view text) {
  MinorUnits value = 0;
  for (char c : text) {
    if (c >= '0' && c <= '9') value = value * 10 + (c - '0');
  }
  return text.starts_with('-') ? -value : value;
}

std::string numbered(std::string_view prefix, std::int64_t number) {
  return fmt::format("{}{}", prefix, number);
}

CurrencyCode currency(std::string_view alpha) {
  return *CurrencyCode::from_alpha(alpha);
}
Money money(std::string_view amount, std::string_view alpha) {
  return {minor(amount), currency(alpha)};
}

Request request_of(const Asked& asked) {
  Request request;
  request.key = digest<RequestKey>(key_name(asked.card, class_of(asked.kind), asked.stan));
  request.variant = std::hash<std::string>{}(fmt::format("{}/{}", asked.terminal, asked.rrn));
  request.content = static_cast<std::uint64_t>(minor(asked.amount)) * 16 +
                    static_cast<std::uint64_t>(asked.operation);
  request.acquirer = FixedText<11>::cut("1001");
  request.terminal = FixedText<8>::cut(asked.terminal);
  request.rrn = FixedText<12>::cut(asked.rrn);
  request.echo = FixedText<96>::cut(numbered("echo of ", asked.stan));
  return request;
}

Authorize authorize_of(const Asked& asked) {
  Authorize authorize;
  authorize.token = digest<CardToken>(asked.card);
  authorize.operation = asked.operation;
  authorize.channel = asked.channel;
  authorize.region = asked.region;
  authorize.preauthorization = asked.preauthorization;
  authorize.kind = asked.kind;
  authorize.increment = asked.increment;
  authorize.partial_allowed = asked.partial;
  authorize.approved_elsewhere = asked.approved_elsewhere;
  authorize.link = LinkName::cut(asked.link);
  authorize.transaction = money(asked.amount, asked.in);
  if (!asked.billed.empty()) authorize.billing = money(asked.billed, asked.billed_in);
  authorize.keys.lifecycle_id = FixedText<36>::cut(asked.lifecycle);
  authorize.keys.rrn = FixedText<12>::cut(asked.rrn);
  authorize.keys.terminal = FixedText<8>::cut(asked.terminal);
  authorize.keys.merchant = FixedText<15>::cut(asked.merchant);
  authorize.keys.mcc = asked.mcc;
  return authorize;
}

namespace {

template <class Enum>
unsigned bits_of(const std::vector<Enum>& values) {
  unsigned bits = 0;
  for (Enum value : values) bits |= 1U << static_cast<unsigned>(value);
  return bits;
}

}  // namespace

LimitRule rule_of(const Limited& limited) {
  LimitRule rule;
  rule.name = LimitName::cut(limited.name);
  if (!limited.amount.empty()) rule.max_amount = minor(limited.amount);
  rule.max_count = limited.count;
  rule.window = limited.window;
  rule.scope = limited.scope;
  rule.rolling_seconds = limited.rolling_seconds;
  rule.operations = static_cast<std::uint16_t>(bits_of(limited.operations));
  rule.channels = static_cast<std::uint8_t>(bits_of(limited.channels));
  rule.regions = static_cast<std::uint8_t>(bits_of(limited.regions));
  rule.mcc_range_count = static_cast<std::uint8_t>(limited.mcc.size());
  std::copy(limited.mcc.begin(), limited.mcc.end(), rule.mcc);
  return rule;
}

Tariff tariff_of(const Charged& charged) {
  Tariff tariff;
  tariff.name = TariffName::cut(charged.name);
  tariff.currency = currency(charged.in);
  tariff.operations = static_cast<std::uint16_t>(bits_of(charged.operations));
  tariff.channels = static_cast<std::uint8_t>(bits_of(charged.channels));
  tariff.regions = static_cast<std::uint8_t>(bits_of(charged.regions));
  tariff.mcc = charged.mcc;
  tariff.amount_from = minor(charged.from);
  if (!charged.to.empty()) tariff.amount_to = minor(charged.to);
  tariff.terms = {minor(charged.flat), ScaledRate::parse(charged.percent)->scaled(),
                  minor(charged.min), minor(charged.max)};
  return tariff;
}

Ledger::Ledger() {
  set_rate("EUR", "62.20", "64.10");
  set_rate("JPY", "0.60", "0.62");
  set_rate("KWD", "250", "260");
  open("A1", "1000.00");
  issue("C1", "A1");
}

void Ledger::open(std::string_view account, std::string_view booked, std::string_view in) {
  PutAccount put;
  put.id = AccountId::cut(account);
  put.currency = currency(in);
  put.booked = minor(booked);
  REQUIRE(told(run(put)) == "approved");
}

void Ledger::issue(std::string_view card, std::string_view account, std::uint16_t expiry_yymm,
                   std::string_view profile) {
  PutCard put;
  put.token = digest<CardToken>(card);
  put.account_id = AccountId::cut(account);
  put.expiry_yymm = expiry_yymm;
  put.limit_profile = LimitProfileName::cut(profile);
  REQUIRE(told(run(put)) == "approved");
}

void Ledger::set_profile(std::string_view profile, const std::vector<Limited>& limits) {
  std::vector<LimitProfile> profiles;
  for (const LimitProfile& other : rules.limits()) {
    if (other.name.view() != profile) profiles.push_back(other);
  }
  LimitProfile& added = profiles.emplace_back();
  added.name = LimitProfileName::cut(profile);
  for (const Limited& limited : limits) added.rules.push_back(rule_of(limited));
  rules.set_limits(std::move(profiles));
}

void Ledger::put_under(std::string_view card, std::string_view profile) {
  ChangeCard change;
  change.token = digest<CardToken>(card);
  change.limit_profile = LimitProfileName::cut(profile);
  REQUIRE(told(run(change)) == "approved");
}

Answer Ledger::set_own(std::string_view card, const std::vector<Limited>& limits) {
  ChangeCard change;
  change.token = digest<CardToken>(card);
  change.limits.emplace();
  for (const Limited& limited : limits) change.limits->push_back(rule_of(limited));
  return run(change);
}

Answer Ledger::set_own_of_account(std::string_view account, const std::vector<Limited>& limits) {
  PutAccount put;
  put.id = AccountId::cut(account);
  put.limits.emplace();
  for (const Limited& limited : limits) put.limits->push_back(rule_of(limited));
  return run(put);
}

void Ledger::set_rate(std::string_view alpha, std::string_view buy, std::string_view sell) {
  PutFxRates put{View(state, rules).fx_rates().rates, {}};
  put.rates.base = currency("RUB");
  put.rates.rates[currency(alpha)] = {*ScaledRate::parse(buy), *ScaledRate::parse(sell)};
  REQUIRE(told(run(put)) == "approved");
}

void Ledger::set_account(std::string_view account, AccountStatus status) {
  PutAccount put;
  put.id = AccountId::cut(account);
  put.status = status;
  REQUIRE(told(run(put)) == "approved");
}

void Ledger::set_card(std::string_view card, CardStatus status) {
  ChangeCard change;
  change.token = digest<CardToken>(card);
  change.status = status;
  REQUIRE(told(run(change)) == "approved");
}

Answer Ledger::run(CommandBody body, const Request& request) {
  const BusinessDate today{static_cast<std::int32_t>(now.seconds() / 86'400)};
  const Command command{now, business_date.value_or(today), today, request, std::move(body)};
  Event event;
  const Answer answer = decide(state, rules, command, event);
  if (event.empty()) return answer;
  std::vector<std::uint8_t> bytes;
  encode_event(event, bytes);
  std::span<const std::uint8_t> rest(bytes);
  REQUIRE(decode_event(rest, last_event));
  REQUIRE(rest.empty());
  if (request && last_event.request)
    REQUIRE(last_event.decision.decline == answer.decision.decline);
  journal.insert(journal.end(), bytes.begin(), bytes.end());
  apply(state, last_event);
  check_invariants(state, rules, last_event);
  return answer;
}

Answer Ledger::ask(const Asked& asked) {
  Asked numbered = asked;
  if (numbered.stan == 0) numbered.stan = next_stan_++;
  return run(authorize_of(numbered), request_of(numbered));
}

Answer Ledger::take_back(const TakenBack& reversal) {
  Reverse reverse;
  reverse.token = digest<CardToken>(reversal.card);
  if (reversal.of != 0) {
    reverse.original =
        digest<RequestKey>(key_name(reversal.card, reversal.original_class, reversal.of));
  }
  reverse.rrn = FixedText<12>::cut(reversal.rrn);
  reverse.transaction = money(reversal.amount, reversal.in);
  if (!reversal.stays.empty()) reverse.stays = minor(reversal.stays);
  reverse.is_advice = reversal.advice;
  reverse.link = LinkName::cut(reversal.link);
  Request request;
  const int stan = reversal.stan != 0 ? reversal.stan : next_stan_++;
  request.key = digest<RequestKey>(key_name(reversal.card, reversal.advice ? "042" : "040", stan));
  request.content = static_cast<std::uint64_t>(minor(reversal.amount));
  request.acquirer = FixedText<11>::cut("1001");
  request.terminal = FixedText<8>::cut(reversal.terminal);
  request.rrn = FixedText<12>::cut(reversal.rrn);
  request.refusable = !reversal.advice;
  return run(reverse, request);
}

Answer Ledger::clear(const Cleared& record) {
  PostClearing post;
  post.identity = digest<ClearingIdentity>(record.record);
  if (!record.presentment.empty()) {
    post.presentment = digest<ClearingIdentity>(record.presentment);
  }
  post.token = digest<CardToken>(record.card);
  post.operation = record.operation;
  post.transaction = money(record.amount, record.in);
  if (!record.settled.empty()) post.settlement = money(record.settled, record.settled_in);
  if (!record.billed.empty()) post.billing = money(record.billed, record.billed_in);
  post.keys.auth_code = FixedText<6>::cut(record.auth_code);
  post.keys.rrn = FixedText<12>::cut(record.rrn);
  post.keys.lifecycle_id = FixedText<36>::cut(record.lifecycle);
  post.keys.terminal = FixedText<8>::cut(record.terminal);
  post.keys.merchant = FixedText<15>::cut(record.merchant);
  post.final = record.final;
  post.reversal = record.reversal;
  post.kind = record.kind;
  return run(post);
}

Answer Ledger::hold(std::string_view amount, HoldKind kind, bool conditional,
                    std::string_view account) {
  PlaceHold place;
  place.account_id = AccountId::cut(account);
  place.kind = kind;
  place.amount = money(amount);
  place.conditional = conditional;
  return run(place);
}

Answer Ledger::release(HoldId id) {
  return run(ReleaseHold{id});
}

int Ledger::expire(std::uint32_t holds_max) {
  int calls = 0;
  do {
    ++calls;
  } while (run(ExpireDue{holds_max}).decision.more);
  return calls;
}

std::string Ledger::balance(std::string_view account) const {
  const AccountRecord record = *state.account(AccountId::cut(account));
  return fmt::format("L={} H={}", format_amount(record.ledger(), record.currency),
                     format_amount(record.held, record.currency));
}

std::string Ledger::available(std::string_view account) const {
  const AccountRecord record = *state.account(AccountId::cut(account));
  return format_amount(record.available(), record.currency);
}

std::string Ledger::used(std::string_view rule, std::string_view card) const {
  const BusinessDate today{static_cast<std::int32_t>(now.seconds() / 86'400)};
  const auto views =
      View(state, rules).limits(digest<CardToken>(card), now, business_date.value_or(today));
  for (const LimitView& view : views) {
    if (view.rule.name.view() != rule) continue;
    return fmt::format("{}/{}", format_amount(view.used_amount, currency("RUB")), view.used_count);
  }
  return "no such rule";
}

std::string Ledger::internal(std::string_view alpha) const {
  std::string text;
  const LedgerRecord record = state.ledger_of(currency(alpha));
  for (std::size_t i = 0; i < internal_account_count; ++i) {
    const auto account = static_cast<InternalAccount>(i);
    if (record.internal[i] == 0 || account == InternalAccount::core) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", name(account), format_amount(record.internal[i], currency(alpha)));
  }
  return text;
}

std::string Ledger::movements(std::string_view account) const {
  std::string text;
  const AccountRecord record = *state.account(AccountId::cut(account));
  for (std::uint32_t ordinal = 1; ordinal <= record.movement_count; ++ordinal) {
    const MovementRecord movement = *state.movements.get({record.number, ordinal});
    if (movement.kind == MovementKind::opening) continue;
    if (!text.empty()) text += ", ";
    text +=
        fmt::format("{} {}", name(movement.kind), format_amount(movement.amount, record.currency));
  }
  return text;
}

Explanation Ledger::why() const {
  return View(state, rules).authorization(state.meta.last_sequence)->why;
}

std::string Ledger::exceptions() const {
  std::string names;
  for (std::uint64_t id = 1; id <= state.meta.exception_count; ++id) {
    if (id > 1) names += ", ";
    names += name(state.exceptions.get({id})->code);
  }
  return names;
}

std::string told(const Answer& answer) {
  return answer.decision.approved() ? "approved" : std::string(name(answer.decision.decline));
}

std::string outcome(const Answer& answer) {
  const Decision& decision = answer.decision;
  std::string text(name(decision.clearing));
  if (!decision.approved()) return text + ": " + std::string(name(decision.decline));
  if (decision.match != MatchMethod::none) text += " by " + std::string(name(decision.match));
  return text;
}

}  // namespace engine::testing
