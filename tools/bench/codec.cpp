// bench-codec DIALECT.toml…: decodes and encodes a typical message of each dialect and prints a
// line of JSON for each. Ends with 1 when a codec loop allocated or did not read back what it
// wrote.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "codec_samples.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/error.hpp"
#include "iso8583/message.hpp"

namespace {

std::uint64_t allocation_count = 0;

void* counted(std::size_t size) {
  ++allocation_count;
  void* memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

// Every allocation of this program is counted; the others (arrays, nothrow) come down to these.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

constexpr std::size_t rounds = 11;
constexpr std::size_t messages_per_round = 20'000;
constexpr std::size_t message_size_max = 2048;

// Processor time: whatever else the machine does, the codec's work is the same.
double cpu_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

struct LoopFigures {
  double ns_per_message = 0;  // median of rounds
  std::uint64_t allocations = 0;
};

// Runs `once` in rounds, after a round that only warms up.
template <class Once>
std::optional<LoopFigures> measure(Once once) {
  std::array<double, rounds> times{};
  LoopFigures figures;
  for (std::size_t round = 0; round <= rounds; ++round) {
    const std::uint64_t allocations_before = allocation_count;
    const double begin = cpu_nanoseconds();
    for (std::size_t i = 0; i < messages_per_round; ++i) {
      if (!once()) return std::nullopt;
    }
    const double time = cpu_nanoseconds() - begin;
    if (round == 0) continue;
    times[round - 1] = time / static_cast<double>(messages_per_round);
    figures.allocations += allocation_count - allocations_before;
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  figures.ns_per_message = times[rounds / 2];
  return figures;
}

// What was decoded is what was encoded.
bool is_same(const iso8583::Message& written, const iso8583::Message& read) {
  if (written.mti() != read.mti()) return false;
  int field = 0;
  do {
    const int next = written.next_field(field);
    if (next != read.next_field(field) || written.get(next) != read.get(next)) return false;
    field = next;
  } while (field != 0);
  return true;
}

bool measure_dialect(const char* file) {
  const auto dialect = iso8583::load_dialect(file);
  if (!dialect) {
    fmt::print(stderr, "{}\n", iso8583::to_string(dialect.error()));
    return false;
  }
  bench_codec::Sample sample;
  bench_codec::make_sample(*dialect, sample);
  std::vector<std::uint8_t> bytes(message_size_max);
  const auto size = iso8583::encode(*dialect, sample.message, bytes);
  if (!size) {
    fmt::print(stderr, "{}: {}\n", file, iso8583::to_string(size.error()));
    return false;
  }
  const std::span<const std::uint8_t> wire(bytes.data(), *size);
  std::vector<std::uint8_t> again(message_size_max);
  iso8583::Message read;
  const auto encoding =
      measure([&] { return iso8583::encode(*dialect, sample.message, again).has_value(); });
  const auto decoding = measure([&] { return iso8583::decode(*dialect, wire, read).has_value(); });
  if (!encoding || !decoding || !is_same(sample.message, read)) {
    fmt::print(stderr, "{}: what was decoded is not what was encoded\n", file);
    return false;
  }
  const std::uint64_t allocations = encoding->allocations + decoding->allocations;
  fmt::print(R"({{"dialect":"{}","mti":"{}","fields":{},"bytes":{},)"
             R"("decode_ns":{:.1f},"encode_ns":{:.1f},"allocations":{}}})"
             "\n",
             dialect->name(), sample.message.mti(), sample.field_count, *size,
             decoding->ns_per_message, encoding->ns_per_message, allocations);
  if (allocations != 0) fmt::print(stderr, "{}: the codec allocated {} times\n", file, allocations);
  return allocations == 0;
}

}  // namespace

int main(int argc, char** argv) {
  bool sound = argc > 1;
  for (int i = 1; i < argc; ++i) sound = measure_dialect(argv[i]) && sound;
  return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}
