// A parsed trace: its title and its steps in order. Plain values; nothing here does anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "trace/clock.hpp"
#include "trace/value.hpp"

namespace holdfast::trace {

// --- The trace's own notebook ---------------------------------------------------------------

struct SetDefaults {
  std::vector<FieldSetting> fields;
};

struct SetTime {
  TraceTime time;
};

// Waits, when the replay has a speed, and moves the trace's clock.
struct Pace {
  std::optional<std::chrono::milliseconds> after_previous;
  std::optional<std::chrono::milliseconds> time_of_day;
};

// A card that the trace knows and the switch may not.
struct DeclareCard {
  std::string name;
  std::string pan;
  std::string expiry;
};

// --- The processor's link -------------------------------------------------------------------

struct OpenConnection {
  std::string link;  // empty: the one the replay was told to use
};

struct CloseConnection {
  bool only_sending_half = false;
};

enum class RequestKind {
  fresh,     // made from defaults, automatic values and what is written
  again,     // the earlier request as it was, with what is written changed
  reversal,  // the earlier request's identity in DE90, with a key of its own
};

struct SendMessage {
  RequestKind kind = RequestKind::fresh;
  std::string mti;       // again: empty keeps the earlier one
  std::string original;  // again, reversal: the earlier message's name
  std::string name;      // given with `as`, or made from the line
  int copies = 1;        // burst: how many at once
  std::vector<FieldSetting> fields;
};

struct SendRaw {
  std::string name;
  std::string bytes;
  bool framed = true;  // with a length header in front
};

struct ExpectReply {
  std::string of;   // empty: the oldest message on the connection without an expectation
  std::string mti;  // empty: the request's own response MTI
  std::string same_as;
  std::vector<FieldSetting> fields;
};

// So many of a burst's replies fit the fields.
struct ExpectCount {
  std::string of;
  int count = 0;
  std::vector<FieldSetting> fields;
};

struct ExpectRaw {
  std::string bytes;
};

struct ExpectSilence {
  std::chrono::milliseconds within{300};
};

struct ExpectClosed {};

// --- The API --------------------------------------------------------------------------------

// A key of a JSON answer with dots between the levels, and what it must be.
struct JsonExpectation {
  std::string path;
  Value value;
};

struct PutAccount {
  std::string id;
  engine::CurrencyCode currency;
  std::optional<engine::MinorUnits> booked;
  std::optional<engine::MinorUnits> overdraft_limit;
  std::string status;
};

struct IssueCard {
  DeclareCard card;
  std::string account;
  std::string status;
  std::string limit_profile;
};

// Raw settings of a PATCH: `change card a status=blocked`.
struct ChangeState {
  bool is_card = false;
  std::string name;
  std::string status;
  std::string limit_profile;
  std::string overdraft_limit;  // an amount; the account's currency is known when it runs
};

struct CheckBalance {
  std::string account;
  std::vector<JsonExpectation> figures;  // amounts as people write them
};

struct CheckHolds {
  std::string account;
  bool ended_too = false;
  std::optional<std::size_t> count;
  std::vector<JsonExpectation> fields;
};

struct CheckException {
  std::string code;
  std::optional<std::size_t> count;  // absent: at least one
};

struct CheckLedger {
  std::string currency;  // empty: every currency sums to zero
  std::vector<JsonExpectation> figures;
};

struct MoveClock {
  std::optional<TraceTime> to;
  std::chrono::seconds by{0};
};

// One clearing record as it was written: friendly `key=value` words, or a line of the file as is.
struct ClearingLine {
  int line = 0;
  int copies = 1;
  bool verbatim = false;
  std::string text;  // verbatim
  std::vector<std::pair<std::string, Value>> fields;
};

struct IngestClearing {
  std::string name;
  std::string again;   // the name of an earlier file, sent once more
  std::string format;  // jsonl, ipm, base2
  std::string file;    // beside the trace; empty where there are lines
  std::vector<ClearingLine> lines;
  std::string listed_name;  // what it is called in the list of files; may be empty
  int cut_bytes = 0;        // as many are missing at its end, this time
};

struct CheckReport {
  std::vector<JsonExpectation> fields;
};

struct HttpCall {
  std::string method;
  std::string target;
  std::string body;
  std::string idempotency_key;
};

struct ExpectStatus {
  int status = 0;
  bool replayed = false;
  std::vector<JsonExpectation> fields;
};

// --- Core banking's side: files in data_dir/core ----------------------------------------------

// What becomes of a file that core banking sends. Taken, unless one of these is set.
struct CoreReception {
  bool waits = false;   // it lies in the inbox for two rounds
  std::string refusal;  // it is put aside, and this is why
};

struct CoreVerdict {
  bool accepted = false;
  std::string reason;
};

// Of the items from the first to the last.
struct CoreItemAnswer {
  int first = 0;
  int last = 0;
  CoreVerdict verdict;
};

struct AnswerBatch {
  std::string batch;
  std::optional<CoreVerdict> others;  // every item of the batch that has no answer of its own
  std::vector<CoreItemAnswer> items;
  std::string file;  // its name in the inbox
  CoreReception reception;
};

struct CoreBalanceLine {
  std::string account;
  engine::Money booked;
};

struct SendCoreBalances {
  std::vector<CoreBalanceLine> balances;
  std::string last_batch;  // empty: none
  std::string file;
  CoreReception reception;
};

struct SendCoreFile {
  std::string file;
  std::string content;
  CoreReception reception;
};

struct ExportedItems {
  int first = 0;
  int last = 0;
  std::vector<JsonExpectation> fields;
};

// A batch's file in the outbox: sound by itself, and as expected.
struct CheckExport {
  std::string batch;
  bool is_absent = false;
  bool is_unchanged = false;  // the same bytes as when it was looked at before
  std::vector<JsonExpectation> head;
  std::vector<ExportedItems> items;
};

struct RemoveExport {
  std::string batch;
};

using Action = std::variant<SetDefaults, SetTime, Pace, DeclareCard, OpenConnection,
                            CloseConnection, SendMessage, SendRaw, ExpectReply, ExpectCount,
                            ExpectRaw, ExpectSilence, ExpectClosed, PutAccount, IssueCard,
                            ChangeState, CheckBalance, CheckHolds, CheckException, CheckLedger,
                            MoveClock, IngestClearing, CheckReport, HttpCall, ExpectStatus,
                            AnswerBatch, SendCoreBalances, SendCoreFile, CheckExport, RemoveExport>;

struct Step {
  int line = 0;
  std::string connection;
  Action action;
};

struct Trace {
  std::string file;
  std::string title;
  std::vector<Step> steps;
};

// True for the steps that need `--api` or `--config`.
bool needs_api(const Action& action);
// True for the steps that need `--config`: they read and write the files of core banking.
bool needs_core_folder(const Action& action);

}  // namespace holdfast::trace
