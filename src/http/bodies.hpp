// The bodies of calls as commands of the engine. Used by the single calls and by the bulk one.
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <string_view>

#include "core_banking/batch_file.hpp"
#include "engine/command.hpp"
#include "http/json_fields.hpp"
#include "security/card_tokenizer.hpp"

namespace holdfast::http {

template <class T>
using BodyResult = boost::system::result<T, BodyError>;

// 12 to 19 digits.
bool may_be_pan(std::string_view text);
// 1–34 of A–Z, a–z, 0–9.
std::optional<engine::AccountId> account_id_from(std::string_view text);
// 32 hex digits.
std::optional<engine::CardToken> card_id_from(std::string_view text);
std::string card_id_text(const engine::CardToken& token);
// A positive decimal number.
std::optional<engine::HoldId> hold_id_from(std::string_view text);

// {"currency","booked","overdraft_limit","status"}; the id stands in the path.
BodyResult<engine::PutAccount> put_account_from(const boost::json::object& body,
                                                const engine::AccountId& id);
// The same with "id" in it, as a line of a bulk body.
BodyResult<engine::PutAccount> account_line_from(const boost::json::object& body);
// {"overdraft_limit","status","limits"}.
BodyResult<engine::PutAccount> change_account_from(const boost::json::object& body,
                                                   const engine::AccountId& id);

// {"pan","expiry","account_id","status","limit_profile"}. The PAN leaves this function only as a
// token and masked.
BodyResult<engine::PutCard> put_card_from(const boost::json::object& body,
                                          CardTokenizer& tokenizer);
// {"status","limit_profile","limits"}: "limits" replaces the card's own rules, each as in
// limits.toml; a null profile takes the limits away.
BodyResult<engine::ChangeCard> change_card_from(const boost::json::object& body,
                                                const engine::CardToken& token);

// {"base","rates":[{"currency","buy","sell"}]}, rates as texts such as "62.20".
BodyResult<engine::PutFxRates> fx_rates_from(const boost::json::object& body);

// {"amount"}, or nothing: all that is held.
BodyResult<engine::ReleaseHold> release_hold_from(const boost::json::object& body,
                                                  engine::HoldId id);
// {"batch_id","account_id","amount","currency","conditional","reference"}.
BodyResult<engine::Posting> posting_from(const boost::json::object& body);
// {"postings":[…]}, 1 to 1,000.
BodyResult<engine::Post> postings_from(const boost::json::object& body);
// For the calls that take no body: what is wrong with one that says something.
std::optional<BodyError> fault_of_no_body(std::string_view body);
// {"batch_id","source"}.
BodyResult<engine::OpenBatch> open_batch_from(const boost::json::object& body);
// {"account_id"} for a move, nothing for the others.
BodyResult<engine::ResolveItem> resolve_item_from(const boost::json::object& body,
                                                  const core_banking::ItemPlace& place,
                                                  engine::ItemAction action);
// {"account_ids":[…]}, at most 1,000; not all of them need be ids of accounts.
BodyResult<std::vector<std::string>> account_ids_from(const boost::json::object& body);

// {"account_id","amount","currency","kind","conditional","expires_at","reference"}.
BodyResult<engine::PlaceHold> place_hold_from(const boost::json::object& body);

}  // namespace holdfast::http
