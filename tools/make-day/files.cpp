#include "files.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sstream>

#include "clearing/base2_writer.hpp"
#include "clearing/ipm_writer.hpp"
#include "clearing/jsonl_record.hpp"

namespace make_day {
namespace {

namespace json = boost::json;
using engine::format_amount;
using holdfast::trace::Reason;

std::string status_setting(const Card& card) {
  return card.state == CardState::blocked ? " status=blocked" : "";
}

std::string setup_lines(const DayOptions& options, const Population& population) {
  std::string text;
  for (const Account& account : population.accounts) {
    if (!options.self_contained) break;
    text += fmt::format("account {} {} {}", account.id, account.currency.alpha(),
                        format_amount(account.booked, account.currency));
    if (account.overdraft_limit != 0) {
      text += " overdraft=" + format_amount(account.overdraft_limit, account.currency);
    }
    text += '\n';
  }
  for (const Card& card : population.cards) {
    text += fmt::format("card {}", card.pan);
    if (options.self_contained) {
      text += fmt::format(" of {}", population.accounts[card.account].id);
    }
    text += fmt::format(" expires {} as {}{}\n", card.expiry, card.name,
                        options.self_contained ? status_setting(card) : "");
  }
  text += fmt::format("card {} expires {} as {}   # never issued\n", population.stranger.pan,
                      population.stranger.expiry, population.stranger.name);
  return text;
}

std::string balance_lines(const Population& population) {
  std::string text;
  for (const Account& account : population.accounts) {
    text += fmt::format("balance {} ledger={} held={}\n", account.id,
                        format_amount(account.ledger, account.currency),
                        format_amount(account.held, account.currency));
  }
  return text;
}

std::string clearing_lines(const Population& population, const ClearingNight& night) {
  std::string text = "clearing jsonl as night\n";
  for (const NightRecord& entry : night.records) {
    const auto& record = entry.record;
    const std::string amount = format_amount(record.amount.amount, record.amount.currency);
    text += fmt::format("  record_id={} arn={}", record.record_id.view(), record.arn.view());
    if (!entry.of.empty()) {
      text += fmt::format(" of={}{}{}", entry.of, entry.other_amount ? " amount=" + amount : "",
                          entry.by_rrn ? " lifecycle_id=-" : "");
    } else {
      std::string name;
      for (const Card& card : population.cards) {
        if (record.pan == card.pan) name = card.name;
      }
      text +=
          fmt::format(" card={} processing_code={} amount={} currency={} merchant={} rrn={}", name,
                      record.processing_code.view(), amount, record.amount.currency.alpha(),
                      record.merchant.view(), record.rrn.view());
    }
    text += '\n';
  }
  const ClearingCounts& counts = night.counts;
  text += fmt::format("report records={} posted={} matched={} unmatched={} duplicates={}\n",
                      counts.records, counts.posted, counts.matched, counts.unmatched,
                      counts.duplicates);
  return text;
}

json::object balances(const Population& population) {
  json::object accounts;
  for (const Account& account : population.accounts) {
    accounts[account.id] = json::object{{"ledger", account.ledger}, {"held", account.held}};
  }
  return accounts;
}

json::object report(const ClearingCounts& counts) {
  json::object amounts;
  for (const auto& [currency, amount] : counts.posted_amounts) amounts[currency] = amount;
  return {{"records", counts.records},           {"posted", counts.posted},
          {"matched", counts.matched},           {"unmatched", counts.unmatched},
          {"duplicates", counts.duplicates},     {"rejected", counts.rejected},
          {"posted_amounts", std::move(amounts)}};
}

// The same file once more: every record that can be read is a duplicate.
json::object report_again(const ClearingCounts& counts) {
  return {{"records", counts.records},
          {"posted", 0},
          {"matched", 0},
          {"unmatched", 0},
          {"duplicates", counts.records - counts.rejected},
          {"rejected", counts.rejected}};
}

}  // namespace

std::string accounts_jsonl(const Population& population) {
  std::string text;
  for (const Account& account : population.accounts) {
    text += json::serialize(json::object{{"id", account.id},
                                         {"currency", account.currency.alpha()},
                                         {"booked", account.booked},
                                         {"overdraft_limit", account.overdraft_limit},
                                         {"status", "active"}}) +
            "\n";
  }
  for (const Card& card : population.cards) {
    text += json::serialize(
                json::object{{"pan", card.pan},
                             {"expiry", card.expiry},
                             {"account_id", population.accounts[card.account].id},
                             {"status", card.state == CardState::blocked ? "blocked" : "active"}}) +
            "\n";
  }
  return text;
}

std::string day_trace(const DayOptions& options, const Day& before_clearing,
                      const ClearingNight& night, const Population& after_clearing) {
  std::string text = fmt::format(
      "# Made by: make-day --seed {} --cards {} --messages {} --date {}{}\n"
      "title A day of {} cards: {}\n"
      "time {}T06:00:00+03:00\n\n",
      options.seed, options.cards, options.messages, options.date,
      options.self_contained ? " --self-contained" : "", options.cards, options.date, options.date);
  text += setup_lines(options, before_clearing.population);
  text += "\n" + before_clearing.trace;
  if (!options.self_contained) return text;
  text += balance_lines(before_clearing.population);
  text += "\n" + clearing_lines(before_clearing.population, night);
  text += balance_lines(after_clearing);
  text += fmt::format("\nclearing again night\nreport records={} posted=0 duplicates={}\n",
                      night.counts.records, night.counts.records);
  text += balance_lines(after_clearing);
  return text + "ledger zero\n";
}

std::string clearing_jsonl(const ClearingNight& night) {
  std::string text;
  for (std::size_t i = 0; i < night.records.size(); ++i) {
    if (i == night.records.size() / 2) text += "{\"record_id\":\"cut short\",\"amount\":\n";
    text += holdfast::clearing::to_jsonl(night.records[i].with_rrn()) + "\n";
  }
  return text;
}

boost::system::result<std::string, Reason> clearing_ipm(const DayOptions& options,
                                                        const std::filesystem::path& dialects,
                                                        const ClearingNight& night) {
  const auto dialect = iso8583::load_dialect(dialects / "mastercard-ipm.toml");
  if (!dialect) return Reason::of(iso8583::to_string(dialect.error()));
  // PDS 0105: type, date, processor, number.
  const std::string date =
      options.date.substr(2, 2) + options.date.substr(5, 2) + options.date.substr(8, 2);
  const std::string file_id = fmt::format("002{}00000012345{:05}", date, options.seed % 100'000);
  std::ostringstream file;
  holdfast::clearing::IpmWriter writer(file, *dialect, {file_id, {}});
  for (const NightRecord& entry : night.records) {
    if (const auto written = writer.write(entry.with_rrn()); !written) {
      return Reason::of(written.error().detail);
    }
  }
  if (const auto finished = writer.finish(); !finished) return Reason::of(finished.error().detail);
  return file.str();
}

boost::system::result<std::string, Reason> clearing_base2(const DayOptions& options,
                                                          const ClearingNight& night) {
  const auto processed = holdfast::clearing::parse_iso_time(options.date + "T00:00:00");
  if (!processed) return Reason::of("the date is none");
  holdfast::clearing::Base2FileOptions file_options;
  file_options.processing_date = *processed;
  file_options.batch_size = 100;
  std::ostringstream file;
  holdfast::clearing::Base2Writer writer(file, file_options);
  for (const NightRecord& entry : night.records) {
    if (const auto written = writer.write(entry.record); !written) {
      return Reason::of(written.error().detail);
    }
  }
  if (const auto finished = writer.finish(); !finished) return Reason::of(finished.error().detail);
  return file.str();
}

std::string expected_json(const Population& before, const Population& after,
                          const ClearingNight& night) {
  ClearingCounts with_malformed = night.counts;
  ++with_malformed.records;
  ++with_malformed.rejected;
  return json::serialize(json::object{{"before_clearing", balances(before)},
                                      {"after_clearing", balances(after)},
                                      {"ipm", report(night.counts)},
                                      {"ipm_again", report_again(night.counts)},
                                      {"base2", report(night.counts)},
                                      {"base2_again", report_again(night.counts)},
                                      {"jsonl", report(with_malformed)},
                                      {"jsonl_again", report_again(with_malformed)}}) +
         "\n";
}

}  // namespace make_day
