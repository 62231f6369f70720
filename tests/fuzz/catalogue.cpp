// A user's file of indices.
#include "isotherm/io/catalogue_json.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  const fuzz::MemoryFile file("fuzz/catalogue.json", data, size);
  fuzz::value_or_error([&] { read_catalogue_json(file.name()); });
  return 0;
}
