// A clearing file that was cut short and comes again.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

const FileDigest night = digest<FileDigest>("night");

PostClearing record(std::string_view name, std::uint32_t number,
                    std::string_view amount = "10.00") {
  PostClearing record;
  record.identity = digest<ClearingIdentity>(name);
  record.file = night;
  record.record_number = number;
  record.token = digest<CardToken>("C1");
  record.transaction = money(amount);
  return record;
}

}  // namespace

TEST_CASE("clearing files: a record of a file that was cut short is told of as the first time",
          "[engine][clearing]") {
  Ledger ledger;
  CHECK(ledger.run(BeginClearingFile{night}).decision.runs == 0);
  const Answer first = ledger.run(record("R1", 1));
  CHECK(first.decision.clearing == ClearingOutcome::posted_unmatched);
  // Twice in the file: its second place is a duplicate.
  CHECK(ledger.run(record("R1", 2)).decision.clearing == ClearingOutcome::duplicate);

  CHECK(ledger.run(BeginClearingFile{night}).decision.runs == 0);
  const Answer again = ledger.run(record("R1", 1));
  CHECK(again.decision.clearing == ClearingOutcome::posted_unmatched);
  CHECK(again.decision.repeated);
  CHECK(again.decision.amount == first.decision.amount);
  CHECK(again.decision.currency == first.decision.currency);
  CHECK(again.decision.exceptions[0] == ExceptionCode::unmatched_clearing);
  CHECK(ledger.run(record("R1", 2)).decision.clearing == ClearingOutcome::duplicate);
  CHECK(ledger.balance() == "L=990.00 H=0.00");

  ledger.run(FinishClearingFile{night});
  CHECK(ledger.run(BeginClearingFile{night}).decision.runs == 1);
  CHECK(ledger.run(record("R1", 1)).decision.clearing == ClearingOutcome::duplicate);
  // New in the second run, and that run is cut short.
  CHECK(ledger.run(record("R3", 3)).decision.clearing == ClearingOutcome::posted_unmatched);
  CHECK(ledger.run(BeginClearingFile{night}).decision.runs == 1);
  CHECK(ledger.run(record("R1", 1)).decision.clearing == ClearingOutcome::duplicate);
  CHECK(ledger.run(record("R3", 3)).decision.clearing == ClearingOutcome::posted_unmatched);
  CHECK(ledger.balance() == "L=980.00 H=0.00");
}
