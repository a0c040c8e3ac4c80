// Peers that do what no processor should: garbage, silence, half a frame, no reading. The switch
// goes on answering the others, keeps its memory, and stops cleanly in the end.
// Usage: hostile_peers HOLDFAST DIALECTS RULES SEED
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "bank.hpp"

namespace {

using faults::Bank;
using faults::fail;
using faults::Fields;
using faults::LinkClient;
using std::chrono::milliseconds;

constexpr int mutated_frames = 10'000;

std::uint32_t next_trace() {
  static std::uint32_t trace = 0;
  return ++trace;
}

// A well-behaved peer gets its answer within a second or so.
bool answers(Bank& bank) {
  LinkClient client(bank.dialect(), bank.link());
  client.send({{0, "0800"}, {7, "1120090000"}, {11, "000001"}, {70, "301"}});
  const auto echo = client.receive(std::chrono::seconds(5));
  if (!echo || echo->at(39) != "00") return fail("an echo test is not answered");
  client.send(Bank::purchase(0, 1, next_trace()));
  const auto reply = client.receive(std::chrono::seconds(5));
  if (!reply || reply->at(39) != "00") return fail("a purchase is not approved");
  return true;
}

void mutate(std::vector<std::uint8_t>& payload, std::mt19937_64& random) {
  const int changes = static_cast<int>(1 + random() % 6);
  for (int i = 0; i < changes && !payload.empty(); ++i) {
    const std::size_t at = random() % payload.size();
    const auto offset = static_cast<std::ptrdiff_t>(at);
    switch (random() % 5) {
      case 0:
        payload[at] = static_cast<std::uint8_t>(random());
        break;
      case 1:
        payload[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
        break;
      case 2:
        payload.resize(at);
        break;
      case 3:
        payload.insert(payload.begin() + offset, static_cast<std::uint8_t>(random()));
        break;
      default:
        payload.erase(payload.begin() + offset);
    }
  }
}

// Framing holds, so the connection does, whatever lies in the frames.
bool mutated(Bank& bank, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LinkClient client(bank.dialect(), bank.link());
  for (int i = 0; i < mutated_frames; ++i) {
    Fields message = Bank::purchase(1 + static_cast<int>(random() % 5), 100, next_trace());
    if (random() % 3 == 0) message = Bank::reversal_of(message, next_trace());
    if (random() % 4 == 0) message[55] = "\x9f\x26\x02\x11\x22";
    std::vector<std::uint8_t> payload = client.encode(message);
    mutate(payload, random);
    if (!client.send_payload(payload)) return fail(fmt::format("connection lost at frame {}", i));
    if (i % 50 == 0) {
      while (client.receive_payload(milliseconds(0))) {
      }
    }
  }
  client.send({{0, "0800"}, {7, "1120090000"}, {11, "999999"}, {70, "301"}});
  for (;;) {
    const auto reply = client.receive(std::chrono::seconds(10));
    if (!reply) return fail("the echo test behind the mutated frames is not answered");
    if (reply->at(0) == "0810" && reply->at(11) == "999999") return answers(bank);
  }
}

bool broken_framing(Bank& bank, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 50; ++i) {
    LinkClient client(bank.dialect(), bank.link());
    std::vector<std::uint8_t> bytes{0xff, 0xff};  // longer than any frame may be
    for (int n = 0; n < 300; ++n) bytes.push_back(static_cast<std::uint8_t>(random()));
    client.send_bytes(bytes);
    if (!client.is_closed_by_peer(std::chrono::seconds(5))) {
      return fail("a connection with broken framing stays open");
    }
  }
  return answers(bank);
}

// What a peer sends behind broken framing is not read; the replies to what it sent before come
// all the same, also those that wait in the switch's kernel for a slow reader.
bool broken_framing_after_requests(Bank& bank) {
  constexpr int requests = 1000;
  LinkClient client(bank.dialect(), bank.link());
  client.receive_little();
  const auto payload = client.encode({{0, "0800"}, {7, "1120090000"}, {11, "000003"}, {70, "301"}});
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < requests; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(payload.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(payload.size() & 0xff));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  bytes.resize(bytes.size() + 150'000, 0xff);
  client.send_bytes(bytes);
  for (int i = 0; i < requests; ++i) {
    const auto reply = client.receive(std::chrono::seconds(5));
    if (!reply) return fail(fmt::format("after {} replies none comes: framing broke", i));
  }
  return client.is_closed_by_peer(std::chrono::seconds(5))
             ? true
             : fail("a connection with broken framing stays open");
}

// A byte at a time is slow, not wrong.
bool slow(Bank& bank) {
  LinkClient client(bank.dialect(), bank.link());
  const auto payload = client.encode(Bank::purchase(7, 5, next_trace()));
  client.send_bytes({static_cast<std::uint8_t>(payload.size() >> 8),
                     static_cast<std::uint8_t>(payload.size() & 0xff)});
  for (std::size_t i = 0; i < payload.size(); ++i) {
    client.send_bytes({payload[i]});
    std::this_thread::sleep_for(milliseconds(2));
    if (i == payload.size() / 2 && !answers(bank)) return false;
  }
  const auto reply = client.receive(std::chrono::seconds(5));
  return reply && reply->at(39) == "00" ? true : fail("a slow peer is not answered");
}

bool half_closed(Bank& bank) {
  constexpr int requests = 20;
  LinkClient client(bank.dialect(), bank.link());
  for (int i = 0; i < requests; ++i) client.send(Bank::purchase(8, 5, next_trace()));
  client.shut_down_sending();
  for (int i = 0; i < requests; ++i) {
    const auto reply = client.receive(std::chrono::seconds(5));
    if (!reply || reply->at(39) != "00") return fail("a half-closed peer misses a reply");
  }
  if (!client.is_closed_by_peer(std::chrono::seconds(5))) {
    return fail("a half-closed connection is not closed when all is answered");
  }
  return answers(bank);
}

long resident_kib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  std::string word;
  while (status >> word) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

// Asks and asks and never reads: the switch stops reading from it and keeps its memory.
bool never_reads(Bank& bank) {
  const pid_t pid = bank.the_switch().process().pid();
  const long before = resident_kib(pid);
  std::vector<std::unique_ptr<LinkClient>> peers;
  for (int peer = 0; peer < 4; ++peer) {
    peers.push_back(std::make_unique<LinkClient>(bank.dialect(), bank.link()));
    peers.back()->receive_little();
  }
  std::vector<std::thread> threads;
  for (auto& client : peers) {
    threads.emplace_back([&client] {
      // Blocks in send() when the switch stops reading; the shutdown below ends that.
      for (int i = 0; i < 200'000; ++i) {
        if (!client->send({{0, "0800"}, {7, "1120090000"}, {11, "000002"}, {70, "301"}})) return;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const bool others = answers(bank);
  const long grown = resident_kib(pid) - before;
  for (auto& client : peers) client->shut_down_sending();
  for (std::thread& thread : threads) thread.join();
  constexpr long growth_kib_max = 64 * 1024;
  if (grown > growth_kib_max) return fail(fmt::format("memory grew by {} KiB", grown));
  return others;
}

bool silent_until_the_end(Bank& bank) {
  std::vector<std::unique_ptr<LinkClient>> peers;
  for (int peer = 0; peer < 100; ++peer) {
    peers.push_back(std::make_unique<LinkClient>(bank.dialect(), bank.link()));
    if (peer % 2 == 0) peers.back()->send_bytes({0x00});  // half a length
  }
  if (!answers(bank)) return false;
  if (!bank.ledger_is_zero()) return false;
  return bank.stop_and_verify();
}

}  // namespace

int main(int argc, char** argv) {
  Bank bank(argc, argv);
  const std::uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1;
  const bool passed = bank.start() && answers(bank) && mutated(bank, seed) &&
                      broken_framing(bank, seed) && broken_framing_after_requests(bank) &&
                      slow(bank) && half_closed(bank) && never_reads(bank) &&
                      silent_until_the_end(bank);
  if (!passed) bank.the_switch().show_log();
  return passed ? 0 : 1;
}
