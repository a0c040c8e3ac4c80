// A normalised clearing record as the engine's command.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "clearing/record.hpp"
#include "engine/command.hpp"
#include "security/card_tokenizer.hpp"

namespace holdfast::clearing {

// Nothing but a reason when the record has a processing code that clearing does not know.
std::variant<engine::PostClearing, Rejection> command_of(const ClearingRecord& record,
                                                         const FileId& file_id,
                                                         const engine::FileDigest& file,
                                                         CardTokenizer& tokenizer);

}  // namespace holdfast::clearing
