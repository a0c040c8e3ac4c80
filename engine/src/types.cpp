#include "engine/types.hpp"

#include <array>

#include "engine/decision.hpp"
#include "event.hpp"

namespace engine {
namespace {

// Enumerators count from zero; what lies outside was written by a newer version.
template <class Enum, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("unknown");
}

}  // namespace

std::string_view name(AccountStatus status) {
  static constexpr std::array<std::string_view, 4> names{"active", "debit_blocked", "blocked",
                                                         "closed"};
  return pick(names, status);
}
std::string_view name(CardStatus status) {
  static constexpr std::array<std::string_view, 5> names{"active", "blocked", "lost", "stolen",
                                                         "closed"};
  return pick(names, status);
}
std::string_view name(Operation operation) {
  static constexpr std::array<std::string_view, 10> names{
      "purchase", "cash",        "cashback",     "transfer_out", "refund",
      "deposit",  "transfer_in", "verification", "inquiry",      "unsupported"};
  return pick(names, operation);
}
std::string_view name(Channel channel) {
  static constexpr std::array<std::string_view, 3> names{"atm", "pos", "ecommerce"};
  return pick(names, channel);
}
std::string_view name(Region region) {
  static constexpr std::array<std::string_view, 2> names{"domestic", "foreign"};
  return pick(names, region);
}
std::string_view name(AuthorizationKind kind) {
  static constexpr std::array<std::string_view, 4> names{"request", "advice", "posting",
                                                         "forced_posting"};
  return pick(names, kind);
}
std::string_view name(LimitScope scope) {
  static constexpr std::array<std::string_view, 3> names{"card", "account", "programme"};
  return pick(names, scope);
}
std::string_view name(LimitWindow window) {
  static constexpr std::array<std::string_view, 5> names{"transaction", "day", "week", "month",
                                                         "rolling"};
  return pick(names, window);
}
std::string_view name(LimitSource source) {
  static constexpr std::array<std::string_view, 3> names{"profile", "account", "card"};
  return pick(names, source);
}
std::string_view name(HoldKind kind) {
  static constexpr std::array<std::string_view, 7> names{
      "authorization", "preauthorization", "manual",  "arrest",
      "posting",       "acknowledgement",  "clearing"};
  return pick(names, kind);
}
std::string_view name(HoldStatus status) {
  static constexpr std::array<std::string_view, 5> names{"open", "partially_cleared", "cleared",
                                                         "released", "expired"};
  return pick(names, status);
}
std::string_view name(MovementKind kind) {
  static constexpr std::array<std::string_view, 12> names{
      "opening",           "clearing", "top_up",     "refund",   "reversal", "fee",
      "clearing_reversal", "posting",  "fee_return", "external", "undo",     "core"};
  return pick(names, kind);
}
std::string_view name(BatchStatus status) {
  static constexpr std::array<std::string_view, 5> names{"open", "closed", "exported", "accepted",
                                                         "deleted"};
  return pick(names, status);
}
std::string_view name(ItemStatus status) {
  static constexpr std::array<std::string_view, 6> names{"waiting", "accepted", "rejected",
                                                         "retried", "moved",    "undone"};
  return pick(names, status);
}
std::string_view name(ItemAction action) {
  static constexpr std::array<std::string_view, 3> names{"retry", "move", "undo"};
  return pick(names, action);
}
std::string_view name(InternalAccount account) {
  static constexpr std::array<std::string_view, internal_account_count> names{
      "settlement", "fee_income", "fx_position", "fx_result", "suspense", "core"};
  return pick(names, account);
}
std::string_view name(ExceptionCode code) {
  static constexpr std::array<std::string_view, 20> names{"none",
                                                          "reversal_after_clearing",
                                                          "reversal_above_hold",
                                                          "original_not_found",
                                                          "same_key_other_content",
                                                          "unmatched",
                                                          "over_clearing",
                                                          "cleared_after_expiry",
                                                          "cleared_after_release",
                                                          "account_not_active",
                                                          "chargeback",
                                                          "ambiguous_match",
                                                          "reversal_without_effect",
                                                          "reversal_not_comparable",
                                                          "advice_not_applied",
                                                          "advice_after_clearing",
                                                          "second_posting",
                                                          "posting_differs",
                                                          "rate_result_unknown",
                                                          "posting_was_resolved"};
  return pick(names, code);
}
std::string_view name(ReleaseReason reason) {
  static constexpr std::array<std::string_view, 4> names{"cleared", "reversed", "expired",
                                                         "by_request"};
  return pick(names, reason);
}
std::string_view name(Decline decline) {
  static constexpr std::array<std::string_view, 38> names{"none",
                                                          "same_key_other_content",
                                                          "already_reversed",
                                                          "unsupported_operation",
                                                          "bad_amount",
                                                          "unknown_card",
                                                          "lost_card",
                                                          "stolen_card",
                                                          "expired_card",
                                                          "card_blocked",
                                                          "account_blocked",
                                                          "account_closed",
                                                          "not_permitted",
                                                          "no_rate",
                                                          "original_not_found",
                                                          "amount_limit",
                                                          "count_limit",
                                                          "insufficient_funds",
                                                          "unknown_account",
                                                          "account_exists_in_other_currency",
                                                          "card_of_other_account",
                                                          "unknown_hold",
                                                          "hold_ended",
                                                          "currency_mismatch",
                                                          "currency_missing",
                                                          "unknown_limit_profile",
                                                          "unknown_batch",
                                                          "batch_exists",
                                                          "batch_not_open",
                                                          "batch_not_closed",
                                                          "batch_too_large",
                                                          "unknown_item",
                                                          "item_not_rejected",
                                                          "same_account",
                                                          "overflow",
                                                          "overloaded",
                                                          "halted",
                                                          "failed"};
  return pick(names, decline);
}
std::string_view name(ClearingOutcome outcome) {
  static constexpr std::array<std::string_view, 6> names{
      "none", "posted_matched", "posted_unmatched", "matched_only", "duplicate", "rejected"};
  return pick(names, outcome);
}
std::string_view name(MatchMethod method) {
  static constexpr std::array<std::string_view, 7> names{
      "none",        "lifecycle_id",     "auth_code", "rrn", "place_and_amount",
      "presentment", "first_presentment"};
  return pick(names, method);
}

}  // namespace engine
