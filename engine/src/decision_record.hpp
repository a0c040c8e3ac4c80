// A decision as it is kept: to the store's record and back.
#pragma once

#include "event.hpp"

namespace engine {

DecisionRecord record_of(const Event& event);
void explain(DecisionRecord& record, const Explanation& why);

// The answer to a repeated request.
Answer first_answer(const DecisionRecord& record);
Explanation explanation_of(const DecisionRecord& record);

}  // namespace engine
