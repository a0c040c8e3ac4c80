// The records of the account store: fixed size, little-endian, no padding, one format version.
// The same bytes are used in memory, in the overlay and in LMDB.
#pragma once

#include <bit>
#include <type_traits>

#include "engine/command.hpp"
#include "engine/decision.hpp"
#include "engine/explanation.hpp"

namespace engine {

static_assert(std::endian::native == std::endian::little,
              "store records are little-endian; a big-endian build needs conversions");

inline constexpr std::uint32_t store_format_version = 5;

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
  std::uint8_t limit_rule_count = 0;  // its own
  std::uint8_t reserved = 0;
  std::uint32_t limits_version = 0;  // grows when its own rules change, or the profiles'
  std::uint32_t limits_stamp = 0;    // of the profiles' rules that its usage last changed under
  std::uint64_t core_export = 0;     // the last export that core banking's balance had in it
  // The movements up to this one are never on the way between the books again, whatever export from
  // core_export on a balance has in it.
  std::uint32_t settled_movements = 0;
  std::uint8_t reserved_end[4] = {};

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
  std::uint8_t limit_rule_count = 0;  // its own
  std::uint8_t reserved[3] = {};
  std::uint32_t limits_version = 0;  // grows when its profile or its own rules change
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
  MinorUnits posted_fee = 0;     // moved to fee_income, and not returned
  MinorUnits used_amount = 0;    // counts towards limits
  std::uint64_t programme = 0;   // whose usage it counts for
  FeeTerms fee_terms;
  MinorUnits transaction_amount = 0;
  MinorUnits transaction_remaining = 0;  // what reversals have not taken back
  Instant placed_at;
  Instant expires_at;  // no_instant: never
  Instant ended_at;
  HoldId previous_of_account;
  HoldId previous_by_key[hold_key_kind_count];
  HoldId next_expiring;  // in the same expiry bucket
  ClearingIdentity last_clearing;
  std::uint32_t clearing_count = 0;
  BusinessDate business_date;
  MatchKeys keys;
  CurrencyCode currency;
  CurrencyCode transaction_currency;
  HoldKind kind = HoldKind::authorization;
  HoldStatus status = HoldStatus::open;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  std::uint8_t reversed = 0;
  std::uint8_t used_count = 0;       // counts towards limits: 1, or 0 when nothing came of it
  std::uint8_t financial = 0;        // a financial message posted it
  std::uint8_t finally_cleared = 0;  // no other clearing record is expected
  // What it had posted was undone or moved by a person: nothing gives it back by itself any more.
  std::uint8_t posting_resolved = 0;
  Reference reference;
  std::uint8_t reserved = 0;

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
inline constexpr std::size_t internal_legs_max = 3;

struct MovementRecord {
  std::uint64_t id = 0;
  MinorUnits amount = 0;  // on the customer's account; credits positive
  MinorUnits balance_after = 0;
  Instant at;
  HoldId hold;
  MovementLeg legs[movement_legs_max];
  BatchNumber batch;  // none: it does not go to core banking
  BusinessDate business_date;
  std::uint32_t item = 0;  // of its batch
  MovementKind kind = MovementKind::opening;
  Reference reference;
  std::uint8_t reserved[6] = {};
};

struct BatchRecord {
  BatchNumber number;
  Instant opened_at;
  Instant closed_at;
  Instant exported_at;
  Instant accepted_at;
  std::uint64_t export_number = 0;  // in the order of exports, from 1; 0: not exported
  BatchNumber next_to_export;       // in the queue
  std::uint32_t item_count = 0;
  std::uint32_t answered_count = 0;
  std::uint32_t accepted_count = 0;
  std::uint32_t problem_count = 0;  // rejected, and not resolved yet
  std::uint32_t last_problem = 0;   // head of the chain of those, newest first
  BusinessDate business_date;       // when it was opened
  BatchId id;
  BatchSource source;
  BatchStatus status = BatchStatus::open;
  std::uint8_t is_own = 0;
  std::uint8_t is_queued = 0;
  std::uint8_t reserved[3] = {};
};

// Where an item's movement lies, and what core banking said of it.
struct BatchItemRecord {
  AccountNumber account;
  std::uint32_t movement = 0;  // of the account
  ItemStatus status = ItemStatus::waiting;
  std::uint8_t reserved[3] = {};
};
struct BatchProblemRecord {
  std::uint32_t previous = 0;  // the item rejected before it and not resolved, 0: none
  std::uint32_t next = 0;      // the one after it
  RejectionReason reason;
  std::uint8_t reserved[3] = {};
};

// An answered request by the sequence number of its event; also a card transaction's id outside.
struct DecisionNumber {
  std::uint64_t value = 0;
  friend constexpr bool operator==(const DecisionNumber&, const DecisionNumber&) = default;
  constexpr explicit operator bool() const { return value != 0; }
};

enum class RequestState : std::uint8_t {
  answered = 0,
  // A reversal was here first: the original, when it comes, is declined.
  reversed_before_arrival = 1,
};

struct RequestRecord {
  std::uint64_t variant = 0;
  std::uint64_t content = 0;
  DecisionNumber decision;
  FixedText<12> rrn;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  RequestState state = RequestState::answered;
  std::uint8_t reserved[5] = {};
};

// What was answered to a request, for its retransmissions, and why, for whoever asks later.
struct DecisionRecord {
  Instant at;
  AccountNumber account;
  HoldId hold;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  MinorUnits ledger = 0;
  MinorUnits available = 0;
  MinorUnits transaction_amount = 0;
  std::int64_t rate = 0;
  DecisionNumber previous_by_rrn;
  FixedText<6> auth_code;
  std::uint8_t flags = 0;
  CurrencyCode currency;
  Decline decline = Decline::none;
  std::uint8_t explained = 0;
  BusinessDate business_date;
  FixedText<96> echo;

  // The explanation, of card transactions.
  AuthorizationKind kind = AuthorizationKind::request;
  std::uint8_t is_reversal = 0;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  LimitSource limit_source = LimitSource::profile;
  std::uint8_t reserved = 0;
  CurrencyCode transaction_currency;
  CurrencyCode billing_currency;
  std::uint32_t rate_version = 0;
  CardToken token;
  FixedText<12> rrn;
  TariffName tariff;
  LimitName limit;
  std::uint8_t reserved_end[3] = {};
  MinorUnits asked_transaction = 0;
  MinorUnits asked_billing = 0;
  MinorUnits asked_amount = 0;
  MinorUnits asked_fee = 0;
  MinorUnits ledger_before = 0;
  MinorUnits held_before = 0;
  MinorUnits overdraft_limit = 0;
  std::int64_t bank_rate = 0;
  std::int64_t limit_used = 0;
  std::int64_t limit_max = 0;
  HoldId original;
  DecisionNumber first_answer;
  std::uint64_t movement = 0;
  MinorUnits reversed = 0;  // of the transaction amount, by reversals that named it
  std::uint32_t item = 0;
  std::uint8_t reserved_last[4] = {};
};

inline constexpr std::size_t exceptions_of_record_max = 4;

struct ClearingRecordState {
  Instant at;
  AccountNumber account;
  HoldId hold;
  MinorUnits posted_amount = 0;     // on the customer's account; credits positive
  MinorUnits confirmed_amount = 0;  // of what the authorization had posted; credits positive
  ClearingIdentity previous_of_hold;
  FileDigest file;
  MinorUnits fx_result = 0;
  std::uint64_t sequence = 0;  // of its event
  std::uint32_t record_number = 0;
  ClearingOutcome outcome = ClearingOutcome::none;
  MatchMethod match = MatchMethod::none;
  std::uint8_t reversed = 0;
  std::uint8_t confirms = 0;  // its money had moved at authorization
  ExceptionCode exceptions[exceptions_of_record_max] = {};
  std::uint32_t movement = 0;  // of the account, of what it posted; 0: nothing
};

struct ClearingFileRecord {
  Instant begun_at;                  // last
  Instant finished_at;               // last
  std::uint64_t begun_sequence = 0;  // of the last event that began it
  std::uint32_t runs = 0;            // how often it was finished
  std::uint8_t is_open = 0;
  std::uint8_t reserved[3] = {};
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

// What usage of limits adds up over: a card's token, an account's number, a programme's name.
using LimitOwner = Digest<struct LimitOwnerTag>;

// What was used of the limits that share a shape, in one window. A record of an older window, or
// of other rules (by their stamp), says nothing: transactions may have passed it by.
struct LimitUsageRecord {
  std::int64_t window = 0;
  MinorUnits amount = 0;
  std::int64_t count = 0;
  std::uint64_t stamp = 0;
};

struct FxRateRecord {
  std::int64_t buy = 0;
  std::int64_t sell = 0;
  std::uint32_t version = 0;  // of an older version: the currency has no rate any more
  std::uint32_t reserved = 0;
};

// A link's reconciliation totals in one currency: of `period`, and of the one before it.
struct LinkTotalsRecord {
  std::uint64_t period = 0;
  ReconciliationTotals open;
  ReconciliationTotals closed;
};
struct LinkRecord {
  std::uint64_t period = 0;
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
  BusinessDate last_business_date;
  std::uint32_t fx_version = 0;
  Instant fx_set_at;
  FileDigest fx_file;  // the last file that set the rates
  std::uint64_t batch_count = 0;
  BatchNumber own_batch;  // the engine's own that is open
  std::uint64_t export_count = 0;
  std::uint64_t answered_export = 0;  // every export up to this one is answered
  BatchNumber first_to_export;        // the queue
  BatchNumber last_to_export;
  Instant core_day_at;  // since when core banking is open, or closed
  CurrencyCode fx_base;
  std::uint8_t core_is_closed = 0;
  std::uint8_t reserved[5] = {};
};

// A record that changes its size changes the store's format; docs/journal.md tells the sizes.
template <class Record>
constexpr bool is_store_record(std::size_t size) {
  const bool is_plain =
      std::is_trivially_copyable_v<Record> && std::has_unique_object_representations_v<Record>;
  return is_plain && sizeof(Record) == size;
}

static_assert(is_store_record<AccountRecord>(128));
static_assert(is_store_record<CardRecord>(80));
static_assert(is_store_record<HoldRecord>(416));
static_assert(is_store_record<MovementRecord>(160));
static_assert(is_store_record<RequestRecord>(64));
static_assert(is_store_record<BatchRecord>(184));
static_assert(is_store_record<BatchItemRecord>(16));
static_assert(is_store_record<BatchProblemRecord>(76));
static_assert(is_store_record<ClearingRecordState>(104));
static_assert(is_store_record<ClearingFileRecord>(32));
static_assert(is_store_record<ExceptionRecord>(104));
static_assert(is_store_record<LedgerRecord>(56));
static_assert(is_store_record<DecisionRecord>(456));
static_assert(is_store_record<LimitRule>(144));
static_assert(is_store_record<LimitUsageRecord>(32));
static_assert(is_store_record<FxRateRecord>(24));
static_assert(is_store_record<LinkRecord>(8));
static_assert(is_store_record<LinkTotalsRecord>(168));
static_assert(is_store_record<MetaRecord>(224));

}  // namespace engine
