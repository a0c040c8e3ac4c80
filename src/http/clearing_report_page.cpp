#include "http/clearing_report_page.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include "engine/money.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string cell_of(const json::object& object, std::string_view key) {
  const json::value& value = object.at(key);
  return escaped(value.is_string() ? std::string(value.get_string()) : json::serialize(value));
}

std::string amount_of(const json::value& amount, std::string_view currency) {
  const auto code = engine::CurrencyCode::from_alpha(currency);
  const auto minor = amount.to_number<std::int64_t>();
  return escaped(code ? engine::to_string({minor, *code}) : fmt::format("{} {}", minor, currency));
}

std::string amounts_of(const json::object& report, std::string_view key) {
  std::string text;
  for (const auto& [currency, amount] : report.at(key).as_object()) {
    if (!text.empty()) text += ", ";
    text += amount_of(amount, currency);
  }
  return text.empty() ? "none" : text;
}

std::string recorded_section(const json::array& messages) {
  if (messages.empty()) return {};
  std::string section =
      "<h2>Recorded: moves nothing on customers' accounts</h2>\n<table><tr><th>category</th>"
      "<th class=\"n\">records</th><th class=\"n\">credit to the bank</th>"
      "<th class=\"n\">debit to the bank</th></tr>\n";
  for (const json::value& item : messages) {
    const json::object& sum = item.as_object();
    const json::value& currency = sum.at("currency");
    const auto amount = [&](std::string_view key) {
      if (currency.is_null()) return std::string();
      return amount_of(sum.at(key), json::value_to<std::string>(currency));
    };
    section += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "</tr>\n",
        cell_of(sum, "category"), cell_of(sum, "records"), amount("credits"), amount("debits"));
  }
  return section + "</table>\n";
}

constexpr std::string_view style =
    "body{font:14px/1.4 sans-serif;margin:2em auto;max-width:60em}"
    "table{border-collapse:collapse;margin:1em 0;width:100%}"
    "th,td{border-bottom:1px solid #bbb;padding:.25em .5em;text-align:left}"
    ".n{text-align:right}";

}  // namespace

std::string clearing_report_page(const json::object& summary) {
  const json::object& report = summary.at("report").as_object();
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>Clearing {0}</title><style>{1}</style></head><body>\n"
      "<h1>Clearing file {0}</h1>\n<p>{2}, {3}, done at {4}, run {5}</p>\n<table>\n",
      cell_of(summary, "name"), style, cell_of(summary, "file_id"), cell_of(summary, "format"),
      cell_of(summary, "finished_at"), cell_of(summary, "id"));
  for (const char* key :
       {"records", "posted", "matched", "unmatched", "duplicates", "rejected", "recorded"}) {
    page += fmt::format("<tr><th>{}</th><td class=\"n\">{}</td></tr>\n", key, cell_of(report, key));
  }
  page += fmt::format(
      "<tr><th>posted amounts</th><td class=\"n\">{}</td></tr>\n"
      "<tr><th>fx result</th><td class=\"n\">{}</td></tr>\n</table>\n",
      amounts_of(report, "posted_amounts"), amounts_of(report, "fx_result"));
  page +=
      "<h2>Money by category</h2>\n<table><tr><th>category</th><th class=\"n\">records</th>"
      "<th class=\"n\">matched</th><th class=\"n\">unmatched</th>"
      "<th class=\"n\">posted, net debits</th></tr>\n";
  for (const json::value& item : summary.at("categories").as_array()) {
    const json::object& sum = item.as_object();
    page += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td></tr>\n",
        cell_of(sum, "category"), cell_of(sum, "records"), cell_of(sum, "matched"),
        cell_of(sum, "unmatched"),
        amount_of(sum.at("posted"), json::value_to<std::string>(sum.at("currency"))));
  }
  page += "</table>\n";
  page += recorded_section(summary.at("recorded_messages").as_array());
  page += "<h2>Exceptions</h2>\n";
  const json::array& exceptions = report.at("exceptions").as_array();
  if (exceptions.empty()) return page + "<p>None.</p>\n</body></html>\n";
  page += "<table><tr><th class=\"n\">record</th><th>exception</th><th>detail</th></tr>\n";
  for (const json::value& item : exceptions) {
    const json::object& exception = item.as_object();
    page += fmt::format("<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>\n",
                        cell_of(exception, "record"), cell_of(exception, "code"),
                        cell_of(exception, "detail"));
  }
  return page + "</table>\n</body></html>\n";
}

}  // namespace holdfast::http
