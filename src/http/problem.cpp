#include "http/problem.hpp"

#include <boost/json/serialize.hpp>

namespace holdfast::http {
namespace {

namespace json = boost::json;
using engine::Decline;

struct DeclineRow {
  Decline decline;
  unsigned status;
  std::string_view sentence;
};

// The one place that maps declines to HTTP. 404: what the call names is not there; 409: its state
// is against it; 422: understood, but not with these figures; 503: nothing was decided.
constexpr DeclineRow decline_rows[] = {
    {Decline::none, 200, "Approved."},
    {Decline::same_key_other_content, 409,
     "This Idempotency-Key was used before with another request."},
    {Decline::already_reversed, 409, "It was taken back before it came."},
    {Decline::unsupported_operation, 422, "The operation is not supported."},
    {Decline::bad_amount, 422, "The amount is not allowed here."},
    {Decline::unknown_card, 404, "There is no such card."},
    {Decline::lost_card, 409, "The card was reported lost."},
    {Decline::stolen_card, 409, "The card was reported stolen."},
    {Decline::expired_card, 409, "The card has expired."},
    {Decline::card_blocked, 409, "The card is blocked or closed."},
    {Decline::account_blocked, 409, "The account is blocked."},
    {Decline::account_closed, 409, "The account is closed."},
    {Decline::not_permitted, 422, "This is not permitted to the card."},
    {Decline::no_rate, 422, "There is no exchange rate for this currency."},
    {Decline::original_not_found, 404, "The original was not found."},
    {Decline::amount_limit, 422, "It is above an amount limit."},
    {Decline::count_limit, 422, "It is above a count limit."},
    {Decline::insufficient_funds, 422, "The available balance does not cover the amount."},
    {Decline::unknown_account, 404, "There is no such account."},
    {Decline::account_exists_in_other_currency, 409, "The account exists in another currency."},
    {Decline::card_of_other_account, 409, "The card was issued to another account."},
    {Decline::unknown_hold, 404, "There is no such hold."},
    {Decline::hold_ended, 409, "The hold has ended."},
    {Decline::currency_mismatch, 422, "The account has another currency."},
    {Decline::currency_missing, 422, "A new account needs a currency."},
    {Decline::unknown_limit_profile, 422, "The bank has no limit profile of this name."},
    {Decline::unknown_batch, 404, "There is no such batch."},
    {Decline::batch_exists, 409, "There is a batch of this id."},
    {Decline::batch_not_open, 409, "The batch is not open any more, or it is the engine's own."},
    {Decline::batch_not_closed, 409, "The batch is not closed yet, or was deleted."},
    {Decline::batch_too_large, 422, "Too many postings for one step."},
    {Decline::unknown_item, 404, "There is no such item."},
    {Decline::item_not_rejected, 409, "The item was not rejected, or is resolved already."},
    {Decline::same_account, 422, "It is the same account."},
    {Decline::overflow, 422, "A balance would leave its range."},
    {Decline::overloaded, 503, "Too much is waiting; nothing happened, try again."},
    {Decline::halted, 503, "The engine takes no commands; nothing happened."},
    {Decline::failed, 503, "The disk failed; whether it happened shows at the next start."},
};

const DeclineRow& row_of(Decline decline) {
  for (const DeclineRow& row : decline_rows) {
    if (row.decline == decline) return row;
  }
  static constexpr DeclineRow unknown{Decline::failed, 500, "Refused for an unknown reason."};
  return unknown;
}

std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

ApiResponse problem(unsigned status, std::string_view code, std::string_view detail,
                    const json::object& more) {
  json::object body = {{"type", "about:blank"},
                       {"title", title_of(status)},
                       {"status", status},
                       {"detail", detail},
                       {"code", code}};
  for (const auto& member : more) body.insert(member);
  ApiResponse response;
  response.status = status;
  response.body = json::serialize(body);
  response.code = code;
  return response;
}

ApiResponse refusal(const engine::Answer& answer) {
  const engine::Decision& decision = answer.decision;
  json::object more;
  if (decision.decline == Decline::insufficient_funds && decision.has_balance) {
    more["available"] = decision.available;
    more["currency"] = decision.currency.alpha();
  }
  ApiResponse response = problem(http_status(decision.decline), name(decision.decline),
                                 sentence(decision.decline), more);
  response.replayed = answer.replayed;
  return response;
}

unsigned http_status(Decline decline) {
  return row_of(decline).status;
}
std::string_view sentence(Decline decline) {
  return row_of(decline).sentence;
}

ApiResponse unavailable(std::string_view halted_reason) {
  const Decline decline = halted_reason.empty() ? Decline::overloaded : Decline::halted;
  return problem(http_status(decline), name(decline), sentence(decline));
}

}  // namespace holdfast::http
