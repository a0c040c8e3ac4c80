#include "rules/processing_code.hpp"

namespace holdfast {

engine::Operation operation_of(std::string_view processing_code) {
  using engine::Operation;
  struct Row {
    std::string_view code;
    Operation operation;
  };
  static constexpr Row rows[] = {
      {"00", Operation::purchase},     {"01", Operation::cash},
      {"09", Operation::cashback},     {"10", Operation::transfer_out},
      {"11", Operation::transfer_out}, {"17", Operation::transfer_out},
      {"20", Operation::refund},       {"21", Operation::deposit},
      {"26", Operation::transfer_in},  {"28", Operation::transfer_in},
      {"30", Operation::inquiry},      {"31", Operation::inquiry},
      {"39", Operation::verification},
  };
  for (const Row& row : rows) {
    if (row.code == processing_code.substr(0, 2)) return row.operation;
  }
  return Operation::unsupported;
}

engine::Operation operation_in_clearing(std::string_view processing_code) {
  const std::string_view code = processing_code.substr(0, 2);
  if (code == "12") return engine::Operation::cash;      // cash disbursement
  if (code == "18") return engine::Operation::purchase;  // unique transaction
  return operation_of(processing_code);
}

}  // namespace holdfast
