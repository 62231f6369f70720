// Landsat metadata in its three forms: text, JSON, XML.
#include "io/mtl.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::value_or_error([&] {
    const Mtl mtl = parse_mtl(fuzz::text_of(data, size), "fuzzed_MTL.txt");
    for (const auto& group : mtl.groups) {
      for (const auto& row : group.second) {
        fuzz::require(mtl.text({group.first}, row.first) == row.second,
                      "a key of a group is not found in it");
        fuzz::value_or_error([&] { mtl.number({group.first}, row.first); });
      }
    }
  });
  return 0;
}
