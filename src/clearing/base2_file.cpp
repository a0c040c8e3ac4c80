#include "clearing/base2_file.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "clearing/base2_dates.hpp"
#include "clearing/base2_record.hpp"
#include "clearing/content_hash.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

// Nothing where the item is a transaction, or its date cannot be read.
std::optional<std::chrono::sys_days> processing_date_of(const Base2Item& item) {
  switch (item.role()) {
    case Base2Role::header:
      return base2_file_date(value_of(item.first(), Base2Field::header_processing_date));
    case Base2Role::batch_trailer:
    case Base2Role::file_trailer:
      return base2_file_date(value_of(item.first(), Base2Field::trailer_processing_date));
    case Base2Role::transaction:
      break;
  }
  return std::nullopt;
}

FileError cut_short(std::uint64_t offset, const char* detail) {
  return FileError{FileErrorCode::truncated, offset, detail};
}

// Follows headers, batches and trailers: what is missing refuses the file, what disagrees flags it.
class GroupCheck {
 public:
  result<void, FileError> take(const Base2Item& item) {
    switch (item.role()) {
      case Base2Role::header:
        return take_header(item);
      case Base2Role::transaction:
        in_group_ = in_batch_ = true;
        batch_.count(item);
        return {};
      case Base2Role::batch_trailer:
        take_batch_trailer(item);
        return {};
      case Base2Role::file_trailer:
        break;
    }
    return take_file_trailer(item);
  }

  // Whether the file may end here.
  bool is_whole() const { return ended_ && !in_group_; }
  // What disagreed first; empty where nothing did.
  std::string& detail() { return detail_; }

 private:
  result<void, FileError> take_header(const Base2Item& item) {
    if (in_group_) {
      return cut_short(item.offset(),
                       "a header follows before the file trailer (92) of the one "
                       "before it");
    }
    in_group_ = has_header_ = true;
    return {};
  }

  void take_batch_trailer(const Base2Item& item) {
    in_group_ = true;
    in_batch_ = false;
    batch_.count(item);
    note(disagreement(item.first(), batch_, fmt::format("batch trailer {}", ++batches_),
                      "the batch"));
    file_.add(std::exchange(batch_, {}));
  }

  result<void, FileError> take_file_trailer(const Base2Item& item) {
    if (in_batch_) {
      return cut_short(item.offset(), "a batch has no trailer (91) before the file trailer");
    }
    if (!has_header_) note("the file trailer has no header (90) before it");
    file_.count(item);
    note(disagreement(item.first(), file_, "file trailer", "the file"));
    file_ = {};
    in_group_ = has_header_ = false;
    ended_ = true;
    return {};
  }

  void note(std::string detail) {
    if (detail_.empty()) detail_ = std::move(detail);
  }

  Base2Totals batch_;
  Base2Totals file_;
  std::uint64_t batches_ = 0;
  bool in_batch_ = false;
  bool in_group_ = false;
  bool has_header_ = false;
  bool ended_ = false;
  std::string detail_;
};

}  // namespace

result<FileSummary, FileError> Base2FileReader::scan() {
  if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
  HashingSource hashing(*source_);
  Base2ItemReader items(hashing, layout_);
  GroupCheck groups;
  FileSummary summary;
  summary.format = Format::base2;
  summary.base2 = layout_;
  for (;;) {
    const auto item = items.next();
    if (!item) return item.error();
    if (*item == nullptr) break;
    if (const auto taken = groups.take(**item); !taken) return taken.error();
    if ((*item)->role() == Base2Role::transaction) ++summary.records;
    if (!processing_date_) processing_date_ = processing_date_of(**item);
  }
  if (!groups.is_whole()) {
    return cut_short(source_->size(), "the file ends without its file trailer (92)");
  }
  summary.trailer_detail = std::move(groups.detail());
  summary.trailer_mismatch = !summary.trailer_detail.empty();
  auto hash = hashing.content_hash();
  if (!hash) return hash.error();
  summary.content_hash = std::move(*hash);
  summary.file_id.text = summary.content_hash;
  return summary;
}

result<std::optional<FileItem>, FileError> Base2FileReader::next() {
  if (!items_) {
    if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
    items_.emplace(*source_, layout_);
  }
  std::optional<FileItem> record;
  for (;;) {
    const auto item = items_->next();
    if (!item) return item.error();
    if (*item == nullptr) return record;
    switch ((*item)->role()) {
      case Base2Role::header:
        if (const auto date = processing_date_of(**item)) processing_date_ = date;
        break;
      case Base2Role::transaction:
        record = normalise(**item, processing_date_, ++number_);
        return record;
      case Base2Role::batch_trailer:
      case Base2Role::file_trailer:
        break;
    }
  }
}

}  // namespace holdfast::clearing
