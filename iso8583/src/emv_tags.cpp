#include "emv_tags.hpp"

#include <algorithm>
#include <array>

namespace iso8583 {
namespace {

using enum Sensitivity;

// EMV book 3, annex A; 9F6B and 56 as the card schemes define them.
constexpr std::array<EmvTag, 50> tags = {{
    {0x4F, "Application identifier (card)"},
    {0x50, "Application label"},
    {0x56, "Track 1 data", secret},
    {0x57, "Track 2 equivalent data", track},
    {0x5A, "Primary account number", pan},
    {0x5F20, "Cardholder name", secret},
    {0x5F24, "Application expiration date", secret},
    {0x5F2A, "Transaction currency code"},
    {0x5F34, "PAN sequence number"},
    {0x71, "Issuer script template 1"},
    {0x72, "Issuer script template 2"},
    {0x82, "Application interchange profile"},
    {0x84, "Dedicated file name"},
    {0x8A, "Authorization response code"},
    {0x91, "Issuer authentication data"},
    {0x95, "Terminal verification results"},
    {0x99, "Transaction PIN data", secret},
    {0x9A, "Transaction date"},
    {0x9B, "Transaction status information"},
    {0x9C, "Transaction type"},
    {0x9F02, "Amount, authorized"},
    {0x9F03, "Amount, other"},
    {0x9F06, "Application identifier (terminal)"},
    {0x9F07, "Application usage control"},
    {0x9F09, "Application version number"},
    {0x9F0B, "Cardholder name, extended", secret},
    {0x9F0D, "Issuer action code, default"},
    {0x9F0E, "Issuer action code, denial"},
    {0x9F0F, "Issuer action code, online"},
    {0x9F10, "Issuer application data"},
    {0x9F12, "Application preferred name"},
    {0x9F1A, "Terminal country code"},
    {0x9F1E, "Interface device serial number"},
    {0x9F1F, "Track 1 discretionary data", secret},
    {0x9F20, "Track 2 discretionary data", secret},
    {0x9F21, "Transaction time"},
    {0x9F26, "Application cryptogram"},
    {0x9F27, "Cryptogram information data"},
    {0x9F33, "Terminal capabilities"},
    {0x9F34, "Cardholder verification method results"},
    {0x9F35, "Terminal type"},
    {0x9F36, "Application transaction counter"},
    {0x9F37, "Unpredictable number"},
    {0x9F41, "Transaction sequence counter"},
    {0x9F4C, "ICC dynamic number"},
    {0x9F53, "Transaction category code"},
    {0x9F5B, "Issuer script results"},
    {0x9F66, "Terminal transaction qualifiers"},
    {0x9F6B, "Track 2 data", track},
    {0x9F6E, "Form factor indicator"},
}};

}  // namespace

const EmvTag* find_emv_tag(std::uint32_t tag) {
  const auto* const found = std::ranges::find(tags, tag, &EmvTag::tag);
  return found != tags.end() ? found : nullptr;
}

}  // namespace iso8583
