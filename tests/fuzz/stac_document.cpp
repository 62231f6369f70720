// STAC items as they come over the network: what was read is written and read again as the same.
#include "isotherm/fetch/item.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::value_or_error([&] {
    const Json document = read_json(fuzz::text_of(data, size), "fuzzed item");
    const Json once = item_json(read_item(document, "https://example.org/items/a.json"));
    const Json twice = item_json(read_item(once, "https://example.org/items/a.json"));
    fuzz::require(write_json(once) == write_json(twice), "an item changes when it is written and read again");
  });
  return 0;
}
