// Messages of IPM that clear nothing: what they are, what they move, and what they say.
#include <catch2/catch.hpp>
#include <functional>

#include "clearing_support.hpp"

namespace holdfast::clearing {
namespace {

using test::ipm_file;
using test::ipm_header;
using test::ipm_message;
using test::ipm_trailer;
using test::IpmTexts;
using test::Outcome;
using test::plain_presentment;
using test::private_data;
using test::read_all;
using test::whole_ipm_file;

// 2.50 USD to the one who sent it.
IpmTexts plain_fee() {
  return {{3, "190000"},
          {4, "000000000250"},
          {24, "783"},
          {25, "7621"},
          {48, private_data({{137, "00000000000000000042"}, {148, "84026432"}})},
          {49, "840"},
          {71, "00000002"},
          {72, "ATM BALANCE INQUIRY"},
          {93, "520001"},
          {94, "001999"}};
}
IpmTexts addendum(std::string_view presentment = "") {
  std::vector<std::pair<int, std::string>> subelements = {{507, "LUFTHANSA"}};
  if (!presentment.empty()) {
    subelements.insert(subelements.begin(), {501, "01000001" + std::string(presentment)});
  }
  return {{24, "696"}, {48, private_data(subelements)}, {71, "00000003"}};
}
std::string presentment(std::string_view message_number = "00000002") {
  IpmTexts fields = plain_presentment();
  fields[71] = message_number;
  return ipm_message("1240", fields);
}

std::string text_of(const RecordedMessage& message, std::string_view name) {
  for (const CarriedField& field : message.fields) {
    if (field.name == name) return field.text;
  }
  return "(absent)";
}

TEST_CASE("ipm: a fee collection is money between the network and the bank", "[clearing]") {
  struct Row {
    std::string processing_code;
    std::string reversal;
    std::int64_t amount;
  };
  for (const Row& row : std::vector<Row>{{"190000", "", -250},
                                         {"290000", "", 250},
                                         {"190000", "R261118", 250},
                                         {"290000", "R261118", -250},
                                         {"290000", "       ", 250}}) {
    INFO(row.processing_code << ' ' << row.reversal);
    IpmTexts fields = plain_fee();
    fields[3] = row.processing_code;
    fields[5] = "000000016025";
    fields[50] = "643";
    if (!row.reversal.empty()) fields[48] += private_data({{25, row.reversal}});
    const Outcome outcome = read_all(whole_ipm_file({ipm_message("1740", fields), presentment()}));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 2);
    CHECK(outcome.rejections.empty());
    REQUIRE(outcome.recorded.size() == 1);
    const RecordedMessage& fee = outcome.recorded[0];
    CHECK(fee.kind == RecordedKind::fee_collection);
    CHECK(fee.number == 1);
    CHECK(fee.message_type == "1740");
    CHECK(fee.function_code == "783");
    CHECK(fee.amount == engine::Money{row.amount, *engine::CurrencyCode::from_alpha("USD")});
    CHECK(fee.settlement->amount == (row.amount < 0 ? -16025 : 16025));
    CHECK(fee.settlement->currency.alpha() == "RUB");
    CHECK(text_of(fee, "PDS 0137") == "00000000000000000042");
    CHECK(text_of(fee, "DE25") == "7621");
    CHECK(text_of(fee, "DE72") == "ATM BALANCE INQUIRY");
    CHECK(text_of(fee, "DE94") == "001999");
    CHECK(outcome.records.at(0).number == 2);
  }
}

TEST_CASE("ipm: a fee collection that cannot be is rejected, with the field", "[clearing]") {
  struct Row {
    std::string what;
    std::function<void(IpmTexts&)> change;
    RejectionCode code;
    std::string detail;
  };
  const std::vector<Row> ladder = {
      {"no processing code", [](IpmTexts& f) { f.erase(3); }, RejectionCode::missing_field,
       "field 3: "},
      {"that of a purchase", [](IpmTexts& f) { f[3] = "000000"; }, RejectionCode::bad_field,
       "field 3: neither 19 nor 29"},
      {"no amount", [](IpmTexts& f) { f.erase(4); }, RejectionCode::missing_field, "field 4: "},
      {"no currency", [](IpmTexts& f) { f.erase(49); }, RejectionCode::missing_field, "field 49: "},
      {"no such currency", [](IpmTexts& f) { f[49] = "001"; }, RejectionCode::unknown_currency,
       "field 49: "},
      {"settled in no currency", [](IpmTexts& f) { f[5] = "000000000001"; },
       RejectionCode::missing_field, "field 50: "},
      {"other decimals",
       [](IpmTexts& f) {
         f[48] = private_data({{148, "8400"}});
       },
       RejectionCode::currency_exponent_mismatch, "field 48: PDS 0148"},
      {"private data cut short", [](IpmTexts& f) { f[48] = "0148099643"; },
       RejectionCode::bad_field, "field 48: "},
  };
  for (const Row& row : ladder) {
    INFO(row.what);
    IpmTexts fields = plain_fee();
    row.change(fields);
    const Outcome outcome = read_all(whole_ipm_file({ipm_message("1740", fields)}));
    CHECK(outcome.recorded.empty());
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == row.code);
    CHECK(outcome.rejections[0].detail.starts_with(row.detail));
  }
}

TEST_CASE("ipm: what is recorded goes by message and function", "[clearing]") {
  struct Row {
    std::string mti;
    std::string function;
    std::string category;
  };
  for (const Row& row : std::vector<Row>{{"1740", "700", "fee collection"},
                                         {"1740", "780", "fee collection"},
                                         {"1740", "781", "fee collection"},
                                         {"1740", "782", "fee collection"},
                                         {"1740", "783", "fee collection"},
                                         {"1740", "790", "fee collection"},
                                         {"1740", "791", "fee collection"},
                                         {"1644", "603", "retrieval request"},
                                         {"1644", "605", "retrieval request"},
                                         {"1644", "640", "currency update"},
                                         {"1644", "680", "reconciliation"},
                                         {"1644", "685", "reconciliation"},
                                         {"1644", "688", "reconciliation"},
                                         {"1644", "691", "message exception"},
                                         {"1644", "693", "text message"},
                                         {"1644", "696", "addendum"},
                                         {"1644", "699", "file reject"}}) {
    INFO(row.mti << '/' << row.function);
    IpmTexts fields = plain_fee();
    fields[24] = row.function;
    const Outcome outcome = read_all(whole_ipm_file({ipm_message(row.mti, fields)}));
    CHECK(outcome.rejections.empty());
    REQUIRE(outcome.recorded.size() == 1);
    CHECK(to_string(outcome.recorded[0].kind) == row.category);
    CHECK(outcome.recorded[0].amount.has_value() == (row.mti == "1740"));
    CHECK(outcome.recorded[0].addendum_to == 0);
  }
}

TEST_CASE("ipm: an addendum belongs to the presentment before it", "[clearing]") {
  const auto addenda_of = [](std::vector<std::string> messages) {
    std::vector<std::uint64_t> presentments;
    for (const RecordedMessage& message : read_all(whole_ipm_file(std::move(messages))).recorded) {
      if (message.kind == RecordedKind::addendum) presentments.push_back(message.addendum_to);
    }
    return presentments;
  };
  using Numbers = std::vector<std::uint64_t>;
  const std::string plain = ipm_message("1644", addendum());
  SECTION("each presentment has its own, one or several") {
    CHECK(addenda_of({presentment(), presentment(), plain, plain, presentment(), plain}) ==
          Numbers{2, 2, 5});
  }
  SECTION("a second presentment, and one that is rejected") {
    IpmTexts fields = plain_presentment();
    fields[24] = "205";
    CHECK(addenda_of({ipm_message("1240", fields), plain}) == Numbers{1});
    fields.erase(2);
    CHECK(addenda_of({ipm_message("1240", fields), plain}) == Numbers{1});
  }
  SECTION("by the number that it names, where it names one") {
    const std::string named = ipm_message("1644", addendum("00000007"));
    CHECK(addenda_of({presentment("00000007"), named}) == Numbers{1});
    CHECK(addenda_of({presentment("00000008"), named}) == Numbers{0});
    const std::string nameless = ipm_message("1644", addendum("00000000"));
    CHECK(addenda_of({presentment("00000008"), nameless}) == Numbers{1});
    const std::string blank = ipm_message("1644", addendum("        "));
    CHECK(addenda_of({presentment("00000008"), blank}) == Numbers{1});
  }
  SECTION("none before it, or another message between the two") {
    CHECK(addenda_of({plain}) == Numbers{0});
    CHECK(addenda_of({presentment(), ipm_message("1740", plain_fee()), plain}) == Numbers{0});
  }
  SECTION("not over a trailer") {
    const Outcome outcome = read_all(
        ipm_file({ipm_header(), presentment(), ipm_trailer(), ipm_header(), plain, ipm_trailer()}));
    REQUIRE(outcome.recorded.size() == 1);
    CHECK(outcome.recorded[0].addendum_to == 0);
  }
}

TEST_CASE("ipm: what the network refused is recorded and clears nothing", "[clearing]") {
  const std::string exception = ipm_message("1644", {{24, "691"}, {72, "REASON 0147"}});
  const Outcome outcome = read_all(
      whole_ipm_file({exception, presentment(), presentment(), exception,
                      ipm_message("1740", plain_fee()), exception, "garbage", presentment()}));
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.summary.records == 8);
  REQUIRE(outcome.records.size() == 2);
  CHECK(outcome.records[0].number == 3);
  CHECK(outcome.records[1].number == 8);
  CHECK(outcome.rejections.empty());
  REQUIRE(outcome.recorded.size() == 6);
  for (const std::size_t returned : {1U, 3U, 5U}) {
    CHECK(outcome.recorded[returned].kind == RecordedKind::returned_message);
    CHECK_FALSE(outcome.recorded[returned].amount);
  }
  CHECK(text_of(outcome.recorded[0], "DE72") == "REASON 0147");
  CHECK(text_of(outcome.recorded[1], "DE4") == "000000012345");
  CHECK(text_of(outcome.recorded[1], "DE31") == "75200016325000000000012");
}

TEST_CASE("ipm: what a message says is text for people, without a card number", "[clearing]") {
  IpmTexts fields = {{2, "4111111111111111"},
                     {14, "2912"},
                     {24, "693"},
                     {48, private_data({{501, "x"}, {507, "4111111111111111 PAID"}})},
                     {62, private_data({{508, "no0004111111111111111000"}, {509, "   "}})},
                     {72, "CAF\xC9\tA\x1B[2J 4111111111111111"}};
  const Outcome outcome = read_all(whole_ipm_file({ipm_message("1644", fields)}));
  REQUIRE(outcome.recorded.size() == 1);
  const std::vector<CarriedField> expected = {{"DE72", "CAF\u00C9 A [2J 411111******1111"},
                                              {"PDS 0501", "x"},
                                              {"PDS 0507", "411111******1111 PAID"},
                                              {"PDS 0508", "no000411111******1111000"}};
  CHECK(outcome.recorded[0].fields == expected);

  SECTION("nor the number of the presentment, whatever its check digit says") {
    IpmTexts card = plain_presentment();
    card[2] = "5555000000001234";
    IpmTexts detail = addendum();
    detail[48] = private_data({{507, "PAID BY 5555000000001234"}});
    const Outcome with =
        read_all(whole_ipm_file({ipm_message("1240", card), ipm_message("1644", detail)}));
    CHECK(text_of(with.recorded.at(0), "PDS 0507") == "PAID BY 555500******1234");
  }
  SECTION("private data that cannot be read stays as it is") {
    fields[48] = "0507099CUT SHORT 4111111111111111";
    fields.erase(62);
    const Outcome cut = read_all(whole_ipm_file({ipm_message("1644", fields)}));
    CHECK(text_of(cut.recorded.at(0), "DE48") == "0507099CUT SHORT 411111******1111");
  }
}

TEST_CASE("ipm: accented names are UTF-8, from either code page", "[clearing]") {
  // Müller & Søn, Ñandú: the bytes are those of the code pages' own tables.
  const std::string latin1 =
      "M\xFCller & S\xF8n \xD1"
      "and\xFA";
  const std::string cp500 =
      "\xD4\xDC\x93\x93\x85\x99\x40\x50\x40\xE2\x70\x95\x40\x69\x81\x95\x84\xDE";
  IpmTexts fields = plain_presentment();
  fields[42] = "CAF\xC9";
  fields[43] = latin1 + "\\HAUPTSTRASSE\\K\xD6LN\\50667     NW DEU";
  for (const test::IpmVariant& variant : test::ipm_variants()) {
    const iso8583::Dialect& dialect = test::dialect_of(variant);
    const std::string message = ipm_message("1240", fields, dialect);
    const bool is_ebcdic = variant.code_page == CodePage::cp500;
    CHECK(message.find(is_ebcdic ? cp500 : latin1) != std::string::npos);
    const IpmTexts header = {{24, "697"}, {71, "00000001"}};
    const IpmTexts trailer = {{24, "695"}, {71, "00000003"}};
    const Outcome outcome = read_all(ipm_file(
        {ipm_message("1644", header, dialect), message, ipm_message("1644", trailer, dialect)},
        variant.framing));
    REQUIRE(outcome.records.size() == 1);
    CHECK(outcome.records[0].merchant_name == "M\u00FCller & S\u00F8n \u00D1and\u00FA");
    CHECK(outcome.records[0].merchant == "CAF\u00C9");
    // And back.
    const Outcome again = read_all(test::write_ipm(outcome.records, variant));
    CHECK(again.records == outcome.records);
  }
}

}  // namespace
}  // namespace holdfast::clearing
