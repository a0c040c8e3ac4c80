#include "http/answers.hpp"

#include <fmt/format.h>

#include "http/bodies.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

// Null where there is no text.
json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(to_utf8(text));
}

std::size_t utf8_sequence_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = utf8_sequence_size(first);
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    // Overlong forms, surrogates and what lies above U+10FFFF.
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return false;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return false;
    i += size;
  }
  return true;
}

// What a person needs beside the code.
std::string detail_of(const engine::ExceptionView& exception) {
  std::string detail;
  if (exception.amount.currency) detail = engine::to_string(exception.amount);
  if (exception.hold) {
    if (!detail.empty()) detail += ", ";
    detail += fmt::format("hold {}", exception.hold.value);
  }
  return detail;
}

}  // namespace

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
      continue;
    }
    utf8 += static_cast<char>(0xC0 | byte >> 6);
    utf8 += static_cast<char>(0x80 | (byte & 0x3F));
  }
  return utf8;
}

json::object account_json(const engine::AccountView& account) {
  return {{"id", account.id.view()},
          {"currency", account.currency.alpha()},
          {"status", engine::name(account.status)},
          {"booked", account.booked},
          {"pending", account.pending},
          {"ledger", account.ledger()},
          {"held", account.held},
          {"overdraft_limit", account.overdraft_limit},
          {"available", account.available()}};
}

json::object card_json(const engine::CardView& card) {
  return {{"card_id", card_id_text(card.token)},
          {"pan_masked", card.pan_masked.view()},
          {"expiry", fmt::format("{:04}", card.expiry_yymm)},
          {"account_id", card.account_id.view()},
          {"status", engine::name(card.status)},
          {"limit_profile", text_or_null(card.limit_profile.view())}};
}

json::object hold_json(const engine::HoldView& hold) {
  json::value expires_at;
  if (hold.expires_at) expires_at = format_rfc3339(*hold.expires_at);
  return {{"id", std::to_string(hold.id.value)},
          {"kind", engine::name(hold.kind)},
          {"amount", hold.amount},
          {"fee", hold.fee},
          {"original_amount", hold.original_amount},
          {"currency", hold.currency.alpha()},
          {"status", engine::name(hold.status)},
          {"expires_at", std::move(expires_at)},
          {"rrn", text_or_null(hold.keys.rrn.view())},
          {"auth_code", text_or_null(hold.keys.auth_code.view())},
          {"lifecycle_id", text_or_null(hold.keys.lifecycle_id.view())},
          {"merchant", text_or_null(hold.keys.merchant.view())}};
}

json::object hold_json_with_account(const engine::HoldView& hold) {
  json::object object = hold_json(hold);
  object["account_id"] = hold.account_id.view();
  object["reference"] = text_or_null(hold.reference.view());
  return object;
}

json::object ledger_json(const std::vector<engine::LedgerView>& ledger) {
  json::object currencies;
  for (const engine::LedgerView& view : ledger) {
    json::object accounts = {{"customers", view.customers}};
    for (std::size_t i = 0; i < view.internal.size(); ++i) {
      accounts[engine::name(static_cast<engine::InternalAccount>(i))] = view.internal[i];
    }
    currencies[view.currency.alpha()] = std::move(accounts);
  }
  return {{"currencies", std::move(currencies)}};
}

json::object exception_json(const engine::ExceptionView& exception) {
  json::value account_id;
  if (exception.account_id) account_id = exception.account_id->view();
  return {{"id", std::to_string(exception.id)},
          {"at", format_rfc3339(exception.at)},
          {"code", engine::name(exception.code)},
          {"detail", detail_of(exception)},
          {"account_id", std::move(account_id)},
          {"reference", text_or_null(exception.reference.view())}};
}

}  // namespace holdfast::http
