// Mastercard's private data subelements: tag n4, length n3, value, one behind the other.
#include <fmt/format.h>

#include "bytes.hpp"
#include "iso8583/composite.hpp"

namespace iso8583 {
namespace {

constexpr std::size_t tag_size = 4;
constexpr std::size_t length_size = 3;
constexpr std::size_t head_size = tag_size + length_size;
constexpr std::size_t carrier_size_max = 999;
constexpr std::size_t value_size_max = carrier_size_max - head_size;
constexpr int tag_max = 9999;

std::size_t number_of(std::string_view digits) {
  std::size_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::size_t>(c - '0');
  return number;
}

// Whether the text ends within a subelement, or is no list at all.
bool is_cut(std::string_view text) {
  PdsReader reader(text);
  for (;;) {
    const auto pds = reader.next();
    if (!pds) return true;
    if (!*pds) return false;
  }
}

// A producer may cut the list where a carrier is full, instead of between two subelements.
bool goes_on_in_next(const Message& message, std::span<const int> carriers) {
  for (std::size_t i = 0; i + 1 < carriers.size(); ++i) {
    const std::string_view text = message.get(carriers[i]);
    const bool may = text.size() == carrier_size_max && !message.get(carriers[i + 1]).empty();
    if (may && is_cut(text)) return true;
  }
  return false;
}

}  // namespace

PdsReader::PdsReader(const Dialect& dialect, const Message& message)
    : carriers_(dialect.pds_carriers()), message_(&message) {
  if (carriers_.empty()) return;
  if (goes_on_in_next(message, carriers_)) {
    auto joined = std::make_shared<std::string>();
    for (const int carrier : carriers_) *joined += message.get(carrier);
    joined_ = std::move(joined);
    carrier_ = carriers_.size();
    text_ = *joined_;
  } else {
    text_ = message.get(carriers_.front());
  }
}

int PdsReader::field() const {
  if (joined_) return carriers_.front();
  return carrier_ < carriers_.size() ? carriers_[carrier_] : 0;
}

boost::system::result<std::optional<Pds>, CompositeError> PdsReader::next() {
  while (position_ == text_.size()) {
    if (carrier_ + 1 >= carriers_.size()) return std::optional<Pds>();
    text_ = message_->get(carriers_[++carrier_]);
    position_ = 0;
  }
  const std::string_view rest = text_.substr(position_);
  if (rest.size() < tag_size || !is_numeric(rest.substr(0, tag_size))) {
    return CompositeError{CompositeErrorCode::bad_tag, position_};
  }
  if (rest.size() < head_size || !is_numeric(rest.substr(tag_size, length_size))) {
    return CompositeError{CompositeErrorCode::bad_length, position_ + tag_size};
  }
  const std::size_t length = number_of(rest.substr(tag_size, length_size));
  if (length > rest.size() - head_size) {
    return CompositeError{CompositeErrorCode::truncated, position_};
  }
  position_ += head_size + length;
  const int tag = static_cast<int>(number_of(rest.substr(0, tag_size)));
  return std::optional<Pds>(Pds{tag, rest.substr(head_size, length)});
}

std::optional<std::string_view> PdsReader::find(int tag) const {
  PdsReader reader = *this;
  reader.position_ = 0;
  if (message_ != nullptr && !carriers_.empty() && !joined_) {
    reader.carrier_ = 0;
    reader.text_ = message_->get(carriers_.front());
  }
  for (auto pds = reader.next(); pds && *pds; pds = reader.next()) {
    if ((*pds)->tag == tag) return (*pds)->value;
  }
  return std::nullopt;
}

boost::system::result<std::vector<std::string>, CompositeError> write_pds(
    std::span<const Pds> list, std::size_t carrier_count) {
  std::vector<std::string> carriers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Pds& pds = list[i];
    if (pds.tag < 0 || pds.tag > tag_max) return CompositeError{CompositeErrorCode::bad_tag, i};
    const std::size_t size = head_size + pds.value.size();
    if (carriers.empty() || carriers.back().size() + size > carrier_size_max) {
      carriers.emplace_back();
    }
    if (pds.value.size() > value_size_max || carriers.size() > carrier_count) {
      return CompositeError{CompositeErrorCode::too_long, i};
    }
    carriers.back() += fmt::format("{:04}{:03}{}", pds.tag, pds.value.size(), pds.value);
  }
  return carriers;
}

}  // namespace iso8583
