// Sum of squares of a column, the total that R2 is a share of.
#pragma once

#include <span>

namespace isotherm {

/// About the mean, or about zero.
inline double total_squares(std::span<const double> y, bool about_mean) {
  long double sum = 0;
  for (double v : y) sum += v;
  const long double mean = about_mean ? sum / static_cast<long double>(y.size()) : 0.0L;
  long double squares = 0;
  for (double v : y) squares += (v - mean) * (v - mean);
  return static_cast<double>(squares);
}

}  // namespace isotherm
