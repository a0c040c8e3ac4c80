#include "core_banking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <sstream>

#include "bank.hpp"
#include "process.hpp"
#include "security/sha256.hpp"

namespace faults {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

bool is_file_of_exchange(const fs::path& file) {
  return file.extension() == ".jsonl" && !file.filename().string().starts_with('.');
}

bool has_no_file(const fs::path& folder) {
  const fs::directory_iterator files(folder);
  return std::none_of(begin(files), end(files),
                      [](const auto& entry) { return is_file_of_exchange(entry.path()); });
}

std::string text(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

// False when the first line is not that of the items.
bool read_batch(const std::string& content, CoreBatch& batch) {
  const std::size_t end = content.find('\n');
  const json::value head = json::parse(content.substr(0, end));
  const std::string item_lines = content.substr(end + 1);
  batch.id = text(head.at("batch_id"));
  batch.content = content;
  std::int64_t total = 0;
  std::istringstream lines(item_lines);
  for (std::string line; std::getline(lines, line);) {
    const json::value item = json::parse(line);
    batch.items.push_back({text(item.at("item_id")), text(item.at("account_id")),
                           text(item.at("reference")), item.at("amount").as_int64(), false});
    total += batch.items.back().amount;
    if (batch.items.back().id != fmt::format("{}-{}", batch.id, batch.items.size())) return false;
  }
  const auto& totals = head.at("currency_totals").as_object();
  const std::int64_t stated_total = totals.empty() ? 0 : totals.at("RUB").as_int64();
  return stated_total == total &&
         head.at("items").as_int64() == static_cast<std::int64_t>(batch.items.size()) &&
         head.at("sha256_of_items").as_string() == holdfast::sha256_hex(item_lines);
}

std::string answer_line(const CoreBatch& batch, const CoreItem& item) {
  return fmt::format(R"({{"batch_id":"{}","item_id":"{}","status":"{}"{}}})"
                     "\n",
                     batch.id, item.id, item.accepted ? "accepted" : "rejected",
                     item.accepted ? "" : R"(,"reason":"refused in the books")");
}

}  // namespace

CoreBanking::CoreBanking(fs::path folder, std::uint64_t seed)
    : folder_(std::move(folder)), random_(seed) {}

bool CoreBanking::take_outbox() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_ / "outbox")) {
    if (is_file_of_exchange(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(fs::last_write_time(a), a) < std::pair(fs::last_write_time(b), b);
  });
  return std::all_of(files.begin(), files.end(),
                     [this](const fs::path& file) { return take(file); });
}

bool CoreBanking::take(const fs::path& file) {
  CoreBatch batch;
  if (!read_batch(scenarios::read_file(file), batch) || file.stem() != batch.id) {
    return fail(file.string() + " does not hold what it states");
  }
  fs::remove(file);
  const auto known = std::find_if(batches_.begin(), batches_.end(),
                                  [&batch](const CoreBatch& b) { return b.id == batch.id; });
  if (known == batches_.end()) {
    book(batch);
    batch.arrivals = 1;
    batches_.push_back(std::move(batch));
    return true;
  }
  ++known->arrivals;
  if (known->content != batch.content) return fail(batch.id + " came again with other bytes");
  // Booked before: the answer is all that is missing.
  if (known->acknowledgement == Acknowledgement::lost) {
    known->acknowledgement = Acknowledgement::prompt;
  }
  return true;
}

void CoreBanking::book(CoreBatch& batch) {
  for (CoreItem& item : batch.items) {
    item.accepted = reject_one_of_ == 0 || random_() % reject_one_of_ != 0;
    if (item.accepted) books_.at(item.account) += item.amount;
  }
  batch.acknowledgement = choose_acknowledgement();
}

Acknowledgement CoreBanking::choose_acknowledgement() {
  if (!loses_acknowledgements_) return Acknowledgement::prompt;
  switch (random_() % 10) {
    case 0:
      return Acknowledgement::lost;
    case 1:
      return Acknowledgement::late;
    case 2:
      return Acknowledgement::day_late;
    default:
      return Acknowledgement::prompt;
  }
}

bool CoreBanking::outbox_is_empty() const {
  return has_no_file(folder_ / "outbox");
}

std::vector<const CoreBatch*> CoreBanking::answer(Acknowledgement which) {
  std::vector<const CoreBatch*> answered;
  for (CoreBatch& batch : batches_) {
    if (batch.acknowledgement != which) continue;
    batch.acknowledgement = Acknowledgement::given;
    answered.push_back(&batch);
    send_answers(batch, "");
  }
  return answered;
}

void CoreBanking::repeat_answers() {
  for (const CoreBatch& batch : batches_) {
    if (batch.acknowledgement == Acknowledgement::given) send_answers(batch, ".again");
  }
}

// In one file, or in two.
void CoreBanking::send_answers(const CoreBatch& batch, const std::string& suffix) {
  std::string files[2];
  const std::size_t in_first = random_() % 3 == 0 ? random_() % (batch.items.size() + 1) : 0;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    files[i < in_first ? 0 : 1] += answer_line(batch, batch.items[i]);
  }
  if (!files[0].empty()) put_into_inbox(batch.id + suffix + ".part.jsonl", files[0]);
  if (!files[1].empty()) put_into_inbox(batch.id + suffix + ".jsonl", files[1]);
}

void CoreBanking::send_balances(const std::string& name, const std::string& last_batch) {
  std::string lines;
  for (const auto& [account, booked] : books_) {
    lines +=
        fmt::format(R"({{"account_id":"{}","booked":{},"currency":"RUB","last_batch_id":"{}"}})"
                    "\n",
                    account, booked, last_batch);
  }
  put_into_inbox(name, lines);
}

void CoreBanking::put_into_inbox(const std::string& name, const std::string& content) const {
  const fs::path inbox = folder_ / "inbox";
  scenarios::write_file(inbox / ".writing", content);
  fs::rename(inbox / ".writing", inbox / name);
}

bool CoreBanking::inbox_is_empty() const {
  return has_no_file(folder_ / "inbox");
}

bool CoreBanking::nothing_was_put_aside() const {
  const fs::directory_iterator put_aside(folder_ / "inbox" / "failed");
  if (put_aside == fs::directory_iterator()) return true;
  return fail(put_aside->path().string() + " was put aside");
}

}  // namespace faults
