#include "isotherm/model/series.h"

#include <algorithm>
#include <cmath>

namespace isotherm {

int observed_count(std::span<const double> values) {
  return static_cast<int>(std::ranges::count_if(values, [](double y) { return !std::isnan(y); }));
}

}  // namespace isotherm
