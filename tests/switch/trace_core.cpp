// The statements that play core banking, with a switch that only moves files.
#include <stdlib.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "security/sha256.hpp"
#include "trace/parser.hpp"
#include "trace/replay.hpp"

namespace trace = holdfast::trace;

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

class CoreFolder {
 public:
  CoreFolder() {
    std::string name = (fs::temp_directory_path() / "holdfast-trace-core-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "outbox");
    fs::create_directories(folder_ / "inbox" / "done");
    fs::create_directories(folder_ / "inbox" / "failed");
  }
  ~CoreFolder() { fs::remove_all(folder_); }

  fs::path file(const std::string& name) const { return folder_ / name; }

  // A batch of two items, as the switch writes it.
  void export_batch(const std::string& id, const std::string& currency_totals = R"({"RUB":-2500})",
                    int stated_items = 2) const {
    const std::string items = item(id, 1, "A1", -5000) + item(id, 2, "A2", 2500);
    std::ofstream(folder_ / "writing")
        << R"({"batch_id":")" << id << R"(","source":"loans","currency_totals":)" << currency_totals
        << R"(,"items":)" << stated_items << R"(,"sha256_of_items":")"
        << holdfast::sha256_hex(items) << "\"}\n"
        << items;
    fs::rename(folder_ / "writing", folder_ / "outbox" / (id + ".jsonl"));
  }

  // What the trace says of it, with a switch that takes files named "good…", puts those named
  // "bad…" aside and leaves all others. For "…other-bytes…" it writes B1 with a blank more.
  Texts differences(const std::string& text) const {
    auto parsed = trace::parse_trace(text, "t.trace");
    if (!parsed) FAIL(trace::to_string(parsed.error()));
    // Accounts are opened for the parser alone: there is no API.
    std::erase_if(parsed->steps, [](const trace::Step& s) { return trace::needs_api(s.action); });
    trace::ReplaySettings settings;
    settings.find_target = [](const std::string&) { return nullptr; };
    settings.core_folder = folder_;
    settings.reply_timeout = std::chrono::milliseconds(1000);
    trace::ReplayReport report;
    std::atomic<bool> ended = false;
    std::thread desk([this, &ended] {
      while (!ended) {
        take_files();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
    trace::replay_trace(*parsed, settings, report);
    ended = true;
    desk.join();
    Texts texts;
    for (const auto& d : report.differences)
      texts.push_back(std::to_string(d.line) + ": " + d.text);
    return texts;
  }

 private:
  static std::string item(const std::string& id, int number, const std::string& account,
                          int amount) {
    return R"({"item_id":")" + id + "-" + std::to_string(number) + R"(","account_id":")" + account +
           R"(","amount":)" + std::to_string(amount) + R"(,"currency":"RUB"})" + "\n";
  }

  void take_files() const {
    for (const auto& entry : fs::directory_iterator(folder_ / "inbox")) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".jsonl")) continue;
      if (name.find("other-bytes") != std::string::npos) export_batch("B1", R"({"RUB": -2500})");
      if (name.find("good") != std::string::npos) {
        fs::rename(entry.path(), folder_ / "inbox" / "done" / name);
      } else if (name.find("bad") != std::string::npos) {
        const fs::path put_aside = folder_ / "inbox" / "failed" / name;
        fs::rename(entry.path(), put_aside);
        std::ofstream(folder_ / "writing") << "line 1: unknown_item\n";
        fs::rename(folder_ / "writing", put_aside.string() + ".error");
      }
    }
  }

  fs::path folder_;
};

}  // namespace

TEST_CASE("trace core: what core banking finds is compared, in the amounts of people",
          "[trace][core]") {
  const CoreFolder core;
  core.export_batch("B1");
  CHECK(core.differences("core finds B1 items=2 RUB=-25.00 source=loans\n"
                         "  1-2 currency=RUB\n"
                         "  2 account_id=A2 amount=25.00\n"
                         "core finds B1 unchanged\n"
                         "core finds no B2\n"
                         "core removes B1\n"
                         "core finds no B1\n") == Texts{});
  core.export_batch("B1");
  CHECK(core.differences("core finds B1 items=3 RUB=-25.01 source=loans\n"
                         "  1 amount=-50.01\n"
                         "  2-3 account_id=A2\n"
                         "core finds no B1\n"
                         "core removes B2\n"
                         "core finds B2\n") ==
        Texts{"1: expected B1 items=3, got 2",
              "1: expected B1 currency_totals.RUB=-25.01, got -25.00",
              "1: expected B1-1 amount=-50.01, got -50.00", "1: there is no item B1-3",
              "4: expected no B1 in the outbox", "5: B2 is not in the outbox",
              "6: B2 is not in the outbox"});
}

TEST_CASE("trace core: a batch must hold what it states, and be the same as before",
          "[trace][core]") {
  const CoreFolder core;
  core.export_batch("B1", R"({"RUB":-2501})", 3);
  CHECK(core.differences("core finds B1\n") ==
        Texts{"1: B1 states items=3, and has 2",
              R"(1: B1 states currency_totals={"RUB":-2501}, and has {"RUB":-2500})"});
  core.export_batch("B2");
  fs::rename(core.file("outbox/B2.jsonl"), core.file("outbox/B3.jsonl"));
  const Texts renamed = core.differences("core finds B3\n");
  CHECK(renamed == Texts{R"(1: B3 states batch_id="B2", and has "B3")", "1: B3-1 is called B2-1",
                         "1: B3-2 is called B2-2"});
  std::ofstream(core.file("outbox/B3.jsonl"), std::ios::app) << "cut";
  CHECK(core.differences("core finds B3\n") == Texts{"1: B3: line 4 has no end"});

  core.export_batch("B1");
  CHECK(core.differences("core finds B1\n"
                         "core file good-other-bytes.jsonl\n"
                         "  x\n"
                         "core finds B1 unchanged\n") ==
        Texts{"4: B1 has other bytes than before"});
  core.export_batch("B4");
  CHECK(core.differences("core finds B4 unchanged\n") == Texts{"1: B4 was not looked at before"});
}

TEST_CASE("trace core: answers and balances are the files that docs/core-banking.md has",
          "[trace][core]") {
  const CoreFolder core;
  core.export_batch("B1");
  CHECK(core.differences("account A1 RUB\n"
                         "account E1 EUR\n"
                         "core answers B1 accepted as good.1.jsonl\n"
                         "  2 rejected \"account is closed\"\n"
                         "core answers B1 as good.2.jsonl\n"
                         "  7 accepted\n"
                         "core balances A1=950.00 E1=-0.07 after B1 as balances-good.jsonl\n"
                         "core balances A1=1.00 as balances-good.2.jsonl\n"
                         "core file good.3.jsonl\n"
                         "  no JSON\n") == Texts{});
  CHECK(content_of(core.file("inbox/done/good.1.jsonl")) ==
        R"({"batch_id":"B1","item_id":"B1-1","status":"accepted"})"
        "\n"
        R"({"batch_id":"B1","item_id":"B1-2","status":"rejected","reason":"account is closed"})"
        "\n");
  CHECK(content_of(core.file("inbox/done/good.2.jsonl")) ==
        R"({"batch_id":"B1","item_id":"B1-7","status":"accepted"})"
        "\n");
  CHECK(content_of(core.file("inbox/done/balances-good.jsonl")) ==
        R"({"account_id":"A1","booked":95000,"currency":"RUB","last_batch_id":"B1"})"
        "\n"
        R"({"account_id":"E1","booked":-7,"currency":"EUR","last_batch_id":"B1"})"
        "\n");
  CHECK(content_of(core.file("inbox/done/balances-good.2.jsonl")) ==
        R"({"account_id":"A1","booked":100,"currency":"RUB","last_batch_id":null})"
        "\n");
  CHECK(content_of(core.file("inbox/done/good.3.jsonl")) == "no JSON\n");
}

TEST_CASE("trace core: what becomes of a file is as expected, or a difference", "[trace][core]") {
  const CoreFolder core;
  CHECK(core.differences("core file bad.jsonl fails \"line 1: unknown_item\"\n  x\n"
                         "core file bad.2.jsonl\n  x\n"
                         "core file bad.3.jsonl fails \"another reason\"\n  x\n"
                         "core file good.jsonl fails \"line 1: unknown_item\"\n  x\n"
                         "core file good.2.jsonl waits\n  x\n"
                         "core file left.jsonl waits\n  x\n"
                         "core file left.2.jsonl\n  x\n") ==
        Texts{"3: expected bad.2.jsonl to be taken, it was refused with 'line 1: unknown_item'",
              "5: expected bad.3.jsonl to be refused with 'another reason', it was refused with "
              "'line 1: unknown_item'",
              "7: expected good.jsonl to be refused with 'line 1: unknown_item', it was taken",
              "9: expected good.2.jsonl to wait, it was taken",
              "13: left.2.jsonl was not read within 1000 ms"});
}
