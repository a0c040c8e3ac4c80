#include "clearing_night.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace make_day {
namespace {

using engine::MinorUnits;
using holdfast::clearing::ClearingRecord;

// The maker's texts are short by construction; one that is not is a bug of the maker.
template <typename Field>
void put(Field& field, std::string_view text) {
  if (!field.assign(text)) std::abort();
}

class NightMaker {
 public:
  NightMaker(Day& day, Random& random) : day_(day), random_(random) {}

  ClearingNight make() {
    for (Transaction& transaction : day_.transactions) {
      if (transaction.reversed || !random_.percent(90)) continue;
      if (transaction.kind == TransactionKind::top_up) {
        match_top_up(transaction);
      } else {
        present(transaction);
      }
    }
    if (const Card* card = some_card()) {
      post_unauthorized(*card, "000000", 4'200, "NOBODY000000001");
      post_unauthorized(*card, "200000", 1'500, "REFUNDS00000002");
    }
    random_.shuffle(night_.records);
    if (!night_.records.empty()) duplicate(random_.below(night_.records.size()));
    night_.counts.records = night_.records.size();
    return std::move(night_);
  }

 private:
  void present(const Transaction& transaction) {
    Account& account = account_of(transaction.card);
    MinorUnits amount = transaction.amount;
    if (random_.percent(15)) {
      amount += random_.between(-amount / 2, amount / 10);
      if (amount < 1) amount = 1;
    }
    account.held -= transaction.amount;
    account.ledger -= amount;
    post(account, amount);
    ++night_.counts.matched;
    add(transaction, amount);
  }

  // Its money moved at authorization.
  void match_top_up(const Transaction& transaction) {
    ++night_.counts.matched;
    add(transaction, transaction.amount);
  }

  // A debit that nobody authorized, or a refund: at a merchant the card has no hold with.
  void post_unauthorized(const Card& card, const std::string& processing_code, MinorUnits amount,
                         const std::string& merchant) {
    Transaction transaction;
    transaction.card = card.number;
    transaction.processing_code = processing_code;
    transaction.rrn = fmt::format("{}999{:03}", day_.end.reference_prefix(), ++strangers_);
    transaction.terminal = "ODD00007";
    transaction.merchant = merchant;
    transaction.mcc = "5999";
    transaction.local_time = day_.end.local_timestamp();
    const MinorUnits debit = processing_code == "200000" ? -amount : amount;
    Account& account = account_of(card.number);
    account.ledger -= debit;
    post(account, debit);
    ++night_.counts.unmatched;
    add(transaction, amount);
  }

  void post(const Account& account, MinorUnits debit) {
    ++night_.counts.posted;
    night_.counts.posted_amounts[std::string(account.currency.alpha())] += debit;
  }

  void duplicate(std::size_t index) {
    night_.records.push_back(night_.records[index]);
    ++night_.counts.duplicates;
  }

  void add(const Transaction& transaction, MinorUnits amount) {
    const Account& account = account_of(transaction.card);
    ClearingRecord record;
    ++records_;
    put(record.message_type, "1240");
    put(record.function_code, "200");
    put(record.record_id, fmt::format("day-{:06}", records_));
    put(record.pan, day_.population.cards[transaction.card].pan);
    put(record.processing_code, transaction.processing_code);
    record.amount = {amount, account.currency};
    record.billing = record.amount;
    record.settlement = record.amount;
    record.local_time = holdfast::clearing::parse_iso_time(transaction.local_time);
    put(record.rrn, transaction.rrn);
    put(record.arn, fmt::format("7{:06}{:016}", 412346, records_));
    put(record.lifecycle_id, transaction.lifecycle_id);
    put(record.mcc, transaction.mcc);
    put(record.terminal, transaction.terminal);
    put(record.merchant, transaction.merchant);
    put(record.acquirer, "12345");
    night_.records.push_back(
        {record, transaction.name, amount != transaction.amount, transaction.cleared_by_rrn});
  }

  const Card* some_card() const {
    for (const Card& card : day_.population.cards) {
      if (card.state == CardState::active) return &card;
    }
    return nullptr;
  }

  Account& account_of(std::size_t card) {
    return day_.population.accounts[day_.population.cards[card].account];
  }

  Day& day_;
  Random& random_;
  ClearingNight night_;
  std::uint64_t records_ = 0;
  int strangers_ = 0;
};

}  // namespace

ClearingRecord NightRecord::with_rrn() const {
  ClearingRecord written = record;
  if (by_rrn) written.lifecycle_id = {};
  return written;
}

ClearingNight make_clearing_night(Day& day, Random& random) {
  return NightMaker(day, random).make();
}

}  // namespace make_day
