// The ledger's words: identifiers, states and kinds. No wire words live here.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/text.hpp"

namespace engine {

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t microseconds = 0;
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;

  static constexpr Instant from_seconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
  // Rounded down.
  constexpr std::int64_t seconds() const { return microseconds / 1'000'000; }
  constexpr std::int64_t days() const { return seconds() / 86'400; }
  // Buckets of expiry are whole seconds, and a hold never ends early.
  constexpr Instant rounded_up() const {
    return from_seconds((microseconds + 999'999) / 1'000'000);
  }
  constexpr Instant plus_seconds(std::int64_t s) const { return {microseconds + s * 1'000'000}; }
};
inline constexpr Instant no_instant{};

// Days since 1970-01-01: the label of a business day (the date of the cut-off that ends it).
struct BusinessDate {
  std::int32_t days = 0;
  friend constexpr auto operator<=>(const BusinessDate&, const BusinessDate&) = default;
};

// A 16-byte opaque identifier: made by hashing outside, only compared inside.
template <class Tag>
struct Digest {
  std::array<std::uint8_t, 16> bytes{};
  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
};
// A card by the keyed hash of its PAN; the PAN itself never enters the engine.
using CardToken = Digest<struct CardTokenTag>;
// What makes two requests the same request, but for the variant (see Request).
using RequestKey = Digest<struct RequestKeyTag>;
// What makes two clearing records the same record.
using ClearingIdentity = Digest<struct ClearingIdentityTag>;
using FileDigest = Digest<struct FileDigestTag>;

using AccountId = FixedText<34>;

// An account inside the engine: dense, given at opening, never used again.
struct AccountNumber {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const AccountNumber&, const AccountNumber&) = default;
  constexpr explicit operator bool() const { return value != 0; }
};
struct HoldId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const HoldId&, const HoldId&) = default;
  constexpr explicit operator bool() const { return value != 0; }
};

enum class AccountStatus : std::uint8_t { active = 0, debit_blocked = 1, blocked = 2, closed = 3 };
enum class CardStatus : std::uint8_t { active = 0, blocked = 1, lost = 2, stolen = 3, closed = 4 };

// What a card transaction is for; debits first, then credits, then those without money.
enum class Operation : std::uint8_t {
  purchase = 0,
  cash = 1,
  cashback = 2,
  transfer_out = 3,
  refund = 4,
  deposit = 5,
  transfer_in = 6,
  verification = 7,
  inquiry = 8,
  unsupported = 9,  // a processing code that this bank does not know
};
inline constexpr std::size_t operation_count = 10;

constexpr bool is_debit(Operation operation) {
  return operation == Operation::purchase || operation == Operation::cash ||
         operation == Operation::cashback || operation == Operation::transfer_out;
}
constexpr bool is_top_up(Operation operation) {
  return operation == Operation::deposit || operation == Operation::transfer_in;
}
// Whether an amount belongs to it at all.
constexpr bool carries_money(Operation operation) {
  return is_debit(operation) || is_top_up(operation) || operation == Operation::refund;
}

enum class Channel : std::uint8_t { atm = 0, pos = 1, ecommerce = 2 };
inline constexpr std::size_t channel_count = 3;

enum class Region : std::uint8_t { domestic = 0, foreign = 1 };

// How a card transaction asks. A request and a posting may be declined; the other two tell what
// has happened already, and are never refused for want of money.
enum class AuthorizationKind : std::uint8_t {
  request = 0,         // holds
  advice = 1,          // holds, or sets the hold that it completes to the final amount
  posting = 2,         // posts now
  forced_posting = 3,  // posts now, and ends the hold that it completes
};
constexpr bool is_unconditional(AuthorizationKind kind) {
  return kind == AuthorizationKind::advice || kind == AuthorizationKind::forced_posting;
}
constexpr bool is_financial(AuthorizationKind kind) {
  return kind == AuthorizationKind::posting || kind == AuthorizationKind::forced_posting;
}

// `posting` is money that moved at authorization (a top-up, a financial message): a hold that ended
// at once, kept so that reversals and clearing find it in the same way. `acknowledgement` moved
// nothing (a refund authorization): its clearing record posts. `clearing` stands in for the
// authorization that a clearing record lacked, so that what comes later about it finds it.
enum class HoldKind : std::uint8_t {
  authorization = 0,
  preauthorization = 1,
  manual = 2,
  arrest = 3,
  posting = 4,
  acknowledgement = 5,
  clearing = 6,
};
enum class HoldStatus : std::uint8_t {
  open = 0,
  partially_cleared = 1,
  cleared = 2,
  released = 3,
  expired = 4,
};

enum class MovementKind : std::uint8_t {
  opening = 0,
  clearing = 1,
  top_up = 2,
  refund = 3,
  reversal = 4,
  fee = 5,
  clearing_reversal = 6,
  posting = 7,     // posted at authorization: a debit, or a refund
  fee_return = 8,  // the fee of what was reversed
  external = 9,    // by another bank system
  undo = 10,       // of a posting that core banking is never to have, or that it rejected
  core = 11,       // core banking's own, by its balances
};
// Whether core banking does not know of it, and must.
constexpr bool goes_to_core(MovementKind kind) {
  return kind != MovementKind::opening && kind != MovementKind::core && kind != MovementKind::undo;
}
// Whether it is in core banking's books already.
constexpr bool comes_from_core(MovementKind kind) {
  return kind == MovementKind::opening || kind == MovementKind::core;
}

// The other side of every movement; one of each per currency.
enum class InternalAccount : std::uint8_t {
  settlement = 0,
  fee_income = 1,
  fx_position = 2,
  fx_result = 3,
  suspense = 4,
  core = 5,
};
inline constexpr std::size_t internal_account_count = 6;

// Facts that a person must look at; the wire and the money were treated as documented.
enum class ExceptionCode : std::uint8_t {
  reversal_after_clearing = 1,
  reversal_above_hold = 2,
  original_not_found = 3,
  same_key_other_content = 4,
  unmatched_clearing = 5,
  over_clearing = 6,
  cleared_after_expiry = 7,
  cleared_after_release = 8,
  account_not_active = 9,
  chargeback = 10,
  ambiguous_match = 11,
  reversal_without_effect = 12,
  reversal_not_comparable = 13,
  advice_not_applied = 14,
  advice_after_clearing = 15,
  second_posting = 16,
  posting_differs = 17,
  rate_result_unknown = 18,
  posting_was_resolved = 19,
};

std::string_view name(AccountStatus status);
std::string_view name(CardStatus status);
std::string_view name(Operation operation);
std::string_view name(Channel channel);
std::string_view name(Region region);
std::string_view name(AuthorizationKind kind);
std::string_view name(HoldKind kind);
std::string_view name(HoldStatus status);
std::string_view name(MovementKind kind);
std::string_view name(InternalAccount account);
std::string_view name(ExceptionCode code);

}  // namespace engine

template <class Tag>
struct std::hash<engine::Digest<Tag>> {
  std::size_t operator()(const engine::Digest<Tag>& digest) const noexcept {
    // The bytes are hashes already, but a half of them may be shared by many digests.
    std::uint64_t halves[2];
    std::memcpy(halves, digest.bytes.data(), sizeof halves);
    return halves[0] * 0x9e3779b97f4a7c15ULL + halves[1];
  }
};
