// Clearing files of what the load authorized: each record finds its hold by the lifecycle id, as
// most records of a network do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "bench/authorizing.hpp"
#include "bench/request_maker.hpp"
#include "clearing/record.hpp"
#include "error.hpp"
#include "iso8583/dialect.hpp"

namespace holdfast::bench {

// The first presentment of a purchase, for what was authorized, with an ARN of its own.
clearing::ClearingRecord presentment(const RequestMaker& requests,
                                     const ApprovedPurchase& approved);

// Writes an IPM file of one presentment for each purchase, in their order. `number` tells the
// files of a run apart, 1 to 99999; `dialect` is the file's.
Outcome<void> write_clearing_file(const std::filesystem::path& file, unsigned number,
                                  const iso8583::Dialect& dialect, const RequestMaker& requests,
                                  std::span<const ApprovedPurchase> purchases);

}  // namespace holdfast::bench
