#include "climate_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isotherm {

namespace {

double once_around(double degrees) {
  const double rest = std::fmod(degrees, 360.0);
  return rest < 0 ? rest + 360 : rest;
}

}  // namespace

ClimateAxis::ClimateAxis(std::vector<double> centres, bool around) : around_(around) {
  for (std::size_t k = 0; k < centres.size(); ++k)
    sorted_.emplace_back(around_ ? once_around(centres[k]) : centres[k], k);
  std::ranges::sort(sorted_);
  std::vector<double> gaps;
  for (std::size_t k = 1; k < sorted_.size(); ++k) gaps.push_back(sorted_[k].first - sorted_[k - 1].first);
  if (around_ && sorted_.size() > 1) gaps.push_back(sorted_.front().first + 360 - sorted_.back().first);
  std::ranges::sort(gaps);
  // Of longitudes the widest gap may be what the field leaves out of the globe.
  if (around_ && gaps.size() > 1) gaps.pop_back();
  reach_ = gaps.empty() ? std::numeric_limits<double>::infinity() : gaps.back();
}

std::optional<std::size_t> ClimateAxis::nearest(double at) const {
  const double wanted = around_ ? once_around(at) : at;
  const auto above = std::ranges::lower_bound(sorted_, std::pair<double, std::size_t>{wanted, 0});
  std::pair<double, std::size_t> best{std::numeric_limits<double>::infinity(), 0};
  const auto look = [&](auto where) {
    // Equal centres stand in the order of their numbers: the first of them counts.
    where = std::ranges::lower_bound(sorted_, std::pair<double, std::size_t>{where->first, 0});
    double away = std::fabs(where->first - wanted);
    if (around_) away = std::min(away, 360 - away);
    best = std::min(best, {away, where->second});
  };
  if (above != sorted_.end()) look(above);
  if (above != sorted_.begin()) look(above - 1);
  if (around_) look(sorted_.begin()), look(sorted_.end() - 1);
  if (best.first > reach_) return std::nullopt;
  return best.second;
}

}  // namespace isotherm
