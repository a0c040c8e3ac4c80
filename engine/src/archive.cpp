#include "archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "journal_file.hpp"

namespace engine {
namespace {

constexpr std::uint8_t mark_key[] = {'m', 'a', 'r', 'k'};

ArchiveMark new_mark() {
  ArchiveMark mark;
  std::random_device random;
  std::generate(mark.id.begin(), mark.id.end(),
                [&random] { return static_cast<std::uint8_t>(random()); });
  return mark;
}

Result<void> put_mark(lmdb::WriteTransaction& transaction, MDB_dbi table, const ArchiveMark& mark) {
  return transaction.put(table, mark_key,
                         {reinterpret_cast<const std::uint8_t*>(&mark), sizeof mark});
}

EngineError not_the_archive(const std::filesystem::path& folder, std::string_view why) {
  return {EngineErrorCode::disagreement, fmt::format("archive {}: {}", folder.string(), why)};
}

}  // namespace

Result<std::unique_ptr<Archive>> Archive::open(const std::filesystem::path& folder,
                                               std::size_t map_size) {
  std::error_code ec;
  std::filesystem::create_directories(folder / "store", ec);
  if (!ec) std::filesystem::create_directories(folder / "journal", ec);
  if (ec) return EngineError{EngineErrorCode::io, folder.string() + ": " + ec.message()};
  // Before LMDB opens anything: another switch's archive, or the data folder under another name,
  // must not be touched.
  auto lock = DataLock::take(folder);
  if (!lock) return lock.error();
  auto environment = lmdb::Environment::open((folder / "store").string(), map_size,
                                             State::archived_table_count + 1);
  if (!environment) return environment.error();
  std::unique_ptr<Archive> archive(new Archive(folder, std::move(*lock), std::move(*environment)));
  if (auto opened = archive->open_tables(); !opened) return opened.error();
  for (const auto& made : {folder / "store", folder, folder / ".."}) {
    if (auto synced = sync_file(made); !synced) return synced.error();
  }
  auto snapshot = archive->environment_.snapshot();
  if (!snapshot) return snapshot.error();
  archive->snapshot_.emplace(std::move(*snapshot));
  if (auto read = archive->read_mark(); !read) return read.error();
  return archive;
}

Result<std::unique_ptr<Archive>> Archive::open_of(const Store& store,
                                                  const std::filesystem::path& folder,
                                                  std::size_t map_size) {
  const auto note = store.read_archive_note();
  if (!note) return note.error();
  if (folder.empty()) {
    if (!*note) return std::unique_ptr<Archive>{};
    return EngineError{
        EngineErrorCode::disagreement,
        fmt::format("records of this store lie in the archive {}: its folder must be named",
                    (*note)->folder)};
  }
  auto archive = open(folder, map_size);
  if (!archive) return archive.error();
  const ArchiveMark& mark = (*archive)->mark();
  if (!*note && mark.moves > 0) {
    return not_the_archive(folder, "it belongs to another store; name a new folder");
  }
  if (*note && mark.id != (*note)->mark.id) {
    return not_the_archive(
        folder, fmt::format("it is not the one of this store, which was in {}", (*note)->folder));
  }
  if (*note && mark.moves < (*note)->mark.moves) {
    return not_the_archive(folder, "it is an old copy: records that were moved to it are missing");
  }
  return archive;
}

Result<void> Archive::claim(const Store& store) {
  const auto note = store.read_archive_note();
  if (!note) return note.error();
  if (!*note || (*note)->folder != folder_.string()) {
    const ArchiveMark& known = *note ? (*note)->mark : mark_;
    if (auto noted = store.write_archive_note({known, folder_.string()}); !noted) return noted;
  }
  // From now on it is no other store's, even if nothing is ever moved to it.
  return mark_.moves == 0 ? count_move() : Result<void>{};
}

Result<void> Archive::open_tables() {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  State names;
  std::size_t i = 0;
  Result<void> result;
  names.for_each_archived_table([&](auto& table) {
    const auto dbi = transaction->open_table(table.name());
    if (!dbi) {
      result = dbi.error();
    } else {
      tables_[i++] = {table.name(), *dbi};
    }
  });
  if (!result) return result;
  const auto meta = transaction->open_table("meta");
  if (!meta) return meta.error();
  meta_ = *meta;
  if (Store::is_of_a_store(*transaction, meta_)) {
    return not_the_archive(folder_, "this is a switch's data folder; name a new folder");
  }
  if (!transaction->get(meta_, mark_key)) {
    if (auto put = put_mark(*transaction, meta_, new_mark()); !put) return put;
  }
  return transaction->commit();
}

Result<void> Archive::read_mark() {
  const auto bytes = snapshot_->get(meta_, mark_key);
  if (!bytes || bytes->size() != sizeof mark_) {
    return EngineError{EngineErrorCode::wrong_format, folder_.string() + ": this is no archive"};
  }
  std::memcpy(&mark_, bytes->data(), sizeof mark_);
  return {};
}

void Archive::attach(State& state) {
  state.for_each_archived_table(
      [this](auto& table) { table.attach_archive(find(table.name())->dbi, &*snapshot_); });
}

Result<void> Archive::add(std::string_view table, std::vector<StoredRecord>& records) {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  const MDB_dbi dbi = find(table)->dbi;
  std::erase_if(records, [&](const StoredRecord& record) {
    const auto archived = transaction->get(dbi, record.key);
    return archived && !std::equal(archived->begin(), archived->end(), record.bytes.begin(),
                                   record.bytes.end());
  });
  if (records.empty()) return {};
  for (const StoredRecord& record : records) {
    if (auto put = transaction->put(dbi, record.key, record.bytes); !put) return put;
  }
  return commit_move(*transaction);
}

Result<void> Archive::count_move() {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  return commit_move(*transaction);
}

Result<void> Archive::commit_move(lmdb::WriteTransaction& transaction) {
  ArchiveMark mark = mark_;
  ++mark.moves;
  if (auto put = put_mark(transaction, meta_, mark); !put) return put;
  if (auto committed = transaction.commit(); !committed) return committed;
  mark_ = mark;
  return {};
}

const Archive::ArchivedTable* Archive::find(std::string_view table) const {
  const auto place = std::find_if(tables_.begin(), tables_.end(),
                                  [table](const ArchivedTable& t) { return t.name == table; });
  return place == tables_.end() ? nullptr : &*place;
}

std::optional<lmdb::Bytes> Archive::get(std::string_view table, lmdb::Bytes key) const {
  const ArchivedTable* found = find(table);
  return found == nullptr ? std::nullopt : snapshot_->get(found->dbi, key);
}

std::size_t Archive::entry_count(std::string_view table) const {
  const ArchivedTable* found = find(table);
  return found == nullptr ? 0 : snapshot_->entry_count(found->dbi);
}

}  // namespace engine
