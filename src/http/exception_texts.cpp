#include "http/exception_texts.hpp"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

using engine::ExceptionCode;

constexpr std::array table{
    ExceptionText{ExceptionCode::reversal_after_clearing,
                  "A reversal came for what clearing has posted; nothing was credited.",
                  "Wait for the clearing record of the reversal; dispute it if none comes."},
    ExceptionText{ExceptionCode::reversal_above_hold,
                  "A reversal asked for more than was left; what was left went back.",
                  "Compare the amounts with the acquirer if the customer misses money."},
    ExceptionText{ExceptionCode::original_not_found,
                  "A reversal named a transaction that never came; it is refused if it still does.",
                  "Nothing, unless the customer tells of such a transaction."},
    ExceptionText{ExceptionCode::same_key_other_content,
                  "A reversal advice repeated an earlier one with other content; nothing changed.",
                  "Ask the processor which of the two is meant."},
    ExceptionText{ExceptionCode::unmatched_clearing,
                  "A clearing record had no authorization; its amount was posted.",
                  "Check with the customer, and charge it back if it is not theirs."},
    ExceptionText{ExceptionCode::over_clearing,
                  "Clearing posted more than the authorization allows, or posted it again.",
                  "Charge back what is too much, if the merchant cannot show why."},
    ExceptionText{ExceptionCode::cleared_after_expiry,
                  "The hold had expired when its clearing record came; the amount was posted.",
                  "Look at the balance: it may be below zero."},
    ExceptionText{ExceptionCode::cleared_after_release,
                  "The hold had been released when its clearing record came; it was posted.",
                  "Charge it back if the reversal was meant to cancel the purchase."},
    ExceptionText{ExceptionCode::account_not_active,
                  "Clearing posted to an account that is blocked or closed.",
                  "Settle the balance with the customer."},
    ExceptionText{ExceptionCode::chargeback,
                  "A chargeback was cleared; nothing was posted to the customer.",
                  "Follow the dispute, and credit the customer by hand when it is decided."},
    ExceptionText{ExceptionCode::ambiguous_match,
                  "Several holds fitted a clearing record; the closest amount was taken.",
                  "Check the hold that is named, if the customer asks."},
    ExceptionText{ExceptionCode::reversal_without_effect, "A reversal left nothing to take back.",
                  "Compare the amounts with the acquirer if the customer misses money."},
    ExceptionText{ExceptionCode::reversal_not_comparable,
                  "A partial reversal was stated in another currency than its original.",
                  "Release the part by hand, or wait for clearing."},
    ExceptionText{ExceptionCode::advice_not_applied,
                  "An advice told of something that cannot be done here; nothing changed.",
                  "Ask the processor what happened, and post it by hand if it did."},
    ExceptionText{ExceptionCode::advice_after_clearing,
                  "An advice came for what clearing has posted; it was not posted again.",
                  "Nothing, if the amounts agree."},
    ExceptionText{ExceptionCode::second_posting,
                  "A financial advice repeated what is posted; it was not posted again.",
                  "Nothing, unless there were two: then the second one's clearing posts it."},
    ExceptionText{ExceptionCode::posting_differs,
                  "Clearing states another amount than was posted at authorization.",
                  "Correct the difference by hand if the customer was charged wrongly."},
    ExceptionText{ExceptionCode::rate_result_unknown,
                  "The rate result of a top-up could not be booked: a rate is missing.",
                  "Set the rate, and book the difference by hand."},
    ExceptionText{
        ExceptionCode::posting_was_resolved,
        "A reversal came for a posting that was undone or moved by hand after core banking "
        "rejected it; nothing was posted.",
        "Nothing, if it was undone; if it was moved, give it back to the other account."},
};
constexpr ExceptionText unknown{ExceptionCode{}, "Written by a newer version.", "Update."};

}  // namespace

const ExceptionText& exception_text(ExceptionCode code) {
  const auto row = std::find_if(table.begin(), table.end(),
                                [code](const ExceptionText& text) { return text.code == code; });
  return row == table.end() ? unknown : *row;
}

}  // namespace holdfast
