// The dates of Base II, none of which says all of its year.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace holdfast::clearing {

// YYDDD of this century, as headers and trailers have it; nothing for anything else.
std::optional<std::chrono::sys_days> base2_file_date(std::string_view yyddd);

// YDDD, as drafts have it: Y is the last digit of the year that is nearest to `near`.
std::optional<std::chrono::sys_days> base2_processing_date(std::string_view yddd,
                                                           std::chrono::sys_days near);

// MMDD of a purchase that was processed on `processed`: the latest year that does not put the
// purchase after it. One day after still counts as not after: the date is the merchant's, and at
// the date line he is a day ahead of the centre. Nothing when neither that year nor the one
// before has such a day.
std::optional<std::chrono::sys_days> base2_purchase_date(std::string_view mmdd,
                                                         std::chrono::sys_days processed);

}  // namespace holdfast::clearing
