// Decoding and encoding, dialect by dialect. `bench-codec`, which lies beside the command,
// measures: a process of its own can count allocations without touching the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "error.hpp"

namespace holdfast::bench {

struct CodecFigures {
  std::string dialect;
  std::string mti;
  std::int64_t fields = 0;
  std::int64_t bytes = 0;
  double decode_ns = 0;          // a message, median of rounds
  double encode_ns = 0;          // a message, median of rounds
  std::int64_t allocations = 0;  // in all measured loops
};

// All dialects of `dialects_folder`, in the order of their names.
Outcome<std::vector<CodecFigures>> measure_codec(const std::filesystem::path& dialects_folder,
                                                 const std::filesystem::path& log_folder);

}  // namespace holdfast::bench
