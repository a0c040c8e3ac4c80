// Moving what is old to the archive, now.
#include "http/api.hpp"
#include "http/bodies.hpp"
#include "http/waiting.hpp"

namespace holdfast::http {

namespace json = boost::json;

Awaitable<ApiResponse> post_archive(Api& api, const ApiRequest& request) {
  if (const auto fault = fault_of_no_body(request.body)) co_return bad_body(*fault);
  if (api.core.config.archive.folder.empty()) {
    co_return problem(409, "no_archive", "The configuration has no [archive].");
  }
  const auto result = std::make_shared<std::optional<Archivist::Result>>();
  const Begin begin = [&api, result](std::function<void()> tell) {
    api.archivist.run_round([result, tell = std::move(tell)](const Archivist::Result& ended) {
      *result = ended;
      tell();
    });
  };
  co_await until_told(api.executor, begin);
  if (!**result)
    co_return problem(503, "archive_failed", "The archive could not take it; see the log.");
  const engine::ArchiveReport& report = ***result;
  co_return json_answer(200, json::object{{"holds", report.holds},
                                          {"movements", report.movements},
                                          {"authorizations", report.decisions},
                                          {"journal_segments", report.segments}});
}

}  // namespace holdfast::http
