// Calls into the engine from coroutines of one io_context: HTTP handlers await a decision or an
// inspection; the writer thread's completions come back as posts to the context.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "runtime/core.hpp"

namespace holdfast {

class EngineCaller : public engine::Completions {
 public:
  EngineCaller(Core& core, boost::asio::any_io_executor executor);

  // Stamps the command with the business time and runs it. `overloaded` or `halted` in the
  // decision when the engine did not take it.
  boost::asio::awaitable<engine::Answer> execute(engine::CommandBody body,
                                                 engine::Request request = {});

  // The same for a command whose echo tells what it finds: `echo` looks right before the command is
  // decided. No other command of this caller's thread comes in between.
  boost::asio::awaitable<engine::Answer> execute(
      engine::CommandBody body, engine::Request request,
      std::function<std::string(const engine::View&)> echo);

  // Runs `look` on the writer thread; what it saw is durable when this returns. False when the
  // engine did not take it: `look` did not run, or nobody may hear what it saw.
  boost::asio::awaitable<bool> inspect(std::function<void(const engine::View&)> look);

  // Many commands at once, in order; at most 256 wait in the engine at a time. The answers are
  // in the order of the commands.
  boost::asio::awaitable<std::vector<engine::Answer>> execute_all(
      std::vector<engine::CommandBody> bodies);

  void deliver(std::span<engine::Submission* const> finished) override;

 private:
  struct Call;
  bool submit(Call& call);
  boost::asio::awaitable<void> finish(Call& call);
  void stamp(Call& call, engine::CommandBody body, engine::Request request);

  Core& core_;
  boost::asio::any_io_executor executor_;
  TimeStamper stamp_;
};

}  // namespace holdfast
