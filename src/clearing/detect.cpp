#include "clearing/detect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "clearing/base2_layout.hpp"
#include "clearing/line_ends.hpp"

namespace holdfast::clearing {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t mti_size = 4;

// True where the bytes are "1" and three digits: the MTIs of ISO 8583:1993, which IPM uses.
bool is_mti(Bytes bytes, std::uint8_t zero) {
  if (bytes.size() < mti_size || bytes[0] != zero + 1) return false;
  return std::all_of(bytes.begin(), bytes.begin() + mti_size,
                     [zero](std::uint8_t byte) { return byte >= zero && byte <= zero + 9; });
}

struct MessagesSeen {
  std::size_t latin1 = 0;
  std::size_t cp500 = 0;
  std::size_t most() const { return std::max(latin1, cp500); }
};

// Walks from length to length and counts what begins like a message. A wrong guess about the
// prefixes or the blocks meets a length that cannot be within a record or two.
MessagesSeen count_messages(Bytes stream, LengthPrefix prefix) {
  MessagesSeen seen;
  while (stream.size() >= length_prefix_size + mti_size) {
    const auto length = stated_length(prefix, stream.first<length_prefix_size>());
    if (!length || *length == 0 || *length > message_size_max) break;
    const Bytes message = stream.subspan(length_prefix_size);
    if (is_mti(message, '0')) ++seen.latin1;
    if (is_mti(message, 0xF0)) ++seen.cp500;
    if (*length > message.size()) break;
    stream = message.subspan(*length);
  }
  return seen;
}

// The longest run of whole blocks within the head, without their ends; empty when there is none.
std::vector<std::uint8_t> unblocked(Bytes head) {
  if (head.size() < block_size) return {};
  std::vector<std::uint8_t> stream(head.begin(), head.end());
  std::size_t position_in_block = 0;
  const auto kept = unblock_in_place(stream, position_in_block);
  if (kept) {
    stream.resize(*kept);
    return stream;
  }
  // Damage further on does not make the blocks before it less blocked.
  stream.clear();
  for (Bytes rest = head; rest.size() >= block_size; rest = rest.subspan(block_size)) {
    if (rest[block_data_size] != block_fill || rest[block_data_size + 1] != block_fill) break;
    stream.insert(stream.end(), rest.begin(), rest.begin() + block_data_size);
  }
  return stream;
}

std::optional<IpmLayout> detect_ipm(Bytes head) {
  std::optional<IpmLayout> best;
  std::size_t most = 0;
  const auto weigh = [&](Bytes stream, LengthPrefix prefix, bool blocked) {
    const MessagesSeen seen = count_messages(stream, prefix);
    // A file of one block reads the same both ways; blocks that are there win.
    if (seen.most() == 0 || seen.most() < most || (seen.most() == most && !blocked)) return;
    most = seen.most();
    best =
        IpmLayout{prefix, blocked, seen.cp500 > seen.latin1 ? CodePage::cp500 : CodePage::latin1};
  };
  const std::vector<std::uint8_t> stream_in_blocks = unblocked(head);
  for (const LengthPrefix prefix : {LengthPrefix::vbs, LengthPrefix::rdw}) {
    weigh(head, prefix, false);
    weigh(stream_in_blocks, prefix, true);
  }
  return best;
}

bool are_digits(Bytes bytes, std::uint8_t zero) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [zero](std::uint8_t byte) { return byte >= zero && byte <= zero + 9; });
}

// Where the first line ends; the head's size where it does not.
std::size_t first_line_size(Bytes head, CodePage code_page) {
  const auto end = std::find_if(head.begin(), head.end(), [code_page](std::uint8_t byte) {
    return is_line_end(byte, code_page);
  });
  return static_cast<std::size_t>(end - head.begin());
}

Base2Layout base2_layout_of(Bytes head) {
  Base2Layout layout;
  const bool is_ebcdic = !head.empty() && head[0] >= 0xF0 && head[0] <= 0xF9;
  layout.code_page = is_ebcdic ? CodePage::cp500 : CodePage::latin1;
  layout.has_line_ends =
      head.size() > base2_line_size && is_line_end(head[base2_line_size], layout.code_page);
  return layout;
}

// A transaction code that a file may begin with and, but for a header, its qualifier and TCR 0.
bool begins_like_base2(Bytes head, std::uint8_t zero) {
  constexpr std::array<std::string_view, 9> codes = {"90", "05", "06", "07", "25",
                                                     "26", "27", "91", "92"};
  if (head.size() < 4 || !are_digits(head.first(4), zero)) return false;
  const std::array<char, 2> code = {static_cast<char>(head[0] - zero + '0'),
                                    static_cast<char>(head[1] - zero + '0')};
  const std::string_view text(code.data(), code.size());
  return std::find(codes.begin(), codes.end(), text) != codes.end() &&
         (text == "90" || head[3] == zero);
}

// How far the beginning speaks for Base II.
enum class Likeness { none, beginning, lines };

Likeness base2_likeness(Bytes head, const Base2Layout& layout) {
  // Every kind of line that a file may begin with has digits up to here at least.
  constexpr std::size_t digits_at_least = 13;
  const std::uint8_t zero = layout.code_page == CodePage::cp500 ? 0xF0 : '0';
  if (!begins_like_base2(head, zero)) return Likeness::none;
  if (first_line_size(head, layout.code_page) >= base2_line_size) {
    const Bytes behind = head.size() > base2_line_size ? head.subspan(base2_line_size) : Bytes{};
    const bool next_line = behind.size() >= 4 && are_digits(behind.first(4), zero);
    if (layout.has_line_ends || next_line) return Likeness::lines;
  }
  const bool digits =
      head.size() >= digits_at_least && are_digits(head.first(digits_at_least), zero);
  return digits ? Likeness::beginning : Likeness::none;
}

// Half of the lines at least begin with a brace. Some may be malformed, the first among them; a
// text with an example in it is no clearing file.
bool looks_like_jsonl(Bytes head) {
  constexpr std::array<std::uint8_t, 3> byte_order_mark = {0xEF, 0xBB, 0xBF};
  if (head.size() >= 3 &&
      std::equal(byte_order_mark.begin(), byte_order_mark.end(), head.begin())) {
    head = head.subspan(byte_order_mark.size());
  }
  std::size_t objects = 0;
  std::size_t others = 0;
  bool at_line_start = true;
  for (const std::uint8_t byte : head) {
    const bool is_blank = byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
    if (at_line_start && !is_blank) ++(byte == '{' ? objects : others);
    at_line_start = byte == '\n' || (at_line_start && is_blank);
  }
  return objects > 0 && objects >= others;
}

}  // namespace

Detected detect(Bytes head) {
  Detected detected;
  detected.base2 = base2_layout_of(head);
  const Likeness base2 = base2_likeness(head, detected.base2);
  if (const auto layout = detect_ipm(head)) {
    detected.format = Format::ipm;
    detected.ipm = *layout;
  } else if (base2 != Likeness::lines && looks_like_jsonl(head)) {
    detected.format = Format::jsonl;
  } else if (base2 != Likeness::none) {
    // Of a first line that is cut short or too long the reader says so.
    detected.format = Format::base2;
  }
  return detected;
}

std::string describe_beginning(Bytes head) {
  const Bytes line = head.first(first_line_size(head, CodePage::latin1));
  const auto is_text = [](std::uint8_t byte) { return byte >= 0x20 || byte == '\t'; };
  if (!std::all_of(line.begin(), line.end(), is_text))
    return "it begins with bytes that are no text";
  if (line.size() == head.size())
    return fmt::format("it begins with {} bytes without a line end", line.size());
  return fmt::format("its first line has {} bytes", line.size());
}

}  // namespace holdfast::clearing
