// The short texts of options: grids, statistics, masks, dates, periods, byte counts. What a grid says of
// itself parses back to it.
#include "isotherm/core/date.h"
#include "isotherm/core/text.h"
#include "isotherm/job/period.h"
#include "isotherm/model/ets.h"
#include "isotherm/model/forecast.h"
#include "isotherm/spectral/quality.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/grid.h"
#include "target.h"

namespace {

using namespace isotherm;

void grid(const std::string& text) {
  const Grid grid = Grid::parse(text);
  fuzz::require(Grid::looks_like_grid(text), "a grid that does not look like one");
  fuzz::require(Grid::parse(grid.spec()).spec() == grid.spec(), "a grid's own text parses to another grid");
  fuzz::value_or_error([&] {
    const Cell cell = grid.zone_at({123456.5, 5678901.25});
    fuzz::require(grid.zone_at(grid.centre(cell)) == cell, "the centre of a cell lies in another cell");
    grid.outline(cell);
    grid.neighbours(cell);
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  fuzz::value_or_error([&] { grid(text); });
  fuzz::value_or_error([&] { parse_statistic(text); });
  fuzz::value_or_error([&] { parse_mask(text); });
  fuzz::value_or_error([&] { parse_period(text); });
  fuzz::value_or_error([&] { parse_reducer(text); });
  fuzz::value_or_error([&] { parse_ets(text); });
  fuzz::value_or_error([&] { parse_forecast_model(text); });
  fuzz::value_or_error([&] { parse_bytes(text); });
  fuzz::value_or_error([&] { parse_date(text); });
  fuzz::value_or_error([&] { parse_number(text); });
  fuzz::value_or_error([&] { parse_integer(text); });
  return 0;
}
