// What the engine knows, as the API's JSON. Amounts are minor units, texts UTF-8, times RFC 3339.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/view.hpp"

namespace holdfast::http {

boost::json::object account_json(const engine::AccountView& account);
boost::json::object card_json(const engine::CardView& card);
// As an item of an account's list; with_account adds "account_id" and "reference".
boost::json::object hold_json(const engine::HoldView& hold);
boost::json::object hold_json_with_account(const engine::HoldView& hold);
boost::json::object ledger_json(const std::vector<engine::LedgerView>& ledger);
// Each rule with what is used and what remains in its window.
boost::json::object limits_json(const engine::CardView& card,
                                const std::vector<engine::LimitView>& limits);
boost::json::object fx_rates_json(const engine::FxRatesView& rates);
boost::json::object authorization_json(const engine::AuthorizationView& authorization);
// `carried`: what came with it in its file.
boost::json::object clearing_record_json(std::string_view key,
                                         const engine::ClearingRecordView& record,
                                         boost::json::array carried);
// As an item of the list of batches: its problems are counted.
boost::json::object listed_batch_json(const engine::BatchView& batch);
// The problems are those that wait to be resolved.
boost::json::object batch_json(const engine::BatchView& batch,
                               const std::vector<engine::BatchItemView>& problems);
// Null where there is no text.
boost::json::value text_or_null(std::string_view text);
boost::json::object exception_json(const engine::ExceptionView& exception);

}  // namespace holdfast::http
