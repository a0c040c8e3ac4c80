#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdlib>

#include "clearing/ingest.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

json::object amounts_json(const std::map<std::string, std::int64_t>& amounts) {
  json::object object;
  for (const auto& [currency, amount] : amounts) object[currency] = amount;
  return object;
}

}  // namespace

void RecordedSum::add(const RecordedMessage& message) {
  ++records;
  if (!message.amount) return;
  const std::int64_t amount = message.amount->amount;
  (amount < 0 ? debits : credits) += std::abs(amount);
}

void IngestReport::add_exception(IngestException exception) {
  // A file of nothing but errors must not fill the memory with what is wrong with it.
  constexpr std::size_t listed_max = 10'000;
  if (exceptions.size() == listed_max) {
    ++exceptions_not_listed;
    return;
  }
  exceptions.push_back(std::move(exception));
}

std::string to_json(const IngestReport& report) {
  json::array exceptions;
  const auto list = [&exceptions](const IngestException& exception) {
    exceptions.push_back(json::object{
        {"record", exception.record}, {"code", exception.code}, {"detail", exception.detail}});
  };
  for (const IngestException& exception : report.exceptions) list(exception);
  // No record has the number 0: it stands for the file.
  if (report.exceptions_not_listed > 0) {
    list({0, "not_listed", fmt::format("{} more exceptions", report.exceptions_not_listed)});
  }
  return json::serialize(json::object{{"file_id", report.file_id},
                                      {"records", report.records},
                                      {"posted", report.posted},
                                      {"matched", report.matched},
                                      {"unmatched", report.unmatched},
                                      {"duplicates", report.duplicates},
                                      {"rejected", report.rejected},
                                      {"recorded", report.recorded},
                                      {"posted_amounts", amounts_json(report.posted_amounts)},
                                      {"fx_result", amounts_json(report.fx_result)},
                                      {"exceptions", std::move(exceptions)}});
}

std::string to_summary(const IngestReport& report, std::string_view name, std::string_view format,
                       engine::Instant finished_at) {
  json::array categories;
  for (const auto& [key, sum] : report.categories) {
    categories.push_back(json::object{{"category", key.first},
                                      {"currency", key.second},
                                      {"records", sum.records},
                                      {"matched", sum.matched},
                                      {"unmatched", sum.unmatched},
                                      {"posted", sum.posted}});
  }
  json::array recorded;
  for (const auto& [key, sum] : report.recorded_messages) {
    json::value currency;
    if (!key.second.empty()) currency = key.second;
    recorded.push_back(json::object{{"category", key.first},
                                    {"currency", std::move(currency)},
                                    {"records", sum.records},
                                    {"credits", sum.credits},
                                    {"debits", sum.debits}});
  }
  return json::serialize(json::object{{"id", report.run_id},
                                      {"file_id", report.file_id},
                                      {"name", name},
                                      {"format", format},
                                      {"status", "done"},
                                      {"finished_at", format_rfc3339(finished_at)},
                                      {"report", json::parse(to_json(report))},
                                      {"categories", std::move(categories)},
                                      {"recorded_messages", std::move(recorded)}});
}

std::string run_id(const engine::FileDigest& file, std::uint32_t ordinal) {
  return fmt::format("{}-{}", record_key({file.bytes}).substr(0, 16), ordinal);
}

std::filesystem::path runs_folder(const Config& config) {
  return config.data_dir / "clearing" / "runs";
}

std::string record_key(const engine::ClearingIdentity& identity) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * identity.bytes.size());
  for (const std::uint8_t byte : identity.bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

std::optional<engine::ClearingIdentity> parse_record_key(std::string_view text) {
  engine::ClearingIdentity identity;
  if (text.size() != identity.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < identity.bytes.size(); ++i) {
    const char* const end = text.data() + 2 * i + 2;
    if (std::from_chars(text.data() + 2 * i, end, identity.bytes[i], 16).ptr != end) {
      return std::nullopt;
    }
  }
  return identity;
}

}  // namespace holdfast::clearing
