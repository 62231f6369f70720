// Parts of a run: bytes that claim to be such a file, decoded to the last zone, once as they are and once
// with their checksums taken as right (no mutation would ever find one).
#include "isotherm/engine/part_file.h"

#include <span>

#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  const auto bytes = std::as_bytes(std::span(data, size));
  fuzz::value_or_error([&] { PartFile::parse(bytes, "fuzzed.part").check(); });
  fuzz::value_or_error([&] { PartFile::parse(bytes, "fuzzed.part", false).check(); });
  return 0;
}
