// Reconciliation and cut-over messages as commands.
#pragma once

#include "link/authorize.hpp"

namespace holdfast {

// 0500/0520: totals of the sender: 74–77 and 81 numbers, 86–89 amounts, 97 net; in the currency
// of DE50 or DE49, or of all together. Fields that are absent are not compared.
FieldResult<CardCommand> reconcile_command(const LinkReading& reading,
                                           const iso8583::Message& message, iso8583::Mti mti,
                                           Digests& digests);

// 0800/0820 with DE70 201: the link's reconciliation period ends.
FieldResult<CardCommand> cut_over_command(const LinkReading& reading,
                                          const iso8583::Message& message, iso8583::Mti mti,
                                          Digests& digests);

}  // namespace holdfast
