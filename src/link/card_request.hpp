// The meaning of a card message's fields, whatever the dialect: what authorizations and
// reversals have in common. Views into the message; nothing is checked against accounts here.
#pragma once

#include <boost/system/result.hpp>
#include <string_view>

#include "engine/command.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"
#include "iso8583/mti.hpp"
#include "security/card_tokenizer.hpp"
#include "security/sha256.hpp"

namespace holdfast {

// A field that the rules need and that is absent or says nothing usable: answered 30.
struct FieldFault {
  int field = 0;
  std::string_view reason;
};
template <class T>
using FieldResult = boost::system::result<T, FieldFault>;

// What turns PANs and keys into digests: one for each thread.
struct Digests {
  explicit Digests(const PanKey& key) : tokenizer(key) {}
  CardTokenizer tokenizer;
  Sha256 sha256;
};

// DE2, or the card number at the front of track 2.
std::string_view pan_of(const iso8583::Message& message);

// Whether a field that is kept as it came holds the message's card number.
bool holds_pan(const iso8583::Message& message, std::string_view text);

// DE4 with DE49 (or DE6 with DE51): no currency when the amount is absent, or when it is zero and
// the message names none.
FieldResult<engine::Money> transaction_amount(const iso8583::Message& message);
FieldResult<engine::Money> billing_amount(const iso8583::Message& message);
// Without DE49 it is in the currency of what is reversed.
FieldResult<engine::Money> reversed_amount(const iso8583::Message& message);

// From DE3: `unsupported` for a code that is not in the contract.
engine::Operation operation_of(const iso8583::Message& message);
engine::Channel channel_of(const iso8583::Message& message, engine::Operation operation);
// A lifecycle id that is too long for a key is as absent: clearing treats it so, too. So is a key
// that holds the card number: keys are kept in clear.
engine::MatchKeys match_keys(const iso8583::Dialect& dialect, const iso8583::Message& message);

// The identity of a request, for duplicate protection: PAN, message class and function, DE7 and
// DE11 as its key; DE32, DE37 and DE41 as its variant; amount, processing code, DE90 and DE95 as
// its content.
FieldResult<engine::Request> request_identity(const iso8583::Message& message, iso8583::Mti mti,
                                              const engine::CardToken& token, Digests& digests);
// The key that an original has by what a reversal knows of it.
engine::RequestKey request_key(const engine::CardToken& token, std::string_view mti,
                               std::string_view transmitted_at, std::string_view stan,
                               Digests& digests);

// Numbers such as acquirer ids, without leading zeros.
std::string_view without_leading_zeros(std::string_view digits);

}  // namespace holdfast
