// What every part of a running switch shares: the engine, business time, the card tokens.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "engine/engine.hpp"
#include "security/card_tokenizer.hpp"
#include "time/business_time.hpp"

namespace holdfast {

struct Core {
  const Config& config;
  engine::Engine& engine;
  BusinessClock& clock;
  const BusinessCalendar& calendar;
  const PanKey& pan_key;
};

}  // namespace holdfast
