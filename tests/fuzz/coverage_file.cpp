// Saved coverage: bytes that claim to be such a file, decoded to the last zone.
#include "isotherm/engine/coverage_file.h"

#include <span>

#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::value_or_error(
      [&] { CoverageFile::parse(std::as_bytes(std::span(data, size)), "fuzzed.cov").check(); });
  return 0;
}
