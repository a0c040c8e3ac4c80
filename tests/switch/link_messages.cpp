#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <semaphore>
#include <thread>

#include "captured_log.hpp"
#include "http_support.hpp"
#include "link/message_handler.hpp"

namespace {

using holdfast::Exchange;
using holdfast::Handled;
using holdfast::http::test::ApiUnderTest;
using std::chrono::steady_clock;

// A message as a test keeps it: field 0 is the MTI.
using Fields = std::map<int, std::string>;

const std::shared_ptr<const iso8583::Dialect>& dialect() {
  static const auto loaded = std::make_shared<const iso8583::Dialect>(
      *iso8583::load_dialect(HOLDFAST_SOURCE_DIR "/config/dialects/iso87-ascii.toml"));
  return loaded;
}

// The handler of a link over a real engine, with one account and card; no sockets.
class LinkUnderTest : public engine::Completions {
 public:
  LinkUnderTest() {
    REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":100000})").status ==
            201);
    REQUIRE(api.ask("POST", "/v1/cards",
                    R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})")
                .status == 201);
  }

  // The reply; empty when there is none.
  Fields ask(const Fields& fields, steady_clock::time_point received_at = steady_clock::now()) {
    iso8583::Message message;
    message.set_mti(fields.at(0));
    for (const auto& [number, text] : fields) {
      if (number != 0) message.set(number, text);
    }
    exchange_.payload.resize(4096);
    const auto size = iso8583::encode(*dialect(), message, exchange_.payload);
    REQUIRE(size.has_value());
    exchange_.payload.resize(*size);
    return handle(received_at);
  }
  Fields send_bytes(const std::string& payload) {
    exchange_.payload.assign(payload.begin(), payload.end());
    return handle(steady_clock::now());
  }

  void deliver(std::span<engine::Submission* const>) override { decided_.release(); }

  ApiUnderTest api;

 private:
  static holdfast::LinkConfig link_config() {
    holdfast::LinkConfig config;
    config.name = "processor";
    config.dialect = dialect();
    return config;
  }

  Fields handle(steady_clock::time_point received_at) {
    exchange_.received_at = received_at;
    bool signed_on = true;
    std::vector<std::uint8_t> out;
    if (handler_.handle(exchange_, signed_on, *this, out) == Handled::submitted) {
      api.core().engine.wake();
      decided_.acquire();
      handler_.finish(exchange_, out);
    }
    Fields reply;
    if (out.empty()) return reply;
    iso8583::Message message;
    REQUIRE(iso8583::decode(*dialect(), std::span(out).subspan(2), message).has_value());
    reply[0] = message.mti();
    for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
      reply[field] = message.get(field);
    }
    return reply;
  }

  holdfast::LinkConfig config_ = link_config();
  holdfast::MessageHandler handler_{api.core(), config_, *dialect()};
  Exchange exchange_;
  std::binary_semaphore decided_{0};
};

Fields purchase() {
  return {{0, "0100"},         {2, "4111111111111111"}, {3, "000000"},
          {4, "000000001000"}, {7, "1120090000"},       {11, "000001"},
          {12, "120000"},      {32, "123456"},          {37, "632500000001"},
          {41, "TERM0001"},    {42, "MERCHANT0000001"}, {49, "643"}};
}

}  // namespace

TEST_CASE("link: the reply's deadline runs from when the message came", "[link]") {
  LinkUnderTest link;
  const Fields late = link.ask(purchase(), steady_clock::now() - std::chrono::seconds(3));
  CHECK(late.at(39) == "91");
  CHECK(link.api.ask("GET", "/v1/accounts/A1").at("held") == "0");
  CHECK(link.ask(purchase()).at(39) == "00");
}

TEST_CASE("link: an amount of zero needs no currency", "[link]") {
  LinkUnderTest link;
  Fields message = purchase();
  message[4] = "000000000000";
  message.erase(49);
  SECTION("inquiry") {
    message[3] = "300000";
    CHECK(link.ask(message).at(39) == "00");
  }
  SECTION("verification") {
    message[3] = "390000";
    CHECK(link.ask(message).at(39) == "00");
  }
  SECTION("a purchase of nothing is a bad amount") {
    CHECK(link.ask(message).at(39) == "13");
  }
  SECTION("any other amount needs one") {
    message[4] = "000000000001";
    CHECK(link.ask(message).at(39) == "30");
  }
}

TEST_CASE("link: a lifecycle id of any length is given back, in a repetition too", "[link]") {
  LinkUnderTest link;
  // Up to 36 it finds holds, up to 63 it is kept with the answer.
  const std::size_t size = GENERATE(36U, 37U, 63U, 64U, 999U);
  Fields message = purchase();
  message[62] = std::string(size, 'L');
  const Fields first = link.ask(message);
  CHECK(first.at(39) == "00");
  CHECK(first.at(62) == message[62]);
  message[0] = "0101";
  const Fields again = link.ask(message);
  CHECK(again == first);
  const auto holds = link.api.ask("GET", "/v1/accounts/A1/holds").json.at("holds").as_array();
  REQUIRE(holds.size() == 1);
  CHECK(holds[0].at("lifecycle_id").is_null() == (size > 36));
}

TEST_CASE("link: a peer cannot fill the log", "[link]") {
  LinkUnderTest link;
  holdfast::test::CapturedLog log;
  for (int i = 0; i < 100; ++i) CHECK(link.send_bytes("0100 no bitmap").empty());
  CHECK(log.count("unreadable") == 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  CHECK(link.ask(purchase()).at(39) == "00");
  CHECK(log.count("link processor: 90 more messages like these were not logged") == 1);
}
