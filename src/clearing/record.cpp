#include "clearing/record.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <memory>

#include "clearing/base2_record.hpp"

namespace holdfast::clearing {
namespace {

struct DigestContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, DigestContextDeleter>;

// The parts of an identity, one after another: a text behind its length, a number in eight
// big-endian bytes, so that no two lists of parts are the same bytes. All parts are bounded
// but a file id, of which identity() puts in the digest's input at most `text_size_max`.
class IdentityParts {
 public:
  explicit IdentityParts(std::string_view domain) { add(domain); }

  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    put(text.data(), std::min(text.size(), text_size_max));
  }

  void add(std::uint64_t number) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(number >> (8 * (bytes.size() - 1 - i)) & 0xFF);
    }
    put(bytes.data(), bytes.size());
  }

  RecordIdentity digest() const {
    // One context a thread: making one costs more than hashing the parts.
    thread_local const DigestContext context(EVP_MD_CTX_new());
    // Fetched once: the library would otherwise look it up for every digest.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> full{};
    const bool hashed = context && sha256 != nullptr &&
                        EVP_DigestInit_ex(context.get(), sha256, nullptr) == 1 &&
                        EVP_DigestUpdate(context.get(), bytes_.data(), size_) == 1 &&
                        EVP_DigestFinal_ex(context.get(), full.data(), nullptr) == 1;
    // SHA-256 of memory cannot fail but for lack of memory; a guessed identity would post twice.
    if (!hashed) std::abort();
    RecordIdentity identity{};
    std::copy_n(full.begin(), identity.size(), identity.begin());
    return identity;
  }

 private:
  static constexpr std::size_t text_size_max = 128;

  void put(const char* bytes, std::size_t count) {
    std::copy_n(bytes, count, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += count;
  }

  std::array<char, 512> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

std::string_view to_string(RecordKind kind) {
  switch (kind) {
    case RecordKind::first_presentment:
      return "first_presentment";
    case RecordKind::second_presentment:
      return "second_presentment";
    case RecordKind::chargeback:
      return "chargeback";
  }
  return "unknown";
}

std::string_view to_string(RecordedKind kind) {
  switch (kind) {
    case RecordedKind::fee_collection:
      return "fee collection";
    case RecordedKind::addendum:
      return "addendum";
    case RecordedKind::retrieval_request:
      return "retrieval request";
    case RecordedKind::currency_update:
      return "currency update";
    case RecordedKind::reconciliation:
      return "reconciliation";
    case RecordedKind::message_exception:
      return "message exception";
    case RecordedKind::returned_message:
      return "returned message";
    case RecordedKind::text_message:
      return "text message";
    case RecordedKind::file_reject:
      return "file reject";
  }
  return "unknown";
}

std::string_view to_string(RejectionCode code) {
  switch (code) {
    case RejectionCode::malformed_message:
      return "malformed_message";
    case RejectionCode::malformed_json:
      return "malformed_json";
    case RejectionCode::line_too_long:
      return "line_too_long";
    case RejectionCode::missing_field:
      return "missing_field";
    case RejectionCode::bad_field:
      return "bad_field";
    case RejectionCode::unknown_currency:
      return "unknown_currency";
    case RejectionCode::currency_exponent_mismatch:
      return "currency_exponent_mismatch";
    case RejectionCode::unsupported_message:
      return "unsupported_message";
  }
  return "unknown";
}

RecordIdentity identity(const ClearingRecord& record, const FileId& file_id) {
  if (!record.arn.empty()) {
    IdentityParts parts("holdfast clearing record by arn");
    parts.add(record.arn);
    parts.add(std::bit_cast<std::uint64_t>(record.amount.amount));
    parts.add(std::uint64_t{record.amount.currency.numeric()});
    parts.add(record.message_type);
    parts.add(record.function_code);
    parts.add(std::uint64_t{record.reversal ? 1U : 0U});
    // A refund under the purchase's number is another record.
    parts.add(std::uint64_t{record.processing_code.view().starts_with('2') ? 1U : 0U});
    parts.add(std::uint64_t{record.sequence ? 1U : 0U});
    parts.add(std::uint64_t{record.sequence.value_or(0)});
    return parts.digest();
  }
  if (!record.record_id.empty()) {
    IdentityParts parts("holdfast clearing record by record_id");
    parts.add(record.record_id);
    return parts.digest();
  }
  IdentityParts parts("holdfast clearing record by position");
  parts.add(file_id.text);
  parts.add(record.number);
  return parts.digest();
}

RecordIdentity first_presentment_identity(const ClearingRecord& second, const FileId& file_id) {
  ClearingRecord first = second;
  static_cast<void>(first.function_code.assign(second.message_type == "1240" ? "200" : ""));
  return identity(first, file_id);
}

RecordIdentity presentment_identity(const ClearingRecord& reversal, const FileId& file_id) {
  ClearingRecord presentment = reversal;
  presentment.reversal = false;
  // Base II tells the direction by the transaction code: 25 takes back 05.
  for (const Base2Reversal& known : base2_reversals) {
    if (reversal.message_type != known.transaction_code) continue;
    static_cast<void>(presentment.message_type.assign(known.presentment_code));
  }
  return identity(presentment, file_id);
}

}  // namespace holdfast::clearing
