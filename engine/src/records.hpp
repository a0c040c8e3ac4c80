// The records of the account store: fixed size, little-endian, no padding, one format version.
// The same bytes are used in memory, in the overlay and in LMDB.
#pragma once

#include <bit>
#include <type_traits>

#include "engine/command.hpp"
#include "engine/decision.hpp"

namespace engine {

static_assert(std::endian::native == std::endian::little,
              "store records are little-endian; a big-endian build needs conversions");

inline constexpr std::uint32_t store_format_version = 1;

struct AccountRecord {
  AccountNumber number;
  MinorUnits booked = 0;
  MinorUnits pending = 0;
  MinorUnits held = 0;
  MinorUnits overdraft_limit = 0;
  Instant opened_at;
  HoldId last_hold;  // head of the chain of this account's holds, newest first
  std::uint32_t open_hold_count = 0;
  std::uint32_t movement_count = 0;
  AccountId id;
  AccountStatus status = AccountStatus::active;
  CurrencyCode currency;
  std::uint16_t reserved = 0;

  MinorUnits ledger() const { return booked + pending; }
  MinorUnits available() const { return ledger() - held + overdraft_limit; }
};

struct CardRecord {
  AccountNumber account;
  Instant issued_at;
  std::uint16_t expiry_yymm = 0;
  CardStatus status = CardStatus::active;
  PanMasked pan_masked;
  LimitProfileName limit_profile;
};

// The kinds of keys that clearing and reversals find holds by; each has a chain through the
// holds that share it.
enum class HoldKeyKind : std::uint8_t { lifecycle_id = 0, auth_code = 1, rrn = 2, amount = 3 };
inline constexpr std::size_t hold_key_kind_count = 4;

struct HoldRecord {
  HoldId id;
  AccountNumber account;
  CardToken token;
  MinorUnits original_amount = 0;
  MinorUnits amount = 0;  // what is still held, without the fee
  MinorUnits fee = 0;     // what is still held of the fee
  MinorUnits cleared_amount = 0;
  MinorUnits posted_amount = 0;  // moved at authorization; credits positive
  MinorUnits transaction_amount = 0;
  MinorUnits transaction_remaining = 0;  // what reversals have not taken back
  Instant placed_at;
  Instant expires_at;  // no_instant: never
  Instant ended_at;
  HoldId previous_of_account;
  HoldId previous_by_key[hold_key_kind_count];
  HoldId next_expiring;  // in the same expiry bucket
  std::uint32_t clearing_count = 0;
  BusinessDate business_date;
  MatchKeys keys;
  CurrencyCode currency;
  CurrencyCode transaction_currency;
  HoldKind kind = HoldKind::authorization;
  HoldStatus status = HoldStatus::open;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  std::uint8_t reversed = 0;
  Reference reference;
  std::uint8_t reserved[6] = {};

  bool is_open() const {
    return status == HoldStatus::open || status == HoldStatus::partially_cleared;
  }
};

struct MovementLeg {
  MinorUnits amount = 0;
  InternalAccount account = InternalAccount::settlement;
  std::uint8_t reserved[7] = {};
};
inline constexpr std::size_t movement_legs_max = 2;

struct MovementRecord {
  std::uint64_t id = 0;
  MinorUnits amount = 0;  // on the customer's account; credits positive
  MinorUnits balance_after = 0;
  Instant at;
  HoldId hold;
  MovementLeg legs[movement_legs_max];
  BusinessDate business_date;
  MovementKind kind = MovementKind::opening;
  Reference reference;
  std::uint8_t reserved[2] = {};
};

enum class RequestState : std::uint8_t {
  answered = 0,
  // A reversal was here first: the original, when it comes, is declined.
  reversed_before_arrival = 1,
};

struct RequestRecord {
  std::uint64_t variant = 0;
  std::uint64_t content = 0;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  MinorUnits ledger = 0;
  MinorUnits available = 0;
  HoldId hold;
  AccountNumber account;
  CurrencyCode currency;
  Decline decline = Decline::none;
  RequestState state = RequestState::answered;
  std::uint8_t has_balance = 0;
  std::uint8_t created = 0;
  FixedText<6> auth_code;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  FixedText<96> echo;
  std::uint8_t reserved[5] = {};
};

struct ClearingRecordState {
  Instant at;
  AccountNumber account;
  HoldId hold;
  MinorUnits posted_amount = 0;  // on the customer's account; credits positive
  FileDigest file;
  std::uint32_t record_number = 0;
  ClearingOutcome outcome = ClearingOutcome::none;
  MatchMethod match = MatchMethod::none;
  std::uint8_t reversed = 0;
  std::uint8_t reserved = 0;
};

struct ExceptionRecord {
  Instant at;
  AccountNumber account;
  HoldId hold;
  MinorUnits amount = 0;
  CurrencyCode currency;
  ExceptionCode code{};
  Reference reference;
  std::uint8_t reserved[4] = {};
};

// One per currency; everything sums to zero.
struct LedgerRecord {
  MinorUnits customers = 0;
  MinorUnits internal[internal_account_count] = {};
};

// The counters of the state, and where in the journal the store stands.
struct MetaRecord {
  std::uint32_t format_version = store_format_version;
  std::uint32_t partition = 0;
  std::uint64_t epoch = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t journal_segment = 0;
  std::uint64_t journal_offset = 0;
  std::uint8_t journal_hash[32] = {};
  std::uint64_t account_count = 0;
  std::uint64_t card_count = 0;
  std::uint64_t hold_count = 0;
  std::uint64_t movement_count = 0;
  std::uint64_t exception_count = 0;
  std::uint64_t reversed_by_rrn_count = 0;
  Instant last_command_at;
};

// A record that changes its size changes the store's format; docs/journal.md tells the sizes.
template <class Record>
constexpr bool is_store_record(std::size_t size) {
  const bool is_plain =
      std::is_trivially_copyable_v<Record> && std::has_unique_object_representations_v<Record>;
  return is_plain && sizeof(Record) == size;
}

static_assert(is_store_record<AccountRecord>(104));
static_assert(is_store_record<CardRecord>(72));
static_assert(is_store_record<HoldRecord>(344));
static_assert(is_store_record<MovementRecord>(144));
static_assert(is_store_record<RequestRecord>(200));
static_assert(is_store_record<ClearingRecordState>(56));
static_assert(is_store_record<ExceptionRecord>(104));
static_assert(is_store_record<LedgerRecord>(56));
static_assert(is_store_record<MetaRecord>(128));

}  // namespace engine
