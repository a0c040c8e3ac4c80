#include "engine/money.hpp"

#include <catch2/catch.hpp>

#include "currencies.hpp"
#include "fx.hpp"
#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("money: the currency table is sorted, without repetition, and of three letters",
          "[engine][money]") {
  for (std::size_t i = 0; i < currency_rows.size(); ++i) {
    const CurrencyRow& row = currency_rows[i];
    INFO(row.alpha);
    CHECK(row.alpha.size() == 3);
    CHECK((row.exponent == 0 || (row.exponent >= 2 && row.exponent <= 4)));
    if (i > 0) CHECK(currency_rows[i - 1].numeric < row.numeric);
    CHECK(CurrencyCode::from_alpha(row.alpha)->numeric() == row.numeric);
    CHECK(CurrencyCode::from_numeric(row.numeric)->alpha() == row.alpha);
  }
}

TEST_CASE("money: currencies have the numbers and exponents of ISO 4217", "[engine][money]") {
  struct Row {
    const char* alpha;
    int numeric;
    int exponent;
  };
  for (const Row& row : {Row{"RUB", 643, 2}, Row{"EUR", 978, 2}, Row{"USD", 840, 2},
                         Row{"JPY", 392, 0}, Row{"KRW", 410, 0}, Row{"KWD", 414, 3},
                         Row{"BHD", 48, 3}, Row{"TND", 788, 3}, Row{"CLF", 990, 4}}) {
    INFO(row.alpha);
    CHECK(currency(row.alpha).numeric() == row.numeric);
    CHECK(currency(row.alpha).exponent() == row.exponent);
  }
  CHECK_FALSE(CurrencyCode::from_numeric(0));
  CHECK_FALSE(CurrencyCode::from_numeric(999));
  CHECK_FALSE(CurrencyCode::from_numeric(-643));
  CHECK_FALSE(CurrencyCode::from_alpha("rub"));
  CHECK_FALSE(CurrencyCode::from_alpha(""));
}

TEST_CASE("money: amounts are written in their currency's exponent", "[engine][money]") {
  CHECK(format_amount(3500, currency("RUB")) == "35.00");
  CHECK(format_amount(-1, currency("RUB")) == "-0.01");
  CHECK(format_amount(0, currency("RUB")) == "0.00");
  CHECK(format_amount(7, currency("JPY")) == "7");
  CHECK(format_amount(-1234, currency("KWD")) == "-1.234");
  CHECK(format_amount(12, currency("KWD")) == "0.012");
  CHECK(format_amount(std::numeric_limits<MinorUnits>::min(), currency("RUB")) ==
        "-92233720368547758.08");
  CHECK(to_string(money("35.00")) == "35.00 RUB");
}

TEST_CASE("money: sums that do not fit say so", "[engine][money]") {
  constexpr MinorUnits max = std::numeric_limits<MinorUnits>::max();
  CHECK(checked_add(max - 1, 1) == max);
  CHECK_FALSE(checked_add(max, 1));
  CHECK_FALSE(checked_subtract(-max, 2));
  CHECK(checked_subtract(-max, 1) == std::numeric_limits<MinorUnits>::min());
}

TEST_CASE("money: rates are exact decimals of at most eight places", "[engine][money]") {
  CHECK(ScaledRate::parse("62.20")->scaled() == 6'220'000'000);
  CHECK(ScaledRate::parse("1")->scaled() == 100'000'000);
  CHECK(ScaledRate::parse("0.00000001")->scaled() == 1);
  CHECK(ScaledRate::parse("92233720368.54775807")->scaled() ==
        std::numeric_limits<std::int64_t>::max());
  for (const char* wrong : {"", ".", "-1", "+1", "1e5", "1,5", "1.2.3", " 1", "1 ", "0.000000001",
                            "92233720368.54775808", "92233720369", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(ScaledRate::parse(wrong));
  }
}

TEST_CASE("money: multiply_divide rounds half away from zero, once", "[engine][money]") {
  struct Row {
    MinorUnits amount;
    std::int64_t numerator;
    std::int64_t denominator;
    MinorUnits result;
  };
  for (const Row& row : {Row{1, 1, 2, 1}, Row{-1, 1, 2, -1}, Row{1, 1, 3, 0}, Row{2, 1, 3, 1},
                         Row{-2, 1, 3, -1}, Row{2, 1, 5, 0}, Row{3, 1, 5, 1}, Row{149, 1, 100, 1},
                         Row{150, 1, 100, 2}, Row{-150, 1, 100, -2}, Row{7, 1, 1, 7},
                         Row{4'000'000'000'000'000'000, 3, 4, 3'000'000'000'000'000'000}}) {
    INFO(row.amount << " * " << row.numerator << " / " << row.denominator);
    CHECK(multiply_divide(row.amount, row.numerator, row.denominator) == row.result);
  }
  constexpr MinorUnits max = std::numeric_limits<MinorUnits>::max();
  CHECK(multiply_divide(max, max, max) == max);
  CHECK_FALSE(multiply_divide(max, 2, 1));
  CHECK_FALSE(multiply_divide(-max, 2, 1));
}

TEST_CASE("money: conversion knows exponents, sides and cross rates", "[engine][money]") {
  const Ledger ledger;
  auto to_text = [&ledger](const Money& from, const char* to, FxSide side) {
    const auto converted = engine::convert(ledger.state, from, currency(to), side);
    return converted ? format_amount(converted->amount, currency(to)) : std::string("none");
  };
  CHECK(to_text(money("7.16", "EUR"), "RUB", FxSide::buy) == "445.35");   // 445.352
  CHECK(to_text(money("7.16", "EUR"), "RUB", FxSide::sell) == "458.96");  // 458.956
  CHECK(to_text(money("1000", "JPY"), "RUB", FxSide::sell) == "620.00");
  CHECK(to_text(money("1.234", "KWD"), "RUB", FxSide::sell) == "320.84");
  // The customer pays roubles' worth in another currency: the bank sells one and buys the other.
  CHECK(to_text(money("100.00", "RUB"), "EUR", FxSide::sell) == "1.61");  // 1.6077
  CHECK(to_text(money("100.00", "RUB"), "KWD", FxSide::buy) == "0.385");  // 0.38462
  CHECK(to_text(money("1000", "JPY"), "EUR", FxSide::sell) == "9.97");    // 620/62.20 = 9.9678
  CHECK(to_text(money("10.00", "EUR"), "JPY", FxSide::buy) == "1003");    // 622/0.62 = 1003.2
  CHECK(to_text(money("10.00", "EUR"), "EUR", FxSide::buy) == "10.00");
  CHECK(to_text(money("10.00", "USD"), "RUB", FxSide::buy) == "none");
  CHECK(to_text(money("10.00", "RUB"), "USD", FxSide::buy) == "none");
}

TEST_CASE("money: rates are replaced as a whole, and only by sound ones", "[engine][money]") {
  Ledger ledger;
  auto rate = [](const char* text) { return *ScaledRate::parse(text); };
  auto put = [&ledger](FxRates rates, std::string_view file = "") {
    return told(ledger.run(
        PutFxRates{std::move(rates), file.empty() ? FileDigest{} : digest<FileDigest>(file)}));
  };
  auto usd_in_rub = [&ledger] {
    return engine::convert(ledger.state, money("1.00", "USD"), currency("RUB"), FxSide::sell)
        .has_value();
  };
  const std::uint32_t version = ledger.state.meta.fx_version;
  const FxRates usd{currency("RUB"), {{currency("USD"), {rate("90"), rate("92")}}}};
  CHECK(put(usd, "file one") == "approved");
  CHECK(ledger.state.meta.fx_version == version + 1);
  CHECK(usd_in_rub());
  // The euro's rate was of the version before.
  CHECK_FALSE(engine::convert(ledger.state, money("1.00", "EUR"), currency("RUB"), FxSide::buy));

  const FxRates eur{currency("RUB"), {{currency("EUR"), {rate("62"), rate("64")}}}};
  CHECK(put(eur) == "approved");
  CHECK(put(usd, "file one") == "approved");
  CHECK_FALSE(usd_in_rub());  // the file had been loaded before: a restart undoes nothing
  CHECK(put(usd, "file two") == "approved");
  CHECK(usd_in_rub());

  CHECK(put({currency("RUB"), {{currency("USD"), {rate("92"), rate("90")}}}}) == "bad_amount");
  CHECK(put({currency("RUB"), {{currency("RUB"), {rate("1"), rate("1")}}}}) == "bad_amount");
  CHECK(put({{}, {}}) == "currency_missing");
  CHECK(usd_in_rub());
}
