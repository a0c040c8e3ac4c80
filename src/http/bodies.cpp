#include "http/bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "iso8583/mask.hpp"
#include "rules/rule_words.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

// Of the lists that a call may bring.
constexpr std::size_t list_size_max = 1000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_account_character(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr std::array account_statuses{
    engine::AccountStatus::active, engine::AccountStatus::debit_blocked,
    engine::AccountStatus::blocked, engine::AccountStatus::closed};
constexpr std::array card_statuses{engine::CardStatus::active, engine::CardStatus::blocked,
                                   engine::CardStatus::lost, engine::CardStatus::stolen,
                                   engine::CardStatus::closed};
constexpr std::array hold_kinds{engine::HoldKind::manual, engine::HoldKind::arrest};

// The value with that name, of those that a caller may give.
template <class Enum, std::size_t N>
std::optional<Enum> named(JsonFields& fields, std::string_view key,
                          const std::array<Enum, N>& values, std::string_view reason) {
  const auto text = fields.text(key);
  if (!text) return std::nullopt;
  for (const Enum value : values) {
    if (engine::name(value) == *text) return value;
  }
  fields.refuse(key, reason);
  return std::nullopt;
}

std::optional<engine::AccountStatus> account_status(JsonFields& fields) {
  return named(fields, "status", account_statuses,
               "must be active, debit_blocked, blocked or closed");
}
std::optional<engine::CardStatus> card_status(JsonFields& fields) {
  return named(fields, "status", card_statuses, "must be active, blocked, lost, stolen or closed");
}

std::optional<engine::CurrencyCode> currency(JsonFields& fields) {
  const auto text = fields.text("currency");
  if (!text) return std::nullopt;
  const auto code = engine::CurrencyCode::from_alpha(*text);
  if (!code) fields.refuse("currency", "must be an ISO 4217 code such as \"RUB\"");
  return code;
}

engine::AccountId required_account_id(JsonFields& fields, std::string_view key) {
  const auto id = account_id_from(fields.required_text(key));
  if (!id) fields.refuse(key, "must be 1 to 34 letters and digits");
  return id.value_or(engine::AccountId{});
}

engine::BatchId required_batch_id(JsonFields& fields) {
  const auto id = core_banking::parse_batch_id(fields.required_text("batch_id"));
  if (!id) {
    fields.refuse("batch_id",
                  "must be 1 to 64 letters, digits, '.', '_' and '-', with no '.' at the front, no "
                  "'.tmp' at the end and no 'balances-' at the front");
  }
  return id.value_or(engine::BatchId{});
}

engine::Reference reference(JsonFields& fields) {
  const auto text = fields.text("reference");
  if (!text) return {};
  const auto reference = engine::Reference::from(*text);
  if (!reference) fields.refuse("reference", "must be at most 64 bytes of UTF-8 long");
  return reference.value_or(engine::Reference{});
}

std::optional<engine::LimitProfileName> limit_profile(JsonFields& fields) {
  const bool is_null = fields.is_null("limit_profile");
  const auto text = fields.text("limit_profile");
  if (is_null) return engine::LimitProfileName{};
  if (!text) return std::nullopt;
  const auto name = engine::LimitProfileName::from(*text);
  if (!name || name->empty()) fields.refuse("limit_profile", "must be 1 to 32 bytes long");
  return name;
}

void read_account(JsonFields& fields, engine::PutAccount& command) {
  command.currency = currency(fields);
  command.booked = fields.amount("booked");
  command.overdraft_limit = fields.amount("overdraft_limit");
  command.status = account_status(fields);
}

// "2912" as 2912.
std::uint16_t required_expiry(JsonFields& fields) {
  const std::string_view text = fields.required_text("expiry");
  std::uint16_t yymm = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), yymm);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (text.size() != 4 || !is_number || yymm % 100 < 1 || yymm % 100 > 12) {
    fields.refuse("expiry", "must be YYMM");
  }
  return yymm;
}

std::string_view required_pan(JsonFields& fields) {
  const std::string_view pan = fields.required_text("pan");
  if (!may_be_pan(pan)) fields.refuse("pan", "must be 12 to 19 digits");
  return pan;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

engine::LimitRule limit_rule_from(JsonFields& outer, const json::object& object) {
  JsonFields fields(object);
  LimitRuleText text;
  text.name = fields.required_text("name");
  if (const auto scope = fields.text("scope")) text.scope = *scope;
  text.filter.operations = fields.texts("operations");
  text.filter.channel = fields.texts("channel");
  if (const auto region = fields.text("region")) text.filter.region = *region;
  text.filter.mcc = fields.texts("mcc");
  text.window = fields.required_text("window");
  text.max_amount = fields.amount("max_amount");
  text.max_count = fields.integer("max_count");
  const auto rule = limit_rule(text);
  if (const auto error = fields.error()) {
    outer.refuse("limits", "has a rule in which " + error->detail);
  } else if (!rule) {
    // The reason may repeat a word of the caller's: rules are no card numbers.
    outer.refuse("limits",
                 fmt::format("has a rule in which '{}' {}", rule.error().key, rule.error().reason));
  }
  return rule ? *rule : engine::LimitRule{};
}

std::optional<std::vector<engine::LimitRule>> limits(JsonFields& fields) {
  const auto objects = fields.objects("limits");
  if (!objects) return std::nullopt;
  std::vector<engine::LimitRule> rules;
  for (const json::object* object : *objects) {
    const engine::LimitRule rule = limit_rule_from(fields, *object);
    for (const engine::LimitRule& other : rules) {
      if (other.name == rule.name) fields.refuse("limits", "has two rules of one name");
    }
    rules.push_back(rule);
  }
  return rules;
}

engine::ScaledRate required_rate(JsonFields& fields, JsonFields& outer, std::string_view key) {
  const auto rate = engine::ScaledRate::parse(fields.required_text(key));
  if (!rate || !*rate) {
    outer.refuse("rates", fmt::format("needs '{}' as a positive text such as \"62.20\"", key));
  }
  return rate.value_or(engine::ScaledRate{});
}

void read_rate(JsonFields& outer, const json::object& object, engine::FxRates& rates) {
  JsonFields fields(object);
  const auto code = engine::CurrencyCode::from_alpha(fields.required_text("currency"));
  const engine::FxRate rate{required_rate(fields, outer, "buy"),
                            required_rate(fields, outer, "sell")};
  if (const auto error = fields.error()) return outer.refuse("rates", error->detail);
  if (!code) return outer.refuse("rates", "has a currency that ISO 4217 does not know");
  if (*code == rates.base) return outer.refuse("rates", "has the base currency itself");
  if (rate.buy.scaled() > rate.sell.scaled()) {
    return outer.refuse("rates", "has a buy rate above its sell rate");
  }
  if (!rates.rates.emplace(*code, rate).second) outer.refuse("rates", "has a currency twice");
}

// The command, or what was wrong with its body.
template <class Command>
BodyResult<Command> finish(const JsonFields& fields, Command command) {
  if (auto error = fields.error()) return *error;
  return command;
}

}  // namespace

bool may_be_pan(std::string_view text) {
  constexpr std::size_t length_min = 12;
  constexpr std::size_t length_max = 19;
  return text.size() >= length_min && text.size() <= length_max &&
         std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<engine::AccountId> account_id_from(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_account_character)) {
    return std::nullopt;
  }
  return engine::AccountId::from(text);
}

std::optional<engine::CardToken> card_id_from(std::string_view text) {
  engine::CardToken token;
  if (text.size() != token.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < token.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    token.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return token;
}

std::string card_id_text(const engine::CardToken& token) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(token.bytes.size() * 2);
  for (const std::uint8_t byte : token.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 0x0F];
  }
  return text;
}

std::optional<engine::HoldId> hold_id_from(std::string_view text) {
  engine::HoldId id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (error != std::errc{} || end != text.data() + text.size() || !id) return std::nullopt;
  return id;
}

BodyResult<engine::PutAccount> put_account_from(const json::object& body,
                                                const engine::AccountId& id) {
  JsonFields fields(body);
  engine::PutAccount command;
  command.id = id;
  read_account(fields, command);
  return finish(fields, command);
}

BodyResult<engine::PutAccount> account_line_from(const json::object& body) {
  JsonFields fields(body);
  engine::PutAccount command;
  command.id = required_account_id(fields, "id");
  read_account(fields, command);
  return finish(fields, command);
}

BodyResult<engine::PutAccount> change_account_from(const json::object& body,
                                                   const engine::AccountId& id) {
  JsonFields fields(body);
  engine::PutAccount command;
  command.id = id;
  command.must_exist = true;
  command.overdraft_limit = fields.amount("overdraft_limit");
  command.status = account_status(fields);
  command.limits = limits(fields);
  return finish(fields, command);
}

BodyResult<engine::PutCard> put_card_from(const json::object& body, CardTokenizer& tokenizer) {
  JsonFields fields(body);
  engine::PutCard command;
  const std::string_view pan = required_pan(fields);
  command.expiry_yymm = required_expiry(fields);
  command.account_id = required_account_id(fields, "account_id");
  if (!pan.empty() && command.account_id.view().find(pan) != std::string_view::npos) {
    fields.refuse("account_id", "must not hold the card number");
  }
  command.status = card_status(fields);
  command.limit_profile = limit_profile(fields);
  if (auto error = fields.error()) return *error;
  command.token = tokenizer.token(pan);
  command.pan_masked = engine::PanMasked::cut(iso8583::mask_pan(pan));
  return command;
}

BodyResult<engine::ChangeCard> change_card_from(const json::object& body,
                                                const engine::CardToken& token) {
  JsonFields fields(body);
  engine::ChangeCard command;
  command.token = token;
  command.status = card_status(fields);
  command.limit_profile = limit_profile(fields);
  command.limits = limits(fields);
  return finish(fields, command);
}

BodyResult<engine::PutFxRates> fx_rates_from(const json::object& body) {
  JsonFields fields(body);
  engine::PutFxRates command;
  const auto base = engine::CurrencyCode::from_alpha(fields.required_text("base"));
  if (!base) fields.refuse("base", "must be an ISO 4217 code such as \"RUB\"");
  command.rates.base = base.value_or(engine::CurrencyCode{});
  const auto rates = fields.objects("rates");
  if (!rates) fields.refuse("rates", "is missing");
  if (rates) {
    for (const json::object* rate : *rates) read_rate(fields, *rate, command.rates);
  }
  return finish(fields, std::move(command));
}

BodyResult<engine::PlaceHold> place_hold_from(const json::object& body) {
  JsonFields fields(body);
  engine::PlaceHold command;
  command.account_id = required_account_id(fields, "account_id");
  command.amount.amount = fields.required_amount("amount");
  if (fields.required_text("currency"); const auto code = currency(fields)) {
    command.amount.currency = *code;
  }
  command.kind = named(fields, "kind", hold_kinds, "must be manual or arrest")
                     .value_or(engine::HoldKind::manual);
  command.conditional = fields.boolean("conditional").value_or(true);
  if (const auto text = fields.text("expires_at")) {
    command.expires_at = parse_rfc3339(*text);
    if (!command.expires_at)
      fields.refuse("expires_at", "must be a time such as \"2026-11-20T09:00:00Z\"");
  }
  command.reference = reference(fields);
  return finish(fields, command);
}

BodyResult<engine::ReleaseHold> release_hold_from(const json::object& body, engine::HoldId id) {
  JsonFields fields(body);
  engine::ReleaseHold command{id, fields.amount("amount")};
  return finish(fields, command);
}

BodyResult<engine::Posting> posting_from(const json::object& body) {
  JsonFields fields(body);
  engine::Posting posting;
  posting.batch = required_batch_id(fields);
  posting.account_id = required_account_id(fields, "account_id");
  posting.amount.amount = fields.required_amount("amount");
  if (fields.required_text("currency"); const auto code = currency(fields)) {
    posting.amount.currency = *code;
  }
  posting.conditional = fields.boolean("conditional").value_or(true);
  posting.reference = reference(fields);
  return finish(fields, posting);
}

BodyResult<engine::Post> postings_from(const json::object& body) {
  JsonFields fields(body);
  engine::Post command;
  const auto postings = fields.objects("postings");
  if (!postings || postings->empty() || postings->size() > list_size_max) {
    fields.refuse("postings", "must be a list of 1 to 1000 postings");
    return finish(fields, std::move(command));
  }
  for (const json::object* object : *postings) {
    const auto posting = posting_from(*object);
    if (!posting) {
      fields.refuse("postings", fmt::format("has as its {}. one a posting in which {}",
                                            command.postings.size() + 1, posting.error().detail));
      break;
    }
    command.postings.push_back(*posting);
  }
  return finish(fields, std::move(command));
}

std::optional<BodyError> fault_of_no_body(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  return JsonFields(*object).error();
}

BodyResult<engine::OpenBatch> open_batch_from(const json::object& body) {
  JsonFields fields(body);
  engine::OpenBatch command;
  command.id = required_batch_id(fields);
  if (const auto text = fields.text("source")) {
    const auto source = engine::BatchSource::from(*text);
    if (!source) fields.refuse("source", "must be at most 32 bytes of UTF-8 long");
    command.source = source.value_or(engine::BatchSource{});
  }
  return finish(fields, command);
}

BodyResult<engine::ResolveItem> resolve_item_from(const json::object& body,
                                                  const core_banking::ItemPlace& place,
                                                  engine::ItemAction action) {
  JsonFields fields(body);
  engine::ResolveItem command{place.batch, place.item, action, {}};
  if (action == engine::ItemAction::move) {
    command.move_to = required_account_id(fields, "account_id");
  }
  return finish(fields, command);
}

BodyResult<std::vector<std::string>> account_ids_from(const json::object& body) {
  JsonFields fields(body);
  std::vector<std::string> ids = fields.texts("account_ids");
  if (ids.empty() || ids.size() > list_size_max) {
    fields.refuse("account_ids", "must be a list of 1 to 1000 ids");
  }
  return finish(fields, std::move(ids));
}

}  // namespace holdfast::http
