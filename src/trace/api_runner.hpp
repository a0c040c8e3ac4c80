// Runs the steps of a trace that go over the switch's HTTP API.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "trace/json_matcher.hpp"
#include "trace/memory.hpp"
#include "trace/outcome.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

class ApiRunner {
 public:
  // Both outlive the runner. Files that the trace names are looked for in `folder`.
  ApiRunner(Memory& memory, http::ApiClient& api, std::filesystem::path folder)
      : memory_(memory), api_(api), folder_(std::move(folder)) {}

  StepOutcome run(const PutAccount& account);
  StepOutcome run(const IssueCard& issue);
  StepOutcome run(const ChangeState& change);
  StepOutcome run(const CheckBalance& check);
  StepOutcome run(const CheckHolds& check);
  StepOutcome run(const CheckException& check);
  StepOutcome run(const CheckLedger& check);
  StepOutcome run(const MoveClock& move);
  StepOutcome run(const IngestClearing& ingest);
  StepOutcome run(const CheckReport& check);
  StepOutcome run(const HttpCall& call);
  StepOutcome run(const ExpectStatus& expect);

 private:
  struct Answer {
    int status = 0;
    bool replayed = false;
    boost::json::value json;
  };
  struct ClearingFile {
    std::string format;
    std::string content;
  };

  // Fatal when the API cannot be reached; `answer` is set otherwise.
  StepOutcome ask(std::string_view method, std::string_view target, std::string_view body,
                  Answer& answer, std::span<const http::Header> headers = {});
  // The same, and a difference when the answer is not a success.
  StepOutcome ask_for_success(std::string_view method, std::string_view target,
                              std::string_view body, Answer& answer);
  StepOutcome compare(const std::vector<JsonExpectation>& expected,
                      const boost::json::value& answer, std::string_view prefix,
                      const AmountCurrency& currency_of = {});
  StepOutcome load_clearing_file(const IngestClearing& ingest, ClearingFile& file);

  Memory& memory_;
  http::ApiClient& api_;
  std::filesystem::path folder_;
  std::map<std::string, ClearingFile> clearing_files_;
  std::optional<boost::json::value> report_last_;
  std::optional<Answer> answer_last_;
};

}  // namespace holdfast::trace
