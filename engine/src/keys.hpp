// How the tables' keys hash in memory and lie in LMDB.
#pragma once

#include <array>
#include <cstdint>

#include "records.hpp"
#include "table.hpp"

namespace engine {

struct MovementKey {
  AccountNumber account;
  std::uint32_t ordinal = 0;  // from 1, in the order of posting
  friend bool operator==(const MovementKey&, const MovementKey&) = default;
};

struct BatchItemKey {
  BatchNumber batch;
  std::uint32_t item = 0;  // from 1
  friend bool operator==(const BatchItemKey&, const BatchItemKey&) = default;
};
// In the order of exports.
struct ExportNumber {
  std::uint64_t value = 0;
  friend bool operator==(const ExportNumber&, const ExportNumber&) = default;
};

// Requests that share a RequestKey but differ in their variant lie at ordinals 0, 1, 2 …
struct RequestSlot {
  RequestKey key;
  std::uint8_t ordinal = 0;
  friend bool operator==(const RequestSlot&, const RequestSlot&) = default;
};

LimitOwner limit_owner(AccountNumber account);
LimitOwner limit_owner(const CardToken& token);
LimitOwner limit_owner(const LimitProfileName& programme);
// Of a card's usage: it lies beside the usage of the account.
LimitOwner limit_owner(AccountNumber account, const CardToken& token);

struct LimitUsageKey {
  LimitOwner owner;
  std::uint64_t shape = 0;
  std::uint8_t slot = 0;  // of a rolling window's ring; else 0
  friend bool operator==(const LimitUsageKey&, const LimitUsageKey&) = default;
};
struct LimitRuleKey {
  LimitOwner owner;
  std::uint8_t ordinal = 0;
  friend bool operator==(const LimitRuleKey&, const LimitRuleKey&) = default;
};
struct LinkTotalsKey {
  LinkName link;
  CurrencyCode currency;
  friend bool operator==(const LinkTotalsKey&, const LinkTotalsKey&) = default;
};
using RrnKey = FixedText<12>;

using HoldKey = Digest<struct HoldKeyTag>;
// What comes first grows with time, as references do that count up: the keys of one hour lie
// together, and a checkpoint writes few pages. Token and value are compared on the hold itself: two
// with the same hash only share a chain.
HoldKey hold_key(const CardToken& token, std::string_view value);
// By the UTC day on which it was placed, since 1970.
HoldKey hold_key(const CardToken& token, std::int64_t day, MinorUnits amount);

// Whether two texts that may be absent can be of the same request.
inline bool same_or_unknown(std::string_view a, std::string_view b) {
  return a.empty() || b.empty() || a == b;
}

// What tells requests of one card, time and trace number apart.
struct RequestName {
  FixedText<12> rrn;
  FixedText<8> terminal;
  FixedText<11> acquirer;
};
inline RequestName name_of(const RequestRecord& record) {
  return {record.rrn, record.terminal, record.acquirer};
}
// Whether a reversal that says `b` may mean the request `a`. One thing may be told otherwise, such
// as a reference that every message has anew, where terminal or reference is the same: another
// terminal may have used the same trace number at the same time.
inline bool may_be_same(const RequestName& a, const RequestName& b) {
  const int differences = (same_or_unknown(a.rrn.view(), b.rrn.view()) ? 0 : 1) +
                          (same_or_unknown(a.terminal.view(), b.terminal.view()) ? 0 : 1) +
                          (same_or_unknown(a.acquirer.view(), b.acquirer.view()) ? 0 : 1);
  const bool agrees =
      (!a.rrn.empty() && a.rrn == b.rrn) || (!a.terminal.empty() && a.terminal == b.terminal);
  return differences == 0 || (differences == 1 && agrees);
}

// Where a reversal without original data waits for its original.
RequestKey rrn_request_key(const CardToken& token, std::string_view rrn);

template <class Tag>
std::size_t hash_value(const Digest<Tag>& digest) {
  return std::hash<Digest<Tag>>{}(digest);
}
inline std::size_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ULL;
  return value ^ (value >> 32);
}
inline std::size_t hash_value(AccountNumber number) {
  return mix(number.value);
}
inline std::size_t hash_value(HoldId id) {
  return mix(id.value);
}
inline std::size_t hash_value(CurrencyCode currency) {
  return mix(currency.numeric());
}
inline std::size_t hash_value(const MovementKey& key) {
  return mix(key.account.value * 0x9e3779b97f4a7c15ULL + key.ordinal);
}
inline std::size_t hash_value(BatchNumber number) {
  return mix(number.value);
}
inline std::size_t hash_value(ExportNumber number) {
  return mix(number.value);
}
inline std::size_t hash_value(const BatchItemKey& key) {
  return mix(key.batch.value * 0x9e3779b97f4a7c15ULL + key.item);
}
inline std::size_t hash_value(const RequestSlot& slot) {
  return hash_value(slot.key) + slot.ordinal;
}
template <std::size_t N>
std::size_t hash_value(const FixedText<N>& text) {
  return std::hash<std::string_view>{}(text.view());
}
inline std::size_t hash_value(const LimitUsageKey& key) {
  return hash_value(key.owner) + mix(key.shape + key.slot);
}
inline std::size_t hash_value(const LimitRuleKey& key) {
  return hash_value(key.owner) + mix(key.ordinal + 1U);
}
inline std::size_t hash_value(const LinkTotalsKey& key) {
  return hash_value(key.link) + hash_value(key.currency);
}
inline std::size_t hash_value(DecisionNumber number) {
  return mix(number.value);
}

struct ExceptionNumber {
  std::uint64_t value = 0;
  friend bool operator==(const ExceptionNumber&, const ExceptionNumber&) = default;
};
inline std::size_t hash_value(ExceptionNumber number) {
  return mix(number.value);
}

inline auto store_key(AccountNumber number) {
  return big_endian(number.value);
}
inline auto store_key(HoldId id) {
  return big_endian(id.value);
}
inline auto store_key(ExceptionNumber number) {
  return big_endian(number.value);
}
inline auto store_key(DecisionNumber number) {
  return big_endian(number.value);
}
inline auto store_key(BatchNumber number) {
  return big_endian(number.value);
}
inline auto store_key(ExportNumber number) {
  return big_endian(number.value);
}
std::array<std::uint8_t, 12> store_key(const BatchItemKey& key);
template <class Tag>
std::array<std::uint8_t, 16> store_key(const Digest<Tag>& digest) {
  return digest.bytes;
}
std::array<std::uint8_t, 2> store_key(CurrencyCode currency);
std::array<std::uint8_t, 12> store_key(const MovementKey& key);
std::array<std::uint8_t, 17> store_key(const RequestSlot& slot);
std::array<std::uint8_t, 25> store_key(const LimitUsageKey& key);
std::array<std::uint8_t, 17> store_key(const LimitRuleKey& key);
std::array<std::uint8_t, LinkName::capacity + 2> store_key(const LinkTotalsKey& key);
template <std::size_t N>
std::array<std::uint8_t, N> store_key(const FixedText<N>& text) {
  std::array<std::uint8_t, N> bytes{};
  std::memcpy(bytes.data(), text.view().data(), text.view().size());
  return bytes;
}

}  // namespace engine
