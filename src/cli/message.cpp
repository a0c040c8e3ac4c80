#include "cli/message.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/commands.hpp"

namespace holdfast::cli {

void add_message_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<MessageOptions>();
  const std::string dialect = "A dialect's name, or the file of one";
  CLI::App* group = app.add_subcommand("message", "ISO 8583 messages: describe, encode");
  group->require_subcommand(1);

  CLI::App* describe = group->add_subcommand("describe", "Shows the fields of a message on stdin");
  describe->add_option("--dialect", options->dialect, dialect)->capture_default_str();
  describe->add_flag("--unmask", options->unmask, "Shows card data");
  describe->add_flag("--raw", options->raw, "stdin is the bytes, even where they look like hex");
  describe->add_flag("--json", options->json, "As JSON, which `message encode` reads back");
  describe->footer(
      "stdin is hex, or the bytes themselves where it holds anything else.\n"
      "Example:\n  holdfast message describe --dialect iso87-ascii < message.hex");
  describe->callback(
      [options, &action] { action = [options] { return describe_message(*options); }; });

  CLI::App* encode = group->add_subcommand("encode", "Writes the message that stdin describes");
  encode->add_option("--dialect", options->dialect, dialect)->capture_default_str();
  encode->add_flag("--raw", options->raw, "Writes the bytes instead of hex");
  encode->footer(
      "stdin has lines such as `mti 0800` and `70 301`, or JSON such as\n"
      "{\"mti\":\"0800\",\"70\":\"301\"}.\n"
      "Example:\n  printf 'mti 0800\\n11 000001\\n70 301\\n' | holdfast message encode");
  encode->callback([options, &action] { action = [options] { return encode_message(*options); }; });
}

}  // namespace holdfast::cli
