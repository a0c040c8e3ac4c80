#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "clearing/ingest.hpp"

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

json::object amounts_json(const std::map<std::string, std::int64_t>& amounts) {
  json::object object;
  for (const auto& [currency, amount] : amounts) object[currency] = amount;
  return object;
}

}  // namespace

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
                                      {"posted_amounts", amounts_json(report.posted_amounts)},
                                      {"fx_result", amounts_json(report.fx_result)},
                                      {"exceptions", std::move(exceptions)}});
}

}  // namespace holdfast::clearing
