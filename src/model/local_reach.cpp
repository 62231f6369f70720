#include <algorithm>
#include <cmath>
#include <numbers>

#include "isotherm/core/error.h"
#include "local_fit.h"

namespace isotherm {

namespace {

constexpr double kLocalEarthRadius = 6371008.8;  // mean radius of the WGS 84 ellipsoid, metres
constexpr double kGaussianReach = 8.6;           // bandwidths: exp(-8.6^2 / 2) is below 1e-16
constexpr std::size_t kSpreadRows = 256;

std::vector<Place3> checked_places(std::span<const Point> places, bool degrees) {
  for (std::size_t row = 0; row < places.size(); ++row) {
    if (!std::isfinite(places[row].x) || !std::isfinite(places[row].y)) {
      throw Error(ErrorKind::input,
                  "row " + std::to_string(row + 1) + " has no place, so nothing is near it");
    }
  }
  if (places.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw Error(ErrorKind::input, "more rows than a local fit can number");
  return places_of(places, degrees);
}

}  // namespace

LocalReach::LocalReach(std::span<const Point> places, const LocalFitChoice& choice)
    : choice_(choice), places_(places.size()), tree_(checked_places(places, choice.degrees)) {
  Extent all;
  for (const Point& p : places) all.add(p);
  diameter_ = choice.degrees ? kLocalEarthRadius * std::numbers::pi : std::hypot(all.width(), all.height());
  if (choice.degrees) {
    // Along meridian and widest parallel; nothing on the sphere is farther than half its girth.
    const double radians = std::numbers::pi / 180;
    diameter_ = std::min(diameter_, kLocalEarthRadius * radians * std::hypot(all.width(), all.height()));
  }
}

double LocalReach::distance_of(double square) const {
  const double straight = std::sqrt(square);
  return choice_.degrees ? 2 * kLocalEarthRadius * std::asin(std::min(straight / 2, 1.0)) : straight;
}

double LocalReach::square_of(double distance) const {
  if (!choice_.degrees) return distance * distance;
  const double chord = 2 * std::sin(std::min(distance / kLocalEarthRadius, std::numbers::pi) / 2);
  return chord * chord;
}

double LocalReach::weight_of(double share) const {
  if (choice_.kernel == LocalKernel::gaussian) return std::exp(-share * share / 2);
  const double rest = 1 - share * share;
  return share < 1 ? rest * rest : 0;
}

void LocalReach::gather(std::size_t row, double bandwidth, LocalRows& out, std::span<const char> held) const {
  const auto counts = [&](std::size_t other) { return held.empty() || held[other] == 0; };
  double h = bandwidth;
  if (choice_.adaptive) {
    // The place itself is one of the k, unless it is held back.
    const bool own = counts(row);
    const auto wanted = static_cast<std::size_t>(bandwidth) - (own ? 1 : 0);
    std::size_t asked = std::min(wanted, places_ - 1), kept = 0;
    for (;;) {
      tree_.nearest(row, asked, out.found);
      if (!held.empty()) {
        std::erase_if(out.found,
                      [&](const PointTree::Found& f) { return !counts(static_cast<std::size_t>(f.row)); });
      }
      kept = std::min(wanted, out.found.size());
      if (kept == wanted || asked == places_ - 1) break;
      asked = std::min(2 * asked, places_ - 1);
    }
    h = kept == 0 ? 0 : distance_of(out.found[kept - 1].square);
    out.found.resize(kept);
  }
  const bool gaussian = choice_.kernel == LocalKernel::gaussian;
  if (!choice_.adaptive || gaussian)
    tree_.within(row, square_of(gaussian ? kGaussianReach * h : h), out.found);
  out.rows.clear();
  out.weights.clear();
  if (counts(row)) {
    out.rows.push_back(static_cast<std::int32_t>(row));
    out.weights.push_back(1);
  }
  for (const PointTree::Found& other : out.found) {
    const double weight = h > 0 ? weight_of(distance_of(other.square) / h) : 0;
    if (!(weight > 0) || !counts(static_cast<std::size_t>(other.row))) continue;
    out.rows.push_back(other.row);
    out.weights.push_back(weight);
  }
}

std::vector<std::size_t> LocalReach::spread_rows() const {
  const std::size_t count = std::min(kSpreadRows, places_);
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < count; ++k) rows.push_back(k * places_ / count);
  return rows;
}

double LocalReach::mean_count(double bandwidth) const {
  if (choice_.adaptive && choice_.kernel == LocalKernel::bisquare) return bandwidth;
  LocalRows near;
  double sum = 0;
  const std::vector<std::size_t> rows = spread_rows();
  for (std::size_t row : rows) {
    if (choice_.stop != nullptr) choice_.stop->check();
    gather(row, bandwidth, near);
    sum += static_cast<double>(near.rows.size());
  }
  return sum / static_cast<double>(rows.size());
}

double LocalReach::middle_distance(std::size_t others) const {
  std::vector<PointTree::Found> found;
  std::vector<double> distances;
  for (std::size_t row : spread_rows()) {
    if (choice_.stop != nullptr) choice_.stop->check();
    tree_.nearest(row, std::min(others, places_ - 1), found);
    distances.push_back(found.empty() ? 0 : distance_of(found.back().square));
  }
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

}  // namespace isotherm
