// Every reply is looked at: is it one, whose is it, and what does it say.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bench/request_maker.hpp"
#include "iso8583/dialect.hpp"

namespace holdfast::bench {

enum class Answering : std::uint8_t {
  echo,       // the request's own bytes come back
  authorize,  // 0110 with DE39
};

struct ReplyFacts {
  std::uint32_t stan = 0;
  std::uint64_t sequence = 0;
  bool is_approved = true;  // an echo, too
};

// What was counted besides what was right.
struct ReplyCounts {
  std::uint64_t approved = 0;                     // every echo counts as one
  std::map<std::string, std::uint64_t> declined;  // by DE39
  std::uint64_t wrong = 0;                        // unreadable, another MTI, nobody's
  std::string first_wrong;                        // what was wrong with the first of these

  void add(const ReplyCounts& other);
  std::uint64_t declined_count() const;
};

class ReplyChecker {
 public:
  ReplyChecker(Answering answering, const iso8583::Dialect& dialect, const RequestMaker& requests)
      : answering_(answering), dialect_(dialect), requests_(requests) {}

  // Reads a whole frame and counts its response code. Nothing when it is no reply; that is
  // counted as wrong.
  std::optional<ReplyFacts> read(std::span<const std::uint8_t> frame);
  void count_wrong(std::string_view why);
  const ReplyCounts& counts() const { return counts_; }

 private:
  // Where the fields lie in a reply; the same for all replies with the same bitmap, as long as
  // no field before them changes its length.
  struct Layout {
    std::array<std::uint8_t, 16> bitmap{};
    std::size_t size = 0;
    std::size_t stan = 0;
    std::size_t sequence = 0;
    std::size_t code = 0;
  };
  const Layout* find_layout(std::span<const std::uint8_t> payload);
  std::optional<ReplyFacts> read_echo(std::span<const std::uint8_t> frame);
  std::optional<ReplyFacts> read_authorization(std::span<const std::uint8_t> payload);

  Answering answering_;
  const iso8583::Dialect& dialect_;
  const RequestMaker& requests_;
  iso8583::Message message_;
  Layout layout_;
  ReplyCounts counts_;
};

}  // namespace holdfast::bench
