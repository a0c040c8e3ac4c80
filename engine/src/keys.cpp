#include "keys.hpp"

#include <boost/endian/conversion.hpp>

namespace engine {
namespace {

// FNV-1a: stable across builds, as a stored key must be. Collisions are harmless here.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return mix(hash);
}

std::string_view text_of(const CardToken& token) {
  return {reinterpret_cast<const char*>(token.bytes.data()), token.bytes.size()};
}

HoldKey hold_key_at(std::uint64_t place, std::uint64_t hash) {
  HoldKey key;
  boost::endian::store_big_u64(key.bytes.data(), place);
  boost::endian::store_big_u64(key.bytes.data() + 8, hash);
  return key;
}

}  // namespace

HoldKey hold_key(const CardToken& token, std::string_view value) {
  // Values that differ at their end alone are neighbours.
  std::uint64_t place = 0;
  for (char c : value) place = place * 43 + static_cast<unsigned char>(c);
  return hold_key_at(place, fnv1a(text_of(token), fnv1a(value, 0)));
}

HoldKey hold_key(const CardToken& token, std::int64_t day, MinorUnits amount) {
  const auto hash = fnv1a(text_of(token), mix(static_cast<std::uint64_t>(amount)));
  return hold_key_at(static_cast<std::uint64_t>(day), hash);
}

RequestKey rrn_request_key(const CardToken& token, std::string_view rrn) {
  RequestKey key;
  const std::string_view card = text_of(token);
  boost::endian::store_big_u64(key.bytes.data(), fnv1a(card, fnv1a(rrn, 1)));
  boost::endian::store_big_u64(key.bytes.data() + 8, fnv1a(rrn, fnv1a(card, 2)));
  return key;
}

LimitOwner limit_owner(AccountNumber account) {
  LimitOwner owner;
  boost::endian::store_big_u64(owner.bytes.data(), account.value);
  return owner;
}
LimitOwner limit_owner(const CardToken& token) {
  return LimitOwner{token.bytes};
}
LimitOwner limit_owner(AccountNumber account, const CardToken& token) {
  LimitOwner owner = limit_owner(account);
  std::memcpy(owner.bytes.data() + 8, token.bytes.data(), 8);
  return owner;
}
LimitOwner limit_owner(const LimitProfileName& programme) {
  LimitOwner owner;
  boost::endian::store_big_u64(owner.bytes.data(), fnv1a(programme.view(), 3));
  boost::endian::store_big_u64(owner.bytes.data() + 8, fnv1a(programme.view(), 4));
  return owner;
}

std::array<std::uint8_t, 2> store_key(CurrencyCode currency) {
  std::array<std::uint8_t, 2> bytes{};
  boost::endian::store_big_u16(bytes.data(), currency.numeric());
  return bytes;
}

std::array<std::uint8_t, 12> store_key(const MovementKey& key) {
  std::array<std::uint8_t, 12> bytes{};
  boost::endian::store_big_u64(bytes.data(), key.account.value);
  boost::endian::store_big_u32(bytes.data() + 8, key.ordinal);
  return bytes;
}

std::array<std::uint8_t, 12> store_key(const BatchItemKey& key) {
  std::array<std::uint8_t, 12> bytes{};
  boost::endian::store_big_u64(bytes.data(), key.batch.value);
  boost::endian::store_big_u32(bytes.data() + 8, key.item);
  return bytes;
}

std::array<std::uint8_t, 17> store_key(const RequestSlot& slot) {
  std::array<std::uint8_t, 17> bytes{};
  std::memcpy(bytes.data(), slot.key.bytes.data(), 16);
  bytes[16] = slot.ordinal;
  return bytes;
}

std::array<std::uint8_t, 25> store_key(const LimitUsageKey& key) {
  std::array<std::uint8_t, 25> bytes{};
  std::memcpy(bytes.data(), key.owner.bytes.data(), 16);
  boost::endian::store_big_u64(bytes.data() + 16, key.shape);
  bytes[24] = key.slot;
  return bytes;
}

std::array<std::uint8_t, 17> store_key(const LimitRuleKey& key) {
  std::array<std::uint8_t, 17> bytes{};
  std::memcpy(bytes.data(), key.owner.bytes.data(), 16);
  bytes[16] = key.ordinal;
  return bytes;
}

std::array<std::uint8_t, LinkName::capacity + 2> store_key(const LinkTotalsKey& key) {
  std::array<std::uint8_t, LinkName::capacity + 2> bytes{};
  std::memcpy(bytes.data(), key.link.view().data(), key.link.view().size());
  boost::endian::store_big_u16(bytes.data() + LinkName::capacity, key.currency.numeric());
  return bytes;
}

}  // namespace engine
