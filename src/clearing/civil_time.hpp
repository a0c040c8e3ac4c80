// A date and time of day as a clock on the wall of the place showed it: no zone, to the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::clearing {

struct CivilTime {
  std::int16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;

  friend constexpr auto operator<=>(const CivilTime&, const CivilTime&) = default;
};

// "YYYY-MM-DDTHH:MM:SS" of an existing day; nothing for anything else.
std::optional<CivilTime> parse_iso_time(std::string_view text);

// "YYMMDDhhmmss" of this century (IPM DE12); nothing for anything else.
std::optional<CivilTime> parse_compact_time(std::string_view text);

// The two forms above.
std::string to_iso_text(const CivilTime& time);
std::string to_compact_text(const CivilTime& time);

}  // namespace holdfast::clearing
