#include "runtime/file_rates.hpp"

#include <future>

namespace holdfast {
namespace {

class OneCall : public engine::Completions {
 public:
  engine::Decision run(engine::Engine& engine, engine::Command command) {
    submission_.command = std::move(command);
    submission_.completions = this;
    if (!engine.submit(submission_)) {
      engine::Decision refused;
      refused.decline = engine::Decline::halted;
      return refused;
    }
    done_.get_future().wait();
    return submission_.answer.decision;
  }
  void deliver(std::span<engine::Submission* const>) override { done_.set_value(); }

 private:
  engine::Submission submission_;
  std::promise<void> done_;
};

}  // namespace

Outcome<void> set_rates_of_file(Core& core) {
  if (!core.config.fx_rates.rates.base) return {};
  const auto stamp = TimeStamper(core.clock, core.calendar)();
  const engine::Decision decision = OneCall().run(
      core.engine, {stamp.now, stamp.business_date, stamp.local_date, {}, core.config.fx_rates});
  if (decision.approved()) return {};
  return Error{"the exchange rates cannot be set: " + std::string(engine::name(decision.decline))};
}

}  // namespace holdfast
