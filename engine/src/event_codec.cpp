#include "event_codec.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#include "assertion.hpp"

namespace engine {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Effect>> effect_names{
    "account_opened",      "account_changed",        "card_put",         "hold_placed",
    "hold_reduced",        "movement_posted",        "original_refused", "clearing_recorded",
    "exception_raised",    "expiry_advanced",        "limit_rules_put",  "limit_rule_put",
    "hold_increased",      "hold_completed",         "expiry_put_off",   "limit_used",
    "internal_posted",     "fx_rates_set",           "fx_rate_set",      "totals_counted",
    "period_closed",       "decision_explained",     "limit_rules_seen", "batch_opened",
    "batch_closed",        "batch_queued",           "batch_exported",   "batch_deleted",
    "item_answered",       "item_resolved",          "core_day_changed", "core_balance_taken",
    "clearing_file_begun", "clearing_file_finished", "time_moved",
};

template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

class Encoder {
 public:
  explicit Encoder(std::vector<std::uint8_t>& out) : out_(out), end_(out.size()) {}
  ~Encoder() { out_.resize(end_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  template <class T>
  Encoder& operator()(const char*, const T& value) {
    write(value);
    return *this;
  }

 private:
  // Room for an event of the usual size: an insertion for each field would cost more than the
  // field.
  static constexpr std::size_t room = 1024;

  template <Integer T>
  void write(T value) {
    const T little = boost::endian::native_to_little(value);
    raw(&little, sizeof little);
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(T value) { write(static_cast<std::underlying_type_t<T>>(value)); }
  void write(bool value) { write(static_cast<std::uint8_t>(value)); }
  void write(AccountNumber value) { write(value.value); }
  void write(HoldId value) { write(value.value); }
  void write(DecisionNumber value) { write(value.value); }
  void write(BatchNumber value) { write(value.value); }
  void write(Instant value) { write(value.microseconds); }
  void write(BusinessDate value) { write(value.days); }
  void write(CurrencyCode value) { write(value.numeric()); }
  template <std::size_t N>
  void write(const FixedText<N>& text) {
    write(static_cast<std::uint8_t>(text.view().size()));
    raw(text.view().data(), text.view().size());
  }
  template <class Tag>
  void write(const Digest<Tag>& digest) {
    raw(digest.bytes.data(), digest.bytes.size());
  }
  void raw(const void* data, std::size_t size) {
    if (out_.size() - end_ < size) out_.resize(end_ + size + room);
    std::memcpy(out_.data() + end_, data, size);
    end_ += size;
  }

  std::vector<std::uint8_t>& out_;
  std::size_t end_;
};

class Decoder {
 public:
  explicit Decoder(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <class T>
  Decoder& operator()(const char*, T& value) {
    read(value);
    return *this;
  }
  bool ok() const { return ok_; }
  std::span<const std::uint8_t> rest() const { return bytes_; }

 private:
  template <Integer T>
  void read(T& value) {
    T little{};
    if (!raw(&little, sizeof little)) return;
    value = boost::endian::little_to_native(little);
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(T& value) {
    std::underlying_type_t<T> number{};
    read(number);
    value = static_cast<T>(number);
  }
  // An index of the ledger: beyond its accounts there is nothing to add to.
  void read(InternalAccount& value) {
    std::uint8_t number = 0;
    read(number);
    if (number >= internal_account_count) ok_ = false;
    value = static_cast<InternalAccount>(number);
  }
  void read(bool& value) {
    std::uint8_t byte = 0;
    read(byte);
    if (byte > 1) ok_ = false;
    value = byte == 1;
  }
  void read(AccountNumber& value) { read(value.value); }
  void read(HoldId& value) { read(value.value); }
  void read(DecisionNumber& value) { read(value.value); }
  void read(BatchNumber& value) { read(value.value); }
  void read(Instant& value) { read(value.microseconds); }
  void read(BusinessDate& value) { read(value.days); }
  void read(CurrencyCode& value) {
    std::uint16_t numeric = 0;
    read(numeric);
    value = CurrencyCode::trusted(numeric);
  }
  template <std::size_t N>
  void read(FixedText<N>& text) {
    std::uint8_t size = 0;
    read(size);
    if (!ok_ || size > bytes_.size() || size > N) {
      ok_ = false;
      return;
    }
    text = FixedText<N>::cut({reinterpret_cast<const char*>(bytes_.data()), size});
    bytes_ = bytes_.subspan(size);
  }
  template <class Tag>
  void read(Digest<Tag>& digest) {
    raw(digest.bytes.data(), digest.bytes.size());
  }
  bool raw(void* data, std::size_t size) {
    if (!ok_ || bytes_.size() < size) {
      ok_ = false;
      return false;
    }
    std::memcpy(data, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
    return true;
  }

  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  template <class T>
  JsonWriter& operator()(const char* field, const T& value) {
    if (!first_) out_ += ',';
    first_ = false;
    fmt::format_to(std::back_inserter(out_), "\"{}\":", field);
    write(value);
    return *this;
  }

 private:
  template <Integer T>
  void write(T value) {
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(T value) { text(name(value)); }
  void write(bool value) { out_ += value ? "true" : "false"; }
  void write(AccountNumber value) { write(value.value); }
  void write(HoldId value) { write(value.value); }
  void write(DecisionNumber value) { write(value.value); }
  void write(BatchNumber value) { write(value.value); }
  void write(Instant value) { write(value.microseconds); }
  void write(BusinessDate value) { write(value.days); }
  void write(CurrencyCode value) {
    if (value) {
      text(value.alpha());
    } else {
      out_ += "null";
    }
  }
  template <std::size_t N>
  void write(const FixedText<N>& value) {
    text(value.view());
  }
  template <class Tag>
  void write(const Digest<Tag>& digest) {
    out_ += '"';
    for (std::uint8_t byte : digest.bytes) fmt::format_to(std::back_inserter(out_), "{:02x}", byte);
    out_ += '"';
  }
  void text(std::string_view value) {
    out_ += '"';
    for (char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte < 0x20 || byte > 0x7e) {
        // Texts are latin-1 from the wire; JSON is UTF-8.
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", byte);
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string& out_;
  bool first_ = true;
};

template <class A>
void header_fields(A& a, Event& e) {
  a("sequence", e.sequence)("at", e.at)("business_date", e.business_date);
}
template <class A>
void request_fields(A& a, Event& e) {
  Request& r = e.request;
  a("key", r.key)("ordinal", e.request_ordinal)("variant", r.variant)("content", r.content)(
      "rrn", r.rrn)("acquirer", r.acquirer)("terminal", r.terminal)("echo", r.echo);
}
template <class A>
void decision_fields(A& a, Decision& d) {
  a("decline", d.decline)("created", d.created)("has_balance", d.has_balance)("partial", d.partial)(
      "converted", d.converted)("in_balance", d.in_balance)("currency", d.currency)(
      "amount", d.amount)("fee", d.fee)("ledger", d.ledger)("available", d.available)(
      "transaction_amount", d.transaction_amount)("rate", d.rate)("hold", d.hold)(
      "account", d.account)("auth_code", d.auth_code)("movement", d.movement)("item", d.item);
}

// What of the command is kept: the first byte after the header.
enum class Kept : std::uint8_t { nothing = 0, request_and_answer = 1, answer = 2 };

Kept kept_of(const Event& event) {
  if (event.request) return Kept::request_and_answer;
  return event.keeps_answer ? Kept::answer : Kept::nothing;
}

// Encoders and JSON only read, but the field lists are shared with the decoder, which writes.
template <class T>
T& writable(const T& value) {
  return const_cast<T&>(value);
}

template <std::size_t I = 0>
bool make_effect(std::size_t type, Effect& effect) {
  if constexpr (I == std::variant_size_v<Effect>) {
    return false;
  } else {
    if (type != I) return make_effect<I + 1>(type, effect);
    effect.emplace<I>();
    return true;
  }
}

}  // namespace

std::string_view effect_name(const Effect& effect) {
  return effect_names[effect.index()];
}

void encode_event(const Event& event, std::vector<std::uint8_t>& out) {
  Event& e = writable(event);
  Encoder encoder(out);
  header_fields(encoder, e);
  const Kept kept = kept_of(event);
  encoder("kept", kept);
  if (kept == Kept::request_and_answer) request_fields(encoder, e);
  if (kept != Kept::nothing) decision_fields(encoder, e.decision);
  ENGINE_ASSERT(event.effects.size() <= std::numeric_limits<std::uint16_t>::max());
  encoder("effects", static_cast<std::uint16_t>(event.effects.size()));
  for (Effect& effect : e.effects) {
    encoder("type", static_cast<std::uint8_t>(effect.index()));
    std::visit([&encoder](auto& fact) { fact.fields(encoder); }, effect);
  }
}

bool decode_event(std::span<const std::uint8_t>& bytes, Event& event) {
  event.reset();
  Decoder decoder(bytes);
  header_fields(decoder, event);
  Kept kept = Kept::nothing;
  decoder("kept", kept);
  if (kept > Kept::answer) return false;
  if (kept == Kept::request_and_answer) request_fields(decoder, event);
  if (kept != Kept::nothing) decision_fields(decoder, event.decision);
  event.keeps_answer = kept == Kept::answer;
  std::uint16_t effect_count = 0;
  decoder("effects", effect_count);
  for (std::uint16_t i = 0; i < effect_count && decoder.ok(); ++i) {
    std::uint8_t type = 0;
    decoder("type", type);
    Effect& effect = event.effects.emplace_back();
    if (!decoder.ok() || !make_effect(type, effect)) return false;
    std::visit([&decoder](auto& fact) { fact.fields(decoder); }, effect);
  }
  if (!decoder.ok()) return false;
  bytes = decoder.rest();
  return true;
}

std::string event_json(const Event& event) {
  Event& e = writable(event);
  std::string out = "{";
  JsonWriter header(out);
  header_fields(header, e);
  if (event.request) {
    out += ",\"request\":{";
    JsonWriter request(out);
    request_fields(request, e);
    out += '}';
  }
  if (kept_of(event) != Kept::nothing) {
    out += ",\"answer\":{";
    JsonWriter answer(out);
    decision_fields(answer, e.decision);
    out += '}';
  }
  out += ",\"effects\":[";
  for (Effect& effect : e.effects) {
    if (&effect != &e.effects.front()) out += ',';
    fmt::format_to(std::back_inserter(out), "{{\"{}\":{{", effect_name(effect));
    std::visit(
        [&out](auto& fact) {
          JsonWriter writer(out);
          fact.fields(writer);
        },
        effect);
    out += "}}";
  }
  out += "]}";
  return out;
}

}  // namespace engine
