// Fits written by regress and read by predict and scenario.
#include "isotherm/io/fit_json.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  const fuzz::MemoryFile file("fuzz/fit.json", data, size);
  fuzz::value_or_error([&] { read_fits(file.name()); });
  return 0;
}
