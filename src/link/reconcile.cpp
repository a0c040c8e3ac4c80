#include "link/reconcile.hpp"

#include <charconv>
#include <cstring>

namespace holdfast {
namespace {

using iso8583::Message;
using Totals = engine::ReconciliationTotals;

struct TotalField {
  int count_field;
  int amount_field;  // 0: none
  Totals::Category category;
};
constexpr TotalField total_fields[] = {
    {74, 86, Totals::credits},         {75, 87, Totals::credit_reversals}, {76, 88, Totals::debits},
    {77, 89, Totals::debit_reversals}, {81, 0, Totals::authorizations},
};
constexpr int net_field = 97;

template <class Number>
FieldResult<Number> number(int field, std::string_view digits) {
  Number value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return FieldFault{field, "not a number"};
  }
  return FieldResult<Number>(boost::system::in_place_value, value);
}

// Messages of a link without a card: the link takes the card's place in the request's identity.
engine::CardToken token_of(const LinkReading& reading, Digests& digests) {
  const auto hash = digests.sha256({"link", reading.link.view()});
  engine::CardToken token;
  std::memcpy(token.bytes.data(), hash.data(), token.bytes.size());
  return token;
}

}  // namespace

FieldResult<CardCommand> reconcile_command(const LinkReading& reading, const Message& message,
                                           iso8583::Mti mti, Digests& digests) {
  auto request = request_identity(message, mti, token_of(reading, digests), digests);
  if (!request) return request.error();
  engine::Reconcile command;
  command.link = reading.link;
  for (const TotalField& total : total_fields) {
    if (message.has(total.count_field)) {
      const auto count = number<std::uint64_t>(total.count_field, message.get(total.count_field));
      if (!count) return count.error();
      command.stated.counts[total.category] = *count;
      command.states_count |= 1U << total.category;
    }
    if (total.amount_field != 0 && message.has(total.amount_field)) {
      const auto amount =
          number<engine::MinorUnits>(total.amount_field, message.get(total.amount_field));
      if (!amount) return amount.error();
      command.stated.amounts[total.category] = *amount;
      command.states_amount |= 1U << total.category;
    }
  }
  if (message.has(net_field)) {
    const std::string_view net = message.get(net_field);
    const auto amount = number<engine::MinorUnits>(net_field, net.substr(1));
    if (!amount) return amount.error();
    command.net = net.front() == 'D' ? -*amount : *amount;
  }
  const int currency_field = message.has(50) ? 50 : 49;
  if (message.has(currency_field)) {
    const auto code = number<int>(currency_field, message.get(currency_field));
    const auto currency = code ? engine::CurrencyCode::from_numeric(*code) : std::nullopt;
    if (!currency) return FieldFault{currency_field, "no such currency"};
    command.currency = *currency;
  }
  // The same trace number with other totals is another message.
  std::uint64_t content = request->content;
  for (std::size_t i = 0; i < Totals::category_count; ++i) {
    content = (content ^ command.stated.counts[i]) * 0x100000001b3ULL;
    content = (content ^ static_cast<std::uint64_t>(command.stated.amounts[i])) * 0x100000001b3ULL;
  }
  request->content = content ^ static_cast<std::uint64_t>(command.net.value_or(0));
  return CardCommand{*request, command};
}

FieldResult<CardCommand> cut_over_command(const LinkReading& reading, const Message& message,
                                          iso8583::Mti mti, Digests& digests) {
  auto request = request_identity(message, mti, token_of(reading, digests), digests);
  if (!request) return request.error();
  return CardCommand{*request, engine::CutOver{reading.link}};
}

}  // namespace holdfast
