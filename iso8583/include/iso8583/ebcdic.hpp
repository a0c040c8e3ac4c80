// EBCDIC code page 500 and latin-1, byte by byte; every byte has a counterpart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace iso8583 {

extern const std::array<std::uint8_t, 256> cp500_to_latin1;
extern const std::array<std::uint8_t, 256> latin1_to_cp500;

// In place, for whole records of a file.
void convert_cp500_to_latin1(std::span<std::uint8_t> bytes);
void convert_latin1_to_cp500(std::span<std::uint8_t> bytes);

}  // namespace iso8583
