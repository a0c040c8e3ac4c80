#include "decision_record.hpp"

namespace engine {
namespace {

enum Flag : std::uint8_t {
  has_balance = 1,
  created = 2,
  partial = 4,
  converted = 8,
  in_balance = 16,
};

}  // namespace

DecisionRecord record_of(const Event& event) {
  const Decision& decision = event.decision;
  DecisionRecord record;
  record.at = event.at;
  record.business_date = event.business_date;
  record.account = decision.account;
  record.hold = decision.hold;
  record.amount = decision.amount;
  record.fee = decision.fee;
  record.ledger = decision.ledger;
  record.available = decision.available;
  record.transaction_amount = decision.transaction_amount;
  record.rate = decision.rate;
  record.auth_code = decision.auth_code;
  record.movement = decision.movement;
  record.item = decision.item;
  record.currency = decision.currency;
  record.decline = decision.decline;
  record.flags = static_cast<std::uint8_t>(
      (decision.has_balance ? has_balance : 0) | (decision.created ? created : 0) |
      (decision.partial ? partial : 0) | (decision.converted ? converted : 0) |
      (decision.in_balance ? in_balance : 0));
  record.echo = event.request.echo;
  return record;
}

Answer first_answer(const DecisionRecord& record) {
  Answer answer;
  answer.replayed = true;
  answer.echo = record.echo;
  Decision& d = answer.decision;
  d.decline = record.decline;
  d.created = (record.flags & created) != 0;
  d.has_balance = (record.flags & has_balance) != 0;
  d.partial = (record.flags & partial) != 0;
  d.converted = (record.flags & converted) != 0;
  d.in_balance = (record.flags & in_balance) != 0;
  d.currency = record.currency;
  d.amount = record.amount;
  d.fee = record.fee;
  d.ledger = record.ledger;
  d.available = record.available;
  d.transaction_amount = record.transaction_amount;
  d.rate = record.rate;
  d.hold = record.hold;
  d.account = record.account;
  d.auth_code = record.auth_code;
  d.movement = record.movement;
  d.item = record.item;
  return answer;
}

void explain(DecisionRecord& record, const Explanation& why) {
  record.explained = 1;
  record.kind = why.kind;
  record.is_reversal = why.is_reversal ? 1 : 0;
  record.operation = why.operation;
  record.channel = why.channel;
  record.region = why.region;
  record.token = why.token;
  record.rrn = why.rrn;
  record.transaction_currency = why.transaction.currency;
  record.asked_transaction = why.transaction.amount;
  record.billing_currency = why.billing.currency;
  record.asked_billing = why.billing.amount;
  record.asked_amount = why.amount;
  record.asked_fee = why.fee;
  record.ledger_before = why.ledger;
  record.held_before = why.held;
  record.overdraft_limit = why.overdraft_limit;
  record.bank_rate = why.rate;
  record.rate_version = why.rate_version;
  record.tariff = why.tariff;
  record.limit = why.limit;
  record.limit_source = why.limit_source;
  record.limit_used = why.limit_used;
  record.limit_max = why.limit_max;
  record.original = why.original;
  record.first_answer = {why.first_answer};
}

Explanation explanation_of(const DecisionRecord& record) {
  Explanation why;
  why.kind = record.kind;
  why.is_reversal = record.is_reversal != 0;
  why.operation = record.operation;
  why.channel = record.channel;
  why.region = record.region;
  why.token = record.token;
  why.rrn = record.rrn;
  why.transaction = {record.asked_transaction, record.transaction_currency};
  why.billing = {record.asked_billing, record.billing_currency};
  why.amount = record.asked_amount;
  why.fee = record.asked_fee;
  why.ledger = record.ledger_before;
  why.held = record.held_before;
  why.overdraft_limit = record.overdraft_limit;
  why.rate = record.bank_rate;
  why.rate_version = record.rate_version;
  why.tariff = record.tariff;
  why.limit = record.limit;
  why.limit_source = record.limit_source;
  why.limit_used = record.limit_used;
  why.limit_max = record.limit_max;
  why.original = record.original;
  why.first_answer = record.first_answer.value;
  return why;
}

}  // namespace engine
