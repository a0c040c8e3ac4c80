#include "clearing/ipm_file.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "clearing/content_hash.hpp"
#include "clearing/field_checks.hpp"
#include "clearing/ipm_record.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

// Counts what lies between a header and its trailer, and holds the trailer to it.
class TrailerCheck {
 public:
  bool is_within_group() const { return messages_ > 0; }

  // `is_whole`: nothing in the message was unreadable.
  void count(const iso8583::Message& message, bool is_whole) {
    ++messages_;
    if (const auto amount = number_from(message.get(4))) sum_ = (sum_ + *amount) % amount_sum_limit;
    knows_amounts_ &= is_whole || message.has(4);
  }

  void begin(const IpmControl& header) {
    header_seen_ = true;
    header_file_id_ = header.file_id;
  }

  // Empty when the trailer agrees. Starts over for the next group.
  std::string end(const IpmControl& trailer, bool is_whole) {
    const TrailerCheck counted = std::exchange(*this, TrailerCheck());
    if (!counted.header_seen_) return "a trailer has no header before it";
    if (!is_whole) return "the trailer cannot be read to its end";
    if (!trailer.unreadable.empty()) {
      return fmt::format("{} of the trailer cannot be read", trailer.unreadable);
    }
    if (trailer.message_count && *trailer.message_count != counted.messages_) {
      return fmt::format("the trailer counts {} messages, the file has {}", *trailer.message_count,
                         counted.messages_);
    }
    // Without the amount of a record that could not be read, nothing speaks against the trailer.
    if (counted.knows_amounts_ && trailer.amount_checksum &&
        *trailer.amount_checksum != counted.sum_) {
      return fmt::format("the trailer's amount checksum is {}, the amounts sum up to {}",
                         *trailer.amount_checksum, counted.sum_);
    }
    if (!trailer.file_id.empty() && !counted.header_file_id_.empty() &&
        trailer.file_id != counted.header_file_id_) {
      return "header and trailer name different file ids";
    }
    return {};
  }

 private:
  std::int64_t messages_ = 0;
  std::int64_t sum_ = 0;
  bool knows_amounts_ = true;
  bool header_seen_ = false;
  std::string header_file_id_;
};

}  // namespace

IpmFileReader::MessageStream::MessageStream(ByteSource& source, const IpmLayout& layout) {
  if (layout.blocked) unblocking_ = std::make_unique<UnblockingSource>(source);
  reader_.emplace(layout.blocked ? static_cast<ByteSource&>(*unblocking_) : source, layout.prefix);
}

result<FileSummary, FileError> IpmFileReader::scan() {
  if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
  HashingSource hashing(*source_);
  MessageStream messages(hashing, layout_);
  TrailerCheck check;
  FileSummary summary;
  summary.format = Format::ipm;
  summary.ipm = layout_;
  bool after_trailer = false;
  for (;;) {
    const std::uint64_t offset = messages.offset();
    const auto bytes = messages.next(after_trailer);
    if (!bytes) return bytes.error();
    if (!*bytes) break;
    // A message that cannot be read is rejected in the second pass; here it only counts.
    const bool is_whole = decode(*dialect_, **bytes, message_).has_value();
    const IpmRole role = role_of(message_);
    after_trailer = role == IpmRole::trailer;
    if (role == IpmRole::header && check.is_within_group()) {
      return FileError{FileErrorCode::truncated, offset,
                       "a header comes before the trailer of what stands before it"};
    }
    check.count(message_, is_whole);
    if (role == IpmRole::record) {
      ++summary.records;
      continue;
    }
    const IpmControl control = read_control(*dialect_, message_);
    if (summary.file_id.text.empty()) summary.file_id.text = control.file_id;
    if (role == IpmRole::header) {
      check.begin(control);
    } else if (std::string detail = check.end(control, is_whole);
               !detail.empty() && !summary.trailer_mismatch) {
      summary.trailer_mismatch = true;
      summary.trailer_detail = std::move(detail);
    }
  }
  if (!after_trailer) {
    return FileError{FileErrorCode::truncated, source_->size(),
                     "the file ends without its trailer"};
  }
  auto hash = hashing.content_hash();
  if (!hash) return hash.error();
  summary.content_hash = std::move(*hash);
  if (summary.file_id.text.empty()) summary.file_id.text = summary.content_hash;
  return summary;
}

result<std::optional<FileItem>, FileError> IpmFileReader::next() {
  if (!messages_) {
    if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
    messages_ = std::make_unique<MessageStream>(*source_, layout_);
  }
  for (;;) {
    const auto bytes = messages_->next(after_trailer_);
    if (!bytes) return bytes.error();
    if (!*bytes) return std::optional<FileItem>();
    const auto decoded = decode(*dialect_, **bytes, message_);
    const IpmRole role = role_of(message_);
    after_trailer_ = role == IpmRole::trailer;
    if (role == IpmRole::record) return std::optional(items_.next(message_, decoded, ++number_));
    items_.begin_group();
  }
}

}  // namespace holdfast::clearing
