#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "clearing/ingest.hpp"
#include "engine/money.hpp"

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

json::object amounts_json(const std::map<std::string, std::int64_t>& amounts) {
  json::object object;
  for (const auto& [currency, amount] : amounts) object[currency] = amount;
  return object;
}

std::string amounts_text(const std::map<std::string, std::int64_t>& amounts) {
  std::string text;
  for (const auto& [alpha, amount] : amounts) {
    const auto currency = engine::CurrencyCode::from_alpha(alpha);
    if (!text.empty()) text += ", ";
    text += engine::to_string({amount, currency.value_or(engine::CurrencyCode{})});
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::string to_json(const IngestReport& report) {
  json::array exceptions;
  for (const IngestException& exception : report.exceptions) {
    exceptions.push_back(json::object{
        {"record", exception.record}, {"code", exception.code}, {"detail", exception.detail}});
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

std::string to_text(const IngestReport& report) {
  std::string text = fmt::format(
      "file        {}\n"
      "records     {}\n"
      "posted      {}  (net debits {})\n"
      "matched     {}\n"
      "unmatched   {}\n"
      "duplicates  {}\n"
      "rejected    {}\n",
      report.file_id, report.records, report.posted, amounts_text(report.posted_amounts),
      report.matched, report.unmatched, report.duplicates, report.rejected);
  if (!report.fx_result.empty()) {
    text += fmt::format("fx result   {}\n", amounts_text(report.fx_result));
  }
  for (const IngestException& exception : report.exceptions) {
    fmt::format_to(std::back_inserter(text), "exception   record {}: {}: {}\n", exception.record,
                   exception.code, exception.detail);
  }
  return text;
}

}  // namespace holdfast::clearing
