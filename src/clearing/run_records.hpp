// Reads what a run has kept of its records.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <filesystem>

namespace holdfast::clearing {

// The addenda of the presentment with this number, as lines of the run: those behind it in the
// file. Found by a few reads, however long the file is; none where it is not there.
boost::json::array addenda_of(const std::filesystem::path& records_file, std::uint64_t number);

}  // namespace holdfast::clearing
