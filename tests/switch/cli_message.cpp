#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "cli_support.hpp"

using holdfast::cli::test::Finished;
using holdfast::cli::test::run_holdfast;

namespace {

const std::string purchase =
    "mti 0100\n2 4111111111111111\n3 000000\n4 000000003500\n11 000101\n49 643\n";

}  // namespace

TEST_CASE("cli message: what encode writes, describe reads, with the PAN masked", "[cli]") {
  const Finished encoded = run_holdfast("message encode", purchase);
  REQUIRE(encoded.exit_code == 0);
  const Finished described = run_holdfast("message describe", encoded.output);
  CHECK(described.exit_code == 0);
  CHECK(described.output.find("411111******1111") != std::string::npos);
  CHECK(described.output.find("4111111111111111") == std::string::npos);
  CHECK(described.output.find("000000003500") != std::string::npos);

  const Finished unmasked = run_holdfast("message describe --unmask", encoded.output);
  CHECK(unmasked.output.find("4111111111111111") != std::string::npos);
  CHECK(run_holdfast("message encode", unmasked.output).output == encoded.output);
  const Finished json = run_holdfast("message describe --unmask --json", encoded.output);
  CHECK(json.output.starts_with(R"({"mti":"0100","2":"4111111111111111")"));
  CHECK(run_holdfast("message encode", json.output).output == encoded.output);

  const Finished bytes = run_holdfast("message encode --raw", purchase);
  CHECK(bytes.output.starts_with("0100"));
  CHECK(run_holdfast("message describe --raw", bytes.output).output == described.output);
  const Finished binary = run_holdfast("message encode --raw --dialect iso87-binary", purchase);
  CHECK(run_holdfast("message describe --dialect iso87-binary", binary.output).output ==
        described.output);
}

TEST_CASE("cli message: a broken message shows what was read, and where it breaks", "[cli]") {
  std::string hex = run_holdfast("message encode", purchase).output;
  hex.resize(hex.size() - 1 - 4);  // the last two bytes, before the line's end
  const Finished described = run_holdfast("message describe", hex);
  CHECK(described.exit_code == 1);
  CHECK(described.output.find("000101") != std::string::npos);
  CHECK(described.errors.find("field 49 at offset") != std::string::npos);

  // A frame's length in front: every field is another one, and the card number lies anywhere.
  const std::string whole = run_holdfast("message encode", purchase).output;
  const Finished framed =
      run_holdfast("message describe", fmt::format("{:04X}", (whole.size() - 1) / 2) + whole);
  CHECK(framed.exit_code == 1);
  CHECK(framed.output.find("1111") == std::string::npos);
  CHECK(framed.errors.find("the first two bytes are the length of the rest") != std::string::npos);

  const Finished refused = run_holdfast("message encode", "mti 0100\n4 12x\n");
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.find("field 4") != std::string::npos);
  CHECK(run_holdfast("message describe --dialect nonsense", hex).exit_code == 2);
  CHECK(run_holdfast("message describe", "").exit_code == 1);
}

TEST_CASE("cli: every subcommand explains itself with an example", "[cli]") {
  const std::string command = GENERATE(
      as<std::string>{}, "serve", "health", "account show", "account open", "account set",
      "card issue", "card set", "card show", "hold list", "hold show", "hold place", "hold release",
      "ledger", "exception list", "load", "clearing ingest", "message describe", "message encode",
      "journal verify", "journal dump", "clock show", "clock set");
  const Finished help = run_holdfast(command + " --help");
  CHECK(help.exit_code == 0);
  CHECK(help.errors.empty());
  CHECK(help.output.find("Example:") != std::string::npos);
  CHECK(help.output.find("holdfast " + command) != std::string::npos);
}

TEST_CASE("cli: bad usage is one clear line on stderr and exit 2", "[cli]") {
  const std::string arguments =
      GENERATE(as<std::string>{}, "", "nonsense", "account", "account show", "ledger --nonsense",
               "ledger", "ledger --api http://127.0.0.1:1", "ledger --config /nowhere/x.toml",
               "account open A1 --currency XXZ --booked 1 --api http://127.0.0.1:1 "
               "--token-file /dev/null",
               "load /nowhere.jsonl --api http://127.0.0.1:1 --token-file /dev/null",
               "serve --config /nowhere/x.toml", "message describe --dialect nonsense < /dev/null");
  const Finished refused = run_holdfast(arguments);
  INFO(arguments << ": " << refused.errors);
  CHECK(refused.exit_code == 2);
  CHECK(refused.output.empty());
  CHECK(refused.errors.starts_with("holdfast"));
  CHECK(refused.errors.find('\n') == refused.errors.size() - 1);
}

TEST_CASE("cli: a word that is no command is named, and those that are", "[cli]") {
  CHECK(run_holdfast("frobnicate")
            .errors.starts_with("holdfast: 'frobnicate' is no command of 'holdfast'; there are: "
                                "serve health account "));
  CHECK(
      run_holdfast("account shw A1 --config x.toml")
          .errors.starts_with("holdfast: 'shw' is no command of 'holdfast account'; there are: "));
  CHECK(run_holdfast("4111111111111111").errors.find("4111111") == std::string::npos);
}

TEST_CASE("cli: the version", "[cli]") {
  const Finished version = run_holdfast("--version");
  CHECK(version.exit_code == 0);
  CHECK(version.output.find('.') != std::string::npos);
}
