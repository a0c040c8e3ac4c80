#include <fmt/format.h>

#include "archive.hpp"
#include "data_lock.hpp"
#include "engine/journal.hpp"
#include "recovery.hpp"

namespace engine {
namespace {

constexpr std::size_t verify_map_size = std::size_t{64} << 30;
constexpr std::uint64_t progress_step = 100'000;

EngineError unreadable(const JournalReader& reader) {
  return {EngineErrorCode::corrupt, fmt::format("the batch before {} has a sound hash but no "
                                                "sound events: written by another version?",
                                                to_string(reader.position()))};
}

Result<DataLock> lock_folder(const std::filesystem::path& data_dir) {
  if (!std::filesystem::is_directory(data_dir / "journal")) {
    return EngineError{EngineErrorCode::io, data_dir.string() + ": no journal/ in this folder"};
  }
  return DataLock::take(data_dir);
}

// Opening a store makes one: an empty one would pass for that of a switch that never ran.
Result<void> require_store(const std::filesystem::path& data_dir) {
  if (std::filesystem::exists(data_dir / "store" / "data.mdb")) return {};
  return EngineError{EngineErrorCode::io, data_dir.string() + ": no store/ in this folder"};
}

struct OpenedStore {
  std::unique_ptr<Store> store;
  std::unique_ptr<Archive> archive;  // none: the store never had one

  std::filesystem::path archived_journal() const {
    return archive ? archive->journal_folder() : std::filesystem::path();
  }
};

// With the archive in `archive_dir`, or where the store had it last.
Result<OpenedStore> open_store(const std::filesystem::path& data_dir,
                               std::filesystem::path archive_dir) {
  OpenedStore opened;
  auto store = Store::open(data_dir / "store", verify_map_size);
  if (!store) return store.error();
  opened.store = std::move(*store);
  if (archive_dir.empty()) {
    const auto note = opened.store->read_archive_note();
    if (!note) return note.error();
    if (!*note) return opened;
    archive_dir = (*note)->folder;
  }
  if (!std::filesystem::exists(archive_dir / "store" / "data.mdb")) {
    return EngineError{EngineErrorCode::io, archive_dir.string() + ": no archive in this folder"};
  }
  auto archive = Archive::open_of(*opened.store, archive_dir, verify_map_size);
  if (!archive) return archive.error();
  opened.archive = std::move(*archive);
  return opened;
}

class Verification {
 public:
  explicit Verification(OpenedStore opened, JournalReader reader)
      : store_(std::move(opened.store)),
        archive_(std::move(opened.archive)),
        reader_(std::move(reader)) {}

  Result<void> read_store_position() {
    auto meta = store_->read_meta();
    if (!meta) return meta.error();
    if (*meta) {
      store_position_ = position_of(**meta);
      report_.store_sequence = (*meta)->last_sequence;
    }
    return {};
  }

  Result<void> run(const std::function<void(std::uint64_t)>& progress) {
    if (auto compared = compare_at_store_position(); !compared) return compared;
    for (;;) {
      auto more = reader_.next();
      if (!more) return more.error();
      if (!*more) break;
      if (!apply_batch(state_, reader_, event_, nullptr)) return unreadable(reader_);
      ++report_.batches;
      const std::uint64_t before = report_.events;
      report_.events += reader_.header().event_count;
      if (before / progress_step != report_.events / progress_step) progress(report_.events);
      if (auto compared = compare_at_store_position(); !compared) return compared;
    }
    if (!compared_) {
      return EngineError{EngineErrorCode::disagreement,
                         "the store stands at " + to_string(store_position_) +
                             ", which the journal does not reach: journal ends at " +
                             to_string(reader_.position())};
    }
    return {};
  }

  VerifyReport report() {
    report_.accounts = state_.meta.account_count;
    report_.cards = state_.meta.card_count;
    report_.holds = state_.meta.hold_count;
    report_.movements = state_.meta.movement_count;
    report_.torn_tail = reader_.torn_tail();
    report_.ledger = View(state_, Rules{}).ledger();
    return report_;
  }

 private:
  bool at_store_position() const {
    return reader_.position().last_sequence == store_position_.last_sequence &&
           reader_.position().hash == store_position_.hash;
  }
  Result<void> compare_at_store_position() {
    if (compared_ || !at_store_position()) return {};
    compared_ = true;
    if (auto difference = store_->difference(state_, archive_.get())) {
      return EngineError{EngineErrorCode::disagreement,
                         fmt::format("at {}: {}", to_string(reader_.position()), *difference)};
    }
    return {};
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<Archive> archive_;
  JournalReader reader_;
  JournalPosition store_position_;
  State state_;
  Event event_;
  VerifyReport report_;
  bool compared_ = false;
};

}  // namespace

Result<VerifyReport> verify_journal(const std::filesystem::path& data_dir,
                                    const std::function<void(std::uint64_t)>& progress,
                                    const std::filesystem::path& archive_dir) {
  auto lock = lock_folder(data_dir);
  if (!lock) return lock.error();
  if (auto required = require_store(data_dir); !required) return required.error();
  auto opened = open_store(data_dir, archive_dir);
  if (!opened) return opened.error();
  JournalReader reader(data_dir / "journal", JournalPosition{}, opened->archived_journal());
  Verification verification(std::move(*opened), std::move(reader));
  if (auto read = verification.read_store_position(); !read) return read.error();
  if (auto run = verification.run(progress); !run) return run.error();
  return verification.report();
}

Result<void> dump_journal(const std::filesystem::path& data_dir,
                          const std::function<void(std::string_view)>& line,
                          const std::filesystem::path& archive_dir) {
  auto lock = lock_folder(data_dir);
  if (!lock) return lock.error();
  // A journal without its store can be dumped all the same.
  std::filesystem::path archived = archive_dir.empty() ? archive_dir : archive_dir / "journal";
  if (archived.empty() && require_store(data_dir)) {
    const auto opened = open_store(data_dir, {});
    if (!opened) return opened.error();
    archived = opened->archived_journal();
  }
  JournalReader reader(data_dir / "journal", JournalPosition{}, archived);
  Event event;
  for (;;) {
    auto more = reader.next();
    if (!more) return more.error();
    if (!*more) return {};
    auto bytes = reader.events();
    for (std::uint32_t i = 0; i < reader.header().event_count; ++i) {
      if (!decode_event(bytes, event)) return unreadable(reader);
      line(event_json(event));
    }
  }
}

}  // namespace engine
