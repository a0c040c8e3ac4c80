// What the ledger should say, told in the plainest way: a list of holds and one number per
// account. No chains, no overlays, no events; looked through from end to end each time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/money.hpp"

namespace engine::testing {

class ReferenceModel {
 public:
  struct Hold {
    int account = 0;
    MinorUnits amount = 0;       // still held
    MinorUnits transaction = 0;  // as authorized
    MinorUnits remaining = 0;    // what reversals have not taken back
    std::int64_t expires_at = 0;
    bool open = true;
    int clearings = 0;
    bool top_up = false;
  };

  void open(int account, MinorUnits booked) { ledger_[account] = booked; }

  // Whether the answer is an approval. `request` tells requests apart.
  bool hold(int request, int account, MinorUnits amount, std::int64_t expires_at);
  bool top_up(int request, int account, MinorUnits amount);
  void arrest(int request, int account, MinorUnits amount);
  // Whether there was anything to release.
  bool release(int request);
  void reverse(int original, MinorUnits amount);
  // A final record clears the hold of `request`; the same record again does nothing.
  void clear(int record, int request, int account, MinorUnits amount, bool credit, bool final);
  void give_back(int reversal, int record);
  void expire(std::int64_t now);

  MinorUnits ledger(int account) const { return ledger_.at(account); }
  MinorUnits held(int account) const;
  MinorUnits available(int account) const { return ledger(account) - held(account); }

 private:
  Hold* find(int request);

  std::map<int, MinorUnits> ledger_;
  std::map<int, bool> answers_;
  std::map<int, Hold> holds_;  // by the request that placed them
  std::map<int, bool> reversed_early_;
  struct Posting {
    int account = 0;
    MinorUnits amount = 0;
    bool given_back = false;
  };
  std::map<int, Posting> records_;
};

}  // namespace engine::testing
