// What a message says, as text for people.
#pragma once

#include <string_view>
#include <vector>

#include "clearing/record.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

// Every field that has a text, private data by subelement, in UTF-8. The card's number, its expiry
// and its chip's data are left out, and so is what stands in the record anyway (DE24); card numbers
// within other texts are masked, `pan` wherever it stands.
std::vector<CarriedField> carried_fields(const iso8583::Dialect& dialect,
                                         const iso8583::Message& message, std::string_view pan);

}  // namespace holdfast::clearing
