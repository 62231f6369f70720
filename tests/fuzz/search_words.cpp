// What a search is asked by: filters in CQL2, spans of time, months.
#include "isotherm/fetch/cql2.h"
#include "isotherm/fetch/time_span.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  const std::string text = fuzz::text_of(data, size);
  fuzz::value_or_error([&] { Cql2::parse(text); });
  fuzz::value_or_error([&] { parse_instant(text); });
  fuzz::value_or_error([&] {
    const TimeSpan span = parse_time_span(text);
    fuzz::require(!span.first || !span.last || *span.first <= *span.last,
                  "a span that ends before it starts");
  });
  fuzz::value_or_error([&] { parse_months(text); });
  return 0;
}
