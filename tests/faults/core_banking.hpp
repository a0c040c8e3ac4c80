// A core banking system with books of its own, for tests. It meets Holdfast by files alone, as
// docs/core-banking.md has them: it books each item once, whatever comes how often, and keeps to
// what it has answered.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace faults {

struct CoreItem {
  std::string id;
  std::string account;
  std::string reference;
  std::int64_t amount = 0;
  bool accepted = false;
};

// What core banking does about the answer to a batch.
enum class Acknowledgement {
  prompt,    // gives it
  lost,      // has given it, and it never arrived; gives it when the batch comes again
  late,      // gives it in the night that follows
  day_late,  // gives it after the balances of the next morning
  given,
};

struct CoreBatch {
  std::string id;
  std::string content;  // as it came first
  std::vector<CoreItem> items;
  Acknowledgement acknowledgement = Acknowledgement::prompt;
  int arrivals = 0;
};

class CoreBanking {
 public:
  // `folder` is data_dir/core.
  CoreBanking(std::filesystem::path folder, std::uint64_t seed);

  void open_account(const std::string& account, std::int64_t booked) { books_[account] = booked; }
  // A movement of its own: a salary, a charge.
  void post(const std::string& account, std::int64_t amount) { books_[account] += amount; }
  std::int64_t booked(const std::string& account) const { return books_.at(account); }

  // From now on it rejects one item of so many, at random; 0 is none.
  void reject_one_of(unsigned items) { reject_one_of_ = items; }
  // From now on some acknowledgements are lost or late.
  void lose_acknowledgements(bool loses) { loses_acknowledgements_ = loses; }

  // Takes every file out of the outbox and books it. False, with a line on stderr, when a file does
  // not hold what it states, or is a batch that came before with other bytes.
  bool take_outbox();
  bool outbox_is_empty() const;
  // Puts the answers to these batches into the inbox: they are given.
  std::vector<const CoreBatch*> answer(Acknowledgement which);
  // The same answers once more, to all batches that have theirs.
  void repeat_answers();
  void send_balances(const std::string& name, const std::string& last_batch);
  bool inbox_is_empty() const;
  // False, with a line on stderr, when Holdfast has refused a file.
  bool nothing_was_put_aside() const;

  // In the order in which they came first.
  const std::deque<CoreBatch>& batches() const { return batches_; }

 private:
  bool take(const std::filesystem::path& file);
  void book(CoreBatch& batch);
  Acknowledgement choose_acknowledgement();
  void put_into_inbox(const std::string& name, const std::string& content) const;
  void send_answers(const CoreBatch& batch, const std::string& suffix);

  std::filesystem::path folder_;
  std::mt19937_64 random_;
  std::map<std::string, std::int64_t> books_;
  std::deque<CoreBatch> batches_;
  unsigned reject_one_of_ = 0;
  bool loses_acknowledgements_ = false;
};

}  // namespace faults
