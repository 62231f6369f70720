// Whole text files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "isotherm/core/run_context.h"

namespace isotherm {

/// Throws Error(input) when it cannot be read or is longer than 4 GiB.
std::string read_text(const std::string& path);

/// A text file that appears whole or not at all; "-" is standard output.
class TextOutput {
 public:
  /// Throws Error(output) at once when it could not be written.
  TextOutput(const std::string& path, const RunContext& context);
  TextOutput(TextOutput&&) noexcept;
  ~TextOutput();
  void write(std::string_view text);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
