#include "runtime/engine_caller.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

namespace holdfast {

namespace asio = boost::asio;

// A submission and the coroutine that waits for it; lives in the coroutine's frame.
struct EngineCaller::Call : engine::Submission {
  explicit Call(const asio::any_io_executor& executor)
      : wake(executor, asio::steady_timer::time_point::max()) {}
  bool done = false;
  asio::steady_timer wake;
};

EngineCaller::EngineCaller(Core& core, asio::any_io_executor executor)
    : core_(core), executor_(std::move(executor)), stamp_(core.clock, core.calendar) {}

void EngineCaller::deliver(std::span<engine::Submission* const> finished) {
  // One post for the whole batch.
  asio::post(executor_,
             [calls = std::vector<engine::Submission*>(finished.begin(), finished.end())] {
               for (engine::Submission* submission : calls) {
                 auto* call = static_cast<Call*>(submission);
                 call->done = true;
                 call->wake.cancel();
               }
             });
}

// Done at once, without a decision, when the engine does not take it.
bool EngineCaller::submit(Call& call) {
  call.completions = this;
  call.done = !core_.engine.submit(call);
  if (call.done) {
    call.answer.decision.decline =
        core_.engine.halted().empty() ? engine::Decline::overloaded : engine::Decline::halted;
  }
  return !call.done;
}

asio::awaitable<void> EngineCaller::finish(Call& call) {
  // Cancelling the wait must not free the call while the engine has it.
  while (!call.done) {
    boost::system::error_code ignored;
    co_await call.wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void EngineCaller::stamp(Call& call, engine::CommandBody body, engine::Request request) {
  const auto stamp = stamp_();
  call.command = {stamp.now, stamp.business_date, stamp.local_date, request, std::move(body)};
}

asio::awaitable<engine::Answer> EngineCaller::execute(engine::CommandBody body,
                                                      engine::Request request) {
  Call call(executor_);
  stamp(call, std::move(body), request);
  submit(call);
  co_await finish(call);
  co_return call.answer;
}

asio::awaitable<engine::Answer> EngineCaller::execute(
    engine::CommandBody body, engine::Request request,
    std::function<std::string(const engine::View&)> echo) {
  Call call(executor_);
  stamp(call, std::move(body), request);
  Call look(executor_);
  // The engine has the command by then, but this runs on the thread that takes it next.
  look.inspect = [&](const engine::View& view) {
    call.command.request.echo = decltype(engine::Request::echo)::cut(echo(view));
  };
  if (!submit(look)) co_return look.answer;
  submit(call);
  co_await finish(look);
  co_await finish(call);
  co_return call.answer;
}

asio::awaitable<bool> EngineCaller::inspect(std::function<void(const engine::View&)> look) {
  Call call(executor_);
  call.inspect = std::move(look);
  submit(call);
  co_await finish(call);
  co_return call.answer.decision.approved();
}

asio::awaitable<std::vector<engine::Answer>> EngineCaller::execute_all(
    std::vector<engine::CommandBody> bodies) {
  constexpr std::size_t window = 256;
  std::vector<engine::Answer> answers(bodies.size());
  std::deque<Call> calls;
  std::size_t finished = 0;
  for (std::size_t i = 0; finished < bodies.size();) {
    while (i < bodies.size() && i - finished < window) {
      Call& call = calls.emplace_back(executor_);
      stamp(call, std::move(bodies[i++]), {});
      submit(call);
    }
    co_await finish(calls.front());
    answers[finished++] = calls.front().answer;
    calls.pop_front();
  }
  co_return answers;
}

}  // namespace holdfast
