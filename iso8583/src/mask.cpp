#include "iso8583/mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bytes.hpp"
#include "emv_tags.hpp"
#include "iso8583/composite.hpp"

namespace iso8583 {
namespace {

constexpr std::size_t pan_size_min = 13;
constexpr std::size_t pan_size_max = 19;
constexpr std::size_t shown_first = 6;
constexpr std::size_t shown_last = 4;
constexpr int constructed_depth_max = 4;

// First six and last four stay, of what is long enough to be a card number.
void hide_middle(char* digits, std::size_t count) {
  const bool shows_ends = count >= pan_size_min;
  const std::size_t begin = shows_ends ? shown_first : 0;
  const std::size_t end = shows_ends ? count - shown_last : count;
  std::fill(digits + begin, digits + end, '*');
}

// Lengths and first digits that card numbers have, for places where any digits may stand.
bool looks_like_card(std::string_view digits) {
  const char first = digits[0];
  switch (digits.size()) {
    case 15:
      return first == '3' && (digits[1] == '4' || digits[1] == '7');
    case 16:
      return first >= '2' && first <= '6';
    case 19:
      return first == '5' || first == '6';
    default:
      return false;
  }
}

// The size of a card number that begins here inside a longer run, 0 when there is none.
std::size_t card_size_at(std::string_view run) {
  for (const std::size_t size : {std::size_t{19}, std::size_t{16}, std::size_t{15}}) {
    if (run.size() < size) continue;
    const std::string_view digits = run.substr(0, size);
    if (looks_like_card(digits) && is_luhn_valid(digits)) return size;
  }
  return 0;
}

void mask_run(std::string& text, std::size_t begin, std::size_t size, bool inside_runs) {
  const std::string run = text.substr(begin, size);
  if (size >= pan_size_min && size <= pan_size_max && is_luhn_valid(run)) {
    hide_middle(text.data() + begin, size);
    return;
  }
  if (!inside_runs) return;
  for (std::size_t i = 0; i + pan_size_min <= size; ++i) {
    const std::size_t card = card_size_at(std::string_view(run).substr(i));
    if (card != 0) hide_middle(text.data() + begin + i, card);
  }
}

// Card numbers as people write them, in groups with a blank or a dash between: "4111 1111 1111
// 1111".
void mask_groups(std::string_view text, std::string& masked) {
  for (std::size_t begin = 0; begin + pan_size_min < text.size(); ++begin) {
    const bool starts_run = is_digit(text[begin]) && (begin == 0 || !is_digit(text[begin - 1]));
    if (!starts_run) continue;
    std::string digits;
    std::vector<std::size_t> places;
    for (std::size_t i = begin; i < text.size() && digits.size() <= pan_size_max; ++i) {
      if (is_digit(text[i])) {
        digits += text[i];
        places.push_back(i);
      } else if ((text[i] != ' ' && text[i] != '-') || !is_digit(text[i - 1])) {
        break;
      }
    }
    if (digits.size() < pan_size_min || digits.size() > pan_size_max) continue;
    const bool is_grouped = places.back() - begin >= digits.size();
    if (!is_grouped || !looks_like_card(digits) || !is_luhn_valid(digits)) continue;
    for (std::size_t i = shown_first; i + shown_last < places.size(); ++i) masked[places[i]] = '*';
  }
}

// Card numbers written as ASCII digits inside bytes that are shown as hex.
void mask_ascii_digits(std::string_view bytes, std::string& hex) {
  const std::string masked = mask_card_numbers(bytes, true);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (masked[i] != bytes[i]) std::fill_n(hex.data() + 2 * i, 2, '*');
  }
}

void mask_objects(std::string_view bytes, std::string& hex, std::size_t offset, int depth) {
  TlvReader reader(bytes);
  for (auto object = reader.next(); object && *object; object = reader.next()) {
    const std::size_t begin = offset + reader.value_offset();
    if ((*object)->is_constructed() && depth < constructed_depth_max &&
        parse_tlv((*object)->value)) {
      mask_objects((*object)->value, hex, begin, depth + 1);
      continue;
    }
    const std::string value = mask_tlv_value((*object)->tag, (*object)->value);
    value.copy(hex.data() + 2 * begin, value.size());
  }
}

}  // namespace

bool is_luhn_valid(std::string_view digits) {
  int sum = 0;
  bool is_doubled = false;
  for (std::size_t i = digits.size(); i-- > 0; is_doubled = !is_doubled) {
    if (!is_digit(digits[i])) return false;
    const int digit = digits[i] - '0';
    sum += is_doubled ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
  }
  return !digits.empty() && sum % 10 == 0;
}

std::string mask_pan(std::string_view pan) {
  std::string masked(pan);
  hide_middle(masked.data(), masked.size());
  return masked;
}

std::string mask_track(std::string_view track) {
  // Track 1 says %B or B first and separates with ^, the others with = or D.
  std::size_t begin = 0;
  while (begin < track.size() && begin < 3 && !is_digit(track[begin])) ++begin;
  std::size_t end = begin;
  while (end < track.size() && is_digit(track[end])) ++end;
  const bool is_separated = end < track.size() && end - begin <= pan_size_max;
  // Without a separator nobody knows where the card number ends: nothing of it is shown.
  if (!is_separated) return std::string(track.size(), '*');
  std::string masked(track);
  hide_middle(masked.data() + begin, end - begin);
  std::fill(masked.begin() + static_cast<std::ptrdiff_t>(end) + 1, masked.end(), '*');
  return masked;
}

std::string mask_card_numbers(std::string_view text, bool inside_runs) {
  std::string masked(text);
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - begin >= pan_size_min) mask_run(masked, begin, end - begin, inside_runs);
    begin = end + 1;
  }
  mask_groups(text, masked);
  return masked;
}

std::string mask_tlv_value(std::uint32_t tag, std::string_view value) {
  std::string hex = to_hex(value);
  const EmvTag* const known = find_emv_tag(tag);
  switch (known == nullptr ? Sensitivity::none : known->sensitivity) {
    case Sensitivity::secret:
      return std::string(hex.size(), '*');
    case Sensitivity::track:
      return mask_track(hex);
    case Sensitivity::pan:
      hide_middle(hex.data(), std::min(hex.find('F'), hex.size()));
      return hex;
    case Sensitivity::none:
      break;
  }
  hex = mask_card_numbers(hex, true);
  mask_ascii_digits(value, hex);
  return hex;
}

std::string mask_tlv(std::string_view bytes) {
  if (!parse_tlv(bytes)) return fmt::format("({} bytes, malformed)", bytes.size());
  std::string hex = to_hex(bytes);
  mask_objects(bytes, hex, 0, 0);
  return hex;
}

}  // namespace iso8583
