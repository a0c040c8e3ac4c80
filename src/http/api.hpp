// The calls of the API: each takes what was asked for and answers it. They run on one io_context
// with one thread and wait for the engine without blocking it.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>

#include "core_banking/desk.hpp"
#include "http/clearing_desk.hpp"
#include "http/json_fields.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "runtime/archivist.hpp"
#include "runtime/core.hpp"
#include "runtime/engine_caller.hpp"
#include "security/card_tokenizer.hpp"

namespace holdfast::http {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

// What every call works with.
struct Api {
  Api(Core& shared_core, core_banking::CoreDesk& its_core_banking, Archivist& its_archivist,
      const boost::asio::any_io_executor& its_executor)
      : core(shared_core),
        core_banking(its_core_banking),
        archivist(its_archivist),
        executor(its_executor),
        caller(shared_core, its_executor),
        tokenizer(shared_core.pan_key),
        clearing(shared_core, its_executor) {}

  Core& core;
  core_banking::CoreDesk& core_banking;
  Archivist& archivist;
  boost::asio::any_io_executor executor;
  EngineCaller caller;
  CardTokenizer tokenizer;
  ClearingDesk clearing;
  std::atomic<bool> is_ready{false};
};

Awaitable<ApiResponse> get_health(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_archive(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_openapi(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> put_account(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_account(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> change_account(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_account_holds(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_card(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_card(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> change_card(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_card_limits(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_hold(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_hold(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> release_hold(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_statement(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_balances(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_posting(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_postings(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_batch(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_batches(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_batch(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> delete_batch(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> close_batch(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> export_batch(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> retry_item(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> move_item(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> undo_item(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_core(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_close_day(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_open_day(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_ledger(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_exceptions(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_authorization(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_authorizations(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_fx_rates(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> put_fx_rates(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> get_clock(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> post_clock(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_bulk(Api& api, const ApiRequest& request);

Awaitable<ApiResponse> post_clearing_file(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_clearing_file(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_clearing_records(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_clearing_record(Api& api, const ApiRequest& request);
Awaitable<ApiResponse> get_clearing_files(Api& api, const ApiRequest& request);

// Shared by them.

ApiResponse json_answer(unsigned status, const boost::json::object& body);
// 400, naming the field.
ApiResponse bad_body(const BodyError& error);
ApiResponse decline_problem(engine::Decline decline);
// The engine did not take an inspection.
ApiResponse unavailable(const Api& api);

// What protects a call from happening twice: empty when it has no Idempotency-Key.
engine::Request protection(Api& api, const ApiRequest& request);
// Whether free text holds the number of a card that was issued here: it would be kept in clear.
Awaitable<bool> names_card(Api& api, std::string_view text);
ApiResponse card_number_in(std::string_view field);
// A whole round with core banking, begun after this call; `again` is handed over once more.
Awaitable<void> core_banking_round(Api& api, std::optional<engine::BatchId> again);
// A keyed hash of what a call says, as hex: its key, or its method, path and query.
std::string request_fingerprint(Api& api, const ApiRequest& request);

}  // namespace holdfast::http
