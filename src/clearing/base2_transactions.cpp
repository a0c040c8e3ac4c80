#include "clearing/base2_transactions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "clearing/field_checks.hpp"
#include "clearing/line_ends.hpp"
#include "iso8583/ebcdic.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

// The last component that a record takes anything from.
constexpr std::size_t tcr_last_needed = 5;

Base2Role role_of(const Base2Line& line) {
  const std::string_view code = value_of(line, Base2Field::transaction_code);
  if (code == "90") return Base2Role::header;
  if (code == "91") return Base2Role::batch_trailer;
  if (code == "92") return Base2Role::file_trailer;
  return Base2Role::transaction;
}

// Nothing where it is no digit.
std::optional<std::size_t> tcr_of(const Base2Line& line) {
  const auto tcr = number_from(value_of(line, Base2Field::component));
  if (!tcr) return std::nullopt;
  return static_cast<std::size_t>(*tcr);
}

bool line_is_readable(const Base2Line& line) {
  return is_digits(value_of(line, Base2Field::transaction_code)) && tcr_of(line).has_value();
}

// What producers and transfers leave behind the last line, in either code page.
bool is_base2_fill(std::uint8_t byte) {
  return is_line_end(byte, CodePage::latin1) || is_line_end(byte, CodePage::cp500) ||
         byte == 0x00 || byte == ' ' || byte == 0x40 || byte == 0x1A || byte == 0x3F;
}

}  // namespace

result<bool, FileError> Base2LineReader::end_in_fill() {
  for (;;) {
    const auto rest = input_.peek(1);
    if (!rest) return rest.error();
    if (rest->empty()) return false;
    if (!std::all_of(rest->begin(), rest->end(), is_base2_fill)) {
      return FileError{FileErrorCode::malformed_framing, input_.offset(),
                       "bytes that are no line follow the file trailer"};
    }
    input_.consume(rest->size());
  }
}

result<bool, FileError> Base2LineReader::next(Base2Line& line, bool end_expected) {
  input_.consume(pending_);
  pending_ = 0;
  line_offset_ = input_.offset();
  const auto seen = input_.peek(base2_line_size + line_end_size_max);
  if (!seen) return seen.error();
  if (seen->empty()) return false;
  if (end_expected && is_base2_fill(seen->front())) return end_in_fill();

  const auto text = seen->first(std::min(seen->size(), base2_line_size));
  const auto end = std::find_if(text.begin(), text.end(), [this](std::uint8_t byte) {
    return is_line_end(byte, layout_.code_page);
  });
  const auto size = static_cast<std::size_t>(end - text.begin());
  if (size < base2_line_size) {
    return FileError{FileErrorCode::truncated, line_offset_,
                     fmt::format("a line has {} characters instead of {}", size, base2_line_size)};
  }
  pending_ = base2_line_size;
  if (layout_.has_line_ends && seen->size() > base2_line_size) {
    const std::size_t line_end = line_end_size(seen->subspan(base2_line_size), layout_.code_page);
    if (line_end == 0) {
      return FileError{FileErrorCode::malformed_framing, line_offset_,
                       fmt::format("a line has more characters than {}", base2_line_size)};
    }
    pending_ += line_end;
  }
  std::array<std::uint8_t, base2_line_size> bytes{};
  std::copy(text.begin(), text.end(), bytes.begin());
  if (layout_.code_page == CodePage::cp500) iso8583::convert_cp500_to_latin1(bytes);
  std::transform(bytes.begin(), bytes.end(), line.begin(),
                 [](std::uint8_t byte) { return static_cast<char>(byte); });
  return true;
}

void Base2Item::begin(const Base2Line& line, std::uint64_t offset) {
  role_ = role_of(line);
  readable_ = role_ != Base2Role::transaction || (line_is_readable(line) && tcr_of(line) == 0U);
  offset_ = offset;
  line_count_ = 1;
  tcr_last_ = 0;
  lines_[0] = line;
  has_.reset();
  has_.set(0);
}

bool Base2Item::continues_with(const Base2Line& line) const {
  if (role_ != Base2Role::transaction || role_of(line) != Base2Role::transaction) return false;
  const auto tcr = tcr_of(line);
  if (tcr == 0U) return false;
  // One that does not fit spoils what stands before it.
  if (line_is_readable(line)) return true;
  // It may be a component that this transaction lacks, such as the one that tells a part from the
  // whole: better to reject both than to post a draft without it.
  return readable_ && tcr_last_ < tcr_last_needed;
}

void Base2Item::add(const Base2Line& line) {
  ++line_count_;
  const bool fits = line_is_readable(line) && *tcr_of(line) > tcr_last_ &&
                    value_of(line, Base2Field::transaction_code) ==
                        value_of(first(), Base2Field::transaction_code);
  readable_ = readable_ && fits;
  if (!readable_) return;
  tcr_last_ = *tcr_of(line);
  lines_[tcr_last_] = line;
  has_.set(tcr_last_);
}

result<const Base2Item*, FileError> Base2ItemReader::next() {
  const auto read_ahead = [this](bool end_expected) {
    auto read = lines_.next(ahead_, end_expected);
    has_ahead_ = read && *read;
    ahead_offset_ = lines_.offset();
    return read;
  };
  if (!has_ahead_) {
    const auto read = read_ahead(item_.role() == Base2Role::file_trailer);
    if (!read) return read.error();
    if (!*read) return nullptr;
  }
  item_.begin(ahead_, ahead_offset_);
  has_ahead_ = false;
  if (item_.role() != Base2Role::transaction) return &item_;
  for (;;) {
    const auto read = read_ahead(false);
    if (!read) return read.error();
    if (!*read || !item_.continues_with(ahead_)) return &item_;
    item_.add(ahead_);
    has_ahead_ = false;
  }
}

}  // namespace holdfast::clearing
