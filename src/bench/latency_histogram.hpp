// Latencies by number, within 1 %, in a fixed amount of memory: each power of two is cut into 64
// equal buckets, as an HdrHistogram does.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace holdfast::bench {

inline double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

inline double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

class LatencyHistogram {
 public:
  void record(std::chrono::nanoseconds latency) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
    ++counts_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  void add(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return nanoseconds(max_); }

  // The smallest latency that `share` of all (0 to 1) do not exceed; 0 when nothing was recorded.
  std::chrono::nanoseconds percentile(double share) const {
    const double wanted = share * static_cast<double>(count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (counts_[i] != 0 && static_cast<double>(seen) >= wanted) {
        return nanoseconds(std::min(highest_of(i), max_));
      }
    }
    return max();
  }

 private:
  static constexpr unsigned half_bits = 6;  // 64 buckets for each power of two
  static constexpr std::uint64_t half_count = std::uint64_t{1} << half_bits;
  static constexpr std::size_t bucket_count = (64 - half_bits) * half_count + half_count;

  static std::chrono::nanoseconds nanoseconds(std::uint64_t value) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(value));
  }
  // Values below 128 have a bucket each; above, the highest seven bits choose it.
  static std::size_t bucket_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= half_bits + 1) return value;
    const unsigned shift = width - half_bits - 1;
    return shift * half_count + (value >> shift);
  }
  static std::uint64_t highest_of(std::size_t bucket) {
    if (bucket < 2 * half_count) return bucket;
    const std::uint64_t shift = bucket / half_count - 1;
    const std::uint64_t top = bucket % half_count + half_count;
    return ((top + 1) << shift) - 1;
  }

  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace holdfast::bench
