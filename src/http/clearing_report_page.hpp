// The report of a clearing file as a page to print.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace holdfast::http {

// HTML of a run's summary; no scripts, nothing from elsewhere.
std::string clearing_report_page(const boost::json::object& summary);

}  // namespace holdfast::http
