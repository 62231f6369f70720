#include "nelder_mead.h"

#include <algorithm>
#include <cmath>

namespace isotherm {

double nelder_mead(const std::function<double(std::span<const double>)>& value, std::vector<double>& point,
                   double edge, int most_evaluations) {
  struct Corner {
    std::vector<double> at;
    double value = 0;
  };
  const std::size_t k = point.size();
  int evaluations = 0;
  const auto corner = [&](std::vector<double> at) {
    ++evaluations;
    const double here = value(at);
    return Corner{std::move(at), here};
  };
  std::vector<Corner> corners{corner(point)};
  for (std::size_t j = 0; j < k; ++j) {
    std::vector<double> at = point;
    at[j] += edge;
    corners.push_back(corner(std::move(at)));
  }
  std::vector<double> centre(k);
  while (evaluations < most_evaluations) {
    std::ranges::stable_sort(corners, {}, &Corner::value);
    Corner& worst = corners.back();
    const double spread = worst.value - corners.front().value;
    if (spread <= 1e-14 * std::fabs(corners.front().value)) break;
    std::ranges::fill(centre, 0.0);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < k; ++j) centre[j] += corners[c].at[j] / static_cast<double>(k);
    }
    const auto along = [&](double share) {
      std::vector<double> at(k);
      for (std::size_t j = 0; j < k; ++j) at[j] = centre[j] + share * (worst.at[j] - centre[j]);
      return corner(std::move(at));
    };
    Corner mirrored = along(-1);
    if (mirrored.value < corners.front().value) {
      Corner further = along(-2);
      worst = further.value < mirrored.value ? std::move(further) : std::move(mirrored);
      continue;
    }
    if (mirrored.value < corners[k - 1].value) {
      worst = std::move(mirrored);
      continue;
    }
    Corner nearer = mirrored.value < worst.value ? along(-0.5) : along(0.5);
    if (nearer.value < std::min(mirrored.value, worst.value)) {
      worst = std::move(nearer);
      continue;
    }
    for (std::size_t c = 1; c <= k; ++c) {
      for (std::size_t j = 0; j < k; ++j) corners[c].at[j] = 0.5 * (corners[c].at[j] + corners[0].at[j]);
      corners[c] = corner(std::move(corners[c].at));
    }
  }
  const auto best = std::ranges::min_element(corners, {}, &Corner::value);
  point = best->at;
  return best->value;
}

}  // namespace isotherm
