// A line of a `jsonl` clearing file and a record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "clearing/record.hpp"

namespace holdfast::clearing {

// True when the line is one JSON object, whatever it holds.
bool is_json_object(std::string_view line);

// pan, processing_code, amount and currency are mandatory; null and "" are as absent. Unknown
// keys are ignored, so that producers may add some. Wrong types, unknown currencies, negative
// amounts and impossible times are rejections that name the key.
FileItem parse_jsonl_record(std::string_view line, std::uint64_t number);

// The line of a record, without its end; what is absent is left out. Message type and function
// have no place in this format.
std::string to_jsonl(const ClearingRecord& record);

}  // namespace holdfast::clearing
