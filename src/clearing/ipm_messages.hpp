// The messages of an IPM file, one after another, as what stands at its places. What clears
// nothing is recorded; any other message is a record of ipm_record.hpp, or rejected.
//
//   1740   fee collection: 700, 780 return, 781 resubmission, 782 arbitration return, 783 of the
//          clearing system, 790 funds transfer, 791 its backout
//   1644   603, 605 retrieval request, its acknowledgement   691 message exception
//          640 currency update                               693 text
//          680, 685, 688 the network's sums                  696 addendum
//                                                            699 file reject
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "clearing/record.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

// What is recorded, by MTI and DE24; nothing for everything else. A message that could be read in
// part still has its kind.
std::optional<RecordedKind> recorded_kind_of(const iso8583::Message& message);

// Their order counts: an addendum belongs to the presentment before it, and the message behind a
// message exception is one that was refused.
class IpmMessages {
 public:
  // The dialect outlives it.
  explicit IpmMessages(const iso8583::Dialect& dialect) : dialect_(&dialect) {}

  // `decoded` is what decode() said of the message.
  FileItem next(const iso8583::Message& message,
                const boost::system::result<void, iso8583::CodecError>& decoded,
                std::uint64_t number);
  // A header or trailer: what stood before it says nothing of what follows.
  void begin_group();

 private:
  struct Presentment {
    std::uint64_t number = 0;    // 0: none
    std::string message_number;  // DE71
    std::string pan;
  };

  void remember(const iso8583::Message& message, std::uint64_t number,
                std::optional<RecordedKind> kind);
  FileItem fee_collection(const iso8583::Message& message, std::uint64_t number) const;
  RecordedMessage recorded(const iso8583::Message& message, RecordedKind kind,
                           std::uint64_t number) const;
  // The number of the presentment that an addendum belongs to.
  std::uint64_t presentment_of(const iso8583::Message& addendum) const;

  const iso8583::Dialect* dialect_;
  Presentment presentment_;
  bool next_is_returned_ = false;
};

}  // namespace holdfast::clearing
