#include "event_codec.hpp"

#include <catch2/catch.hpp>

#include "samples.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

std::string encoded(const Event& event) {
  std::vector<std::uint8_t> bytes;
  encode_event(event, bytes);
  return to_hex(bytes);
}

std::string without_spaces(std::string_view text) {
  return to_hex(from_hex(text));
}

}  // namespace

TEST_CASE("event codec: every effect has the bytes that docs/journal.md tells", "[engine][codec]") {
  const char* const golden[] = {
      "00 0100000000000000 024131 8302 00 8813000000000000",
      "01 0100000000000000 02 0000000000000000",
      "02 11111111111111111111111111111111 0100000000000000"
      "103430303030302a2a2a2a2a2a30303032 fc0a 02 087374616e64617264 01",
      "03 0200000000000000 0100000000000000 11111111111111111111111111111111 01 01 02 01"
      "ac0d000000000000 fa00000000000000 fa00000000000000 80d1f00800000000 6400000000000000"
      "2823000000000000 01 0807060504030201 01 bc02000000000000 d203 00c84277944c0600"
      "024c31 025231 06303030303032 0431303031 025431 024d31 2315 03726566",
      "04 0200000000000000 ac0d000000000000 fa00000000000000 bc02000000000000"
      "ffffffffffffffff ac0d000000000000 01 00 03 01 0100000000000000",
      "05 0100000000000000 02 eeb1000000000000 00 0952ffffffffffff 03 09fcffffffffffff"
      "0200000000000000 0600000000000000 03726566",
      "06 22222222222222222222222222222222 03 0c313233343536373839303132 0431303031 025431"
      "01",
      "07 33333333333333333333333333333333 44444444444444444444444444444444"
      "55555555555555555555555555555555 11000000 01 02 0100000000000000 0200000000000000"
      "54f2ffffffffffff bc02000000000000 00 f1ffffffffffffff 06 00 00 00",
      "08 06 0100000000000000 0200000000000000 ac0d000000000000 8302 03726566",
      "09 a05fa56900000000 0200000000000000",
      "0a 11111111111111111111111111111111 0000000000000000 01",
      "0b 00000000000000000000000000000000 0100000000000000 00 0a63617368206120646179"
      "50c3000000000000 0a00000000000000 8051010000000000 0200 01 02 01 04 02 7a17 7b17"
      "3b1f 3b1f",
      "0c 0200000000000000 e803000000000000 0f00000000000000 e803000000000000"
      "00285fa6074c0600",
      "0d 0200000000000000 a00f000000000000 0000000000000000 a00f000000000000"
      "a00f000000000000 01 01 02",
      "0e 0200000000000000",
      "0f 66666666666666666666666666666666 4d00000000000000 03 2350000000000000"
      "6300000000000000 54f2ffffffffffff ffffffffffffffff",
      "10 8302 00 eeb1000000000000 02 0952ffffffffffff 03 09fcffffffffffff 0200000000000000",
      "11 04000000 8302 55555555555555555555555555555555",
      "12 d203 00abbd7201000000 80d6107e01000000",
      "13 0970726f636573736f72 8302 02 ac0d000000000000",
      "14 0970726f636573736f72",
      "15 02 00 01 01 01 11111111111111111111111111111111 0c313233343536373839303132"
      "bc02000000000000 d203 46af000000000000 8302 46af000000000000 fa00000000000000"
      "a086010000000000 ac0d000000000000 8813000000000000 80d6107e01000000 04000000"
      "0c666f726569676e2063617368 0a63617368206120646179 01 204e000000000000"
      "50c3000000000000 0200000000000000 0900000000000000",
      "16 0100000000000000 04030201",
      "17 0600000000000000 057374702d36 08686f6c6466617374 01",
      "18 0600000000000000",
      "19 0600000000000000",
      "1a 0600000000000000",
      "1b 0600000000000000",
      "1c 0600000000000000 02000000 00 06636c6f736564",
      "1d 0600000000000000 02000000 03 0700000000000000",
      "1e 01",
      "1f 0100000000000000 0500000000000000",
      "20 55555555555555555555555555555555",
      "21 55555555555555555555555555555555",
      "22",
  };
  const std::vector<Effect> effects = sample_effects();
  REQUIRE(effects.size() == std::size(golden));
  REQUIRE(effects.size() == std::variant_size_v<Effect>);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    INFO(effect_name(effects[i]));
    CHECK(effects[i].index() == i);
    const std::string header = "0100000000000000 00285fa6074c0600 23500000 00 0100";
    CHECK(encoded(sample_event(1, effects[i])) == without_spaces(header + golden[i]));
  }
}

TEST_CASE("event codec: a request is kept with its answer", "[engine][codec]") {
  Event event = sample_event(1, ExpiryAdvanced{});
  event.effects.clear();
  event.request.key.bytes.fill(0x66);
  event.request_ordinal = 1;
  event.request.variant = 7;
  event.request.content = 8;
  event.request.rrn = FixedText<12>::cut("R1");
  event.request.acquirer = FixedText<11>::cut("1001");
  event.request.terminal = FixedText<8>::cut("T1");
  event.request.echo = FixedText<96>::cut("echo");
  Decision& d = event.decision;
  d.decline = Decline::insufficient_funds;
  d.created = d.has_balance = d.converted = true;
  d.transaction_amount = 700;
  d.rate = 6'410'000'000;
  d.currency = CurrencyCode::trusted(643);
  d.amount = 3500;
  d.fee = 250;
  d.ledger = 100'000;
  d.available = 96'250;
  d.hold = HoldId{2};
  d.account = AccountNumber{1};
  d.auth_code = FixedText<6>::cut("000001");
  d.movement = 9;
  d.item = 3;
  CHECK(encoded(event) ==
        without_spaces("0100000000000000 00285fa6074c0600 23500000 01"
                       "66666666666666666666666666666666 01 0700000000000000 0800000000000000"
                       "025231 0431303031 025431 046563686f"
                       "11 01 01 00 01 00 8302 ac0d000000000000 fa00000000000000 a086010000000000"
                       "fa77010000000000 bc02000000000000 80d6107e01000000 0200000000000000"
                       "0100000000000000 06303030303031 0900000000000000 03000000 0000"));
}

TEST_CASE("event codec: what was written is read, whatever it was", "[engine][codec]") {
  std::mt19937_64 random(8583);
  for (std::uint64_t sequence = 1; sequence <= 2000; ++sequence) {
    const Event event = random_event(sequence, random);
    std::vector<std::uint8_t> bytes;
    encode_event(event, bytes);
    bytes.push_back(0xee);
    std::span<const std::uint8_t> rest(bytes);
    Event read;
    REQUIRE(decode_event(rest, read));
    REQUIRE(rest.size() == 1);
    std::vector<std::uint8_t> again;
    encode_event(read, again);
    again.push_back(0xee);
    REQUIRE(again == bytes);
    REQUIRE(event_json(read) == event_json(event));
  }
}

TEST_CASE("event codec: bytes that are cut or strange are no event", "[engine][codec]") {
  std::mt19937_64 random(1987);
  for (int i = 0; i < 50; ++i) {
    std::vector<std::uint8_t> bytes;
    encode_event(random_event(1, random), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::span<const std::uint8_t> rest(bytes.data(), size);
      Event read;
      REQUIRE_FALSE(decode_event(rest, read));
      REQUIRE(rest.size() == size);
    }
    for (int flips = 0; flips < 200; ++flips) {
      std::vector<std::uint8_t> damaged = bytes;
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
      std::span<const std::uint8_t> rest(damaged);
      Event read;
      decode_event(rest, read);  // says yes or no, and touches nothing else
    }
  }
}

TEST_CASE("event codec: an internal account that this version does not know is no event",
          "[engine][codec]") {
  MovementPosted movement;
  movement.legs[0].account = static_cast<InternalAccount>(internal_account_count);
  std::vector<std::uint8_t> bytes;
  encode_event(sample_event(1, movement), bytes);
  std::span<const std::uint8_t> rest(bytes);
  Event read;
  CHECK_FALSE(decode_event(rest, read));
}
