// Spatial weights as text: what was read is written and read again as the same.
#include "isotherm/model/weights_text.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  const std::string text = fuzz::text_of(data, size);
  fuzz::value_or_error([&] {
    const NamedWeights weights = parse_gal(text, "fuzzed.gal");
    const std::string once = gal_text(weights);
    fuzz::require(gal_text(parse_gal(once, "again.gal")) == once, "GAL read and written changes");
  });
  fuzz::value_or_error([&] { parse_gwt(text, "fuzzed.gwt"); });
  return 0;
}
