#include "builtin_rows.h"

#include <iterator>

namespace isotherm {

std::vector<IndexRow> builtin_rows() {
  std::vector<IndexRow> all;
  for (const auto group : {vegetation_rows, built_up_rows, water_rows, surface_rows, thermal_rows}) {
    std::vector<IndexRow> rows = group();
    all.insert(all.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  return all;
}

}  // namespace isotherm
