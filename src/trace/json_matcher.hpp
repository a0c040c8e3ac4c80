// Compares JSON answers of the API with what a trace expects of them. No I/O.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/matcher.hpp"
#include "trace/memory.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

// The currency in which an expectation's amount is written, for keys that hold minor units;
// nothing for keys that hold anything else.
using AmountCurrency = std::function<std::optional<engine::CurrencyCode>(std::string_view path)>;

// What stands at a dotted path ("exceptions.0.code"): a scalar as text, else JSON. Nothing where
// the path ends early or holds null.
std::optional<std::string> text_at(const boost::json::value& answer, std::string_view path);

std::vector<Difference> compare_json(const std::vector<JsonExpectation>& expected,
                                     const boost::json::value& answer, const Memory& memory,
                                     Captures& captures, const AmountCurrency& currency_of = {});

}  // namespace holdfast::trace
