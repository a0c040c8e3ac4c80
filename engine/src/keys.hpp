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

// Requests that share a RequestKey but differ in their variant lie at ordinals 0, 1, 2 …
struct RequestSlot {
  RequestKey key;
  std::uint8_t ordinal = 0;
  friend bool operator==(const RequestSlot&, const RequestSlot&) = default;
};

using HoldKey = Digest<struct HoldKeyTag>;
// The card's token comes first, so that one card's keys lie on one page. The value is compared
// on the hold itself: two values with the same hash only share a chain.
HoldKey hold_key(const CardToken& token, HoldKeyKind kind, std::string_view value);
HoldKey hold_key(const CardToken& token, MinorUnits amount);

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
inline std::size_t hash_value(const RequestSlot& slot) {
  return hash_value(slot.key) + slot.ordinal;
}
std::size_t hash_value(const AccountId& id);

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
template <class Tag>
std::array<std::uint8_t, 16> store_key(const Digest<Tag>& digest) {
  return digest.bytes;
}
std::array<std::uint8_t, 2> store_key(CurrencyCode currency);
std::array<std::uint8_t, 12> store_key(const MovementKey& key);
std::array<std::uint8_t, 17> store_key(const RequestSlot& slot);
std::array<std::uint8_t, AccountId::capacity> store_key(const AccountId& id);

}  // namespace engine
