#include "isotherm/model/effects.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "groups.h"
#include "isotherm/core/error.h"
#include "isotherm/model/least_squares.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostSecond = 4000;  // a dense system of that size is 128 MB
constexpr double kNothingLeft = 1e-12;
// Each connected part makes the system singular once. Rounding leaves about 1e-15 there, and a chain of cells
// that link T periods leaves 1/T^2 in what is regular.
constexpr double kSingular = 1e-10;

std::size_t connected_parts(const Groups& first, const Groups& second) {
  std::vector<std::size_t> parent(first.size.size() + second.size.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t node) {
    while (parent[node] != node) node = parent[node] = parent[parent[node]];
    return node;
  };
  std::size_t parts = parent.size();
  for (std::size_t row = 0; row < first.code.size(); ++row) {
    const std::size_t a = root(first.at(row)), b = root(first.size.size() + second.at(row));
    if (a == b) continue;
    parent[a] = b;
    --parts;
  }
  return parts;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (double v : values) most = std::max(most, std::abs(v));
  return most;
}

}  // namespace

struct Effects::State {
  Groups first;
  std::unique_ptr<Groups> second;
  Eigen::MatrixXd inverse;  ///< pseudo-inverse of the second set's system
  double degrees = 0;

  /// One pass over both sets.
  void take_out_both(std::vector<double>& values) const {
    first.subtract_means(values);
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(inverse.rows());
    for (std::size_t row = 0; row < values.size(); ++row) sums(second->code[row]) += values[row];
    const Eigen::VectorXd effect = inverse * sums;
    for (std::size_t row = 0; row < values.size(); ++row) values[row] -= effect(second->code[row]);
    first.subtract_means(values);
  }
};

std::vector<std::int64_t> codes_of(std::span<const std::int64_t> values) {
  std::unordered_map<std::int64_t, std::int64_t> known;
  std::vector<std::int64_t> codes;
  codes.reserve(values.size());
  for (std::int64_t v : values)
    codes.push_back(known.try_emplace(v, static_cast<std::int64_t>(known.size())).first->second);
  return codes;
}

Effects::Effects(std::span<const std::int64_t> groups) : state_(new State{Groups(groups), nullptr, {}, 0}) {
  state_->degrees = static_cast<double>(state_->first.size.size());
}

Effects::Effects(std::span<const std::int64_t> first, std::span<const std::int64_t> second)
    : state_(new State{Groups(first), std::make_unique<Groups>(second), {}, 0}) {
  const Groups& a = state_->first;
  const Groups& b = *state_->second;
  if (b.size.size() > kMostSecond) {
    throw Error(ErrorKind::input, "two-way effects allow at most " + std::to_string(kMostSecond) +
                                      " periods, and there are " + std::to_string(b.size.size()));
  }
  // D'D - D'P D, where P takes means over the first set: rows of one group meet each other.
  const auto periods = static_cast<Eigen::Index>(b.size.size());
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(periods, periods);
  for (Eigen::Index t = 0; t < periods; ++t) system(t, t) = b.size[static_cast<std::size_t>(t)];
  std::vector<std::vector<Eigen::Index>> members(a.size.size());
  for (std::size_t row = 0; row < a.code.size(); ++row) members[a.at(row)].push_back(b.code[row]);
  for (const std::vector<Eigen::Index>& list : members) {
    for (Eigen::Index s : list) {
      for (Eigen::Index t : list) system(s, t) -= 1.0 / static_cast<double>(list.size());
    }
  }
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> decomposition(periods, periods);
  decomposition.setThreshold(kSingular);
  state_->inverse = decomposition.compute(system).pseudoInverse();
  state_->degrees = static_cast<double>(a.size.size() + b.size.size() - connected_parts(a, b));
}

Effects::Effects(Effects&&) noexcept = default;
Effects::~Effects() = default;

void Effects::take_out(std::vector<double>& values) const {
  const double before = largest(values);
  // The second round removes the rounding of the first.
  for (int round = 0; round < 2; ++round) {
    if (state_->second) {
      state_->take_out_both(values);
    } else {
      state_->first.subtract_means(values);
    }
  }
  if (largest(values) <= kNothingLeft * before) std::fill(values.begin(), values.end(), 0.0);
}

std::vector<std::vector<double>> Effects::estimates(std::span<const double> values) const {
  const Groups& first = state_->first;
  std::vector<double> rest(values.begin(), values.end());
  std::vector<std::vector<double>> result;
  if (state_->second) {
    const Groups& second = *state_->second;
    std::vector<double> demeaned = rest;
    first.subtract_means(demeaned);
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(state_->inverse.rows());
    for (std::size_t row = 0; row < rest.size(); ++row) sums(second.code[row]) += demeaned[row];
    const Eigen::VectorXd effect = state_->inverse * sums;
    for (std::size_t row = 0; row < rest.size(); ++row) rest[row] -= effect(second.code[row]);
    result.emplace_back(effect.begin(), effect.end());
  }
  std::vector<long double> sum(first.size.size(), 0.0L);
  for (std::size_t row = 0; row < rest.size(); ++row) sum[first.at(row)] += rest[row];
  std::vector<double> means(sum.size());
  for (std::size_t g = 0; g < sum.size(); ++g)
    means[g] = static_cast<double>(sum[g] / static_cast<long double>(first.size[g]));
  result.insert(result.begin(), std::move(means));
  return result;
}

double Effects::degrees() const { return state_->degrees; }

TakenEffects taken_effects(std::span<const std::int64_t> first, std::span<const std::int64_t> second,
                           bool cells, int threads) {
  const Groups groups(first);
  TakenEffects taken{groups.code, groups.size.size(), cells, {}};
  if (second.empty()) return taken;
  const Groups periods(second);
  if (periods.size.size() > kMostFurtherEffects) {
    throw Error(ErrorKind::input, std::to_string(periods.size.size()) + " periods are more than the " +
                                      std::to_string(kMostFurtherEffects) +
                                      " that tests beside effects take");
  }
  Design dummies;
  for (std::size_t t = 0; t < periods.size.size(); ++t) {
    std::vector<double> column(second.size());
    for (std::size_t row = 0; row < column.size(); ++row) column[row] = periods.at(row) == t ? 1 : 0;
    groups.subtract_means(column);
    groups.subtract_means(column);
    const double left = largest(column);
    if (left > kSingular) dummies.add("period " + std::to_string(t), std::move(column));
  }
  if (dummies.size() == 0) return taken;
  std::vector<std::string> dependent;
  const std::vector<double> none(second.size(), 0.0);
  taken.further = LeastSquares(std::move(dummies), none, threads, &dependent).orthonormal();
  return taken;
}

OrthogonalDeviations orthogonal_deviations(std::span<const std::int64_t> groups,
                                           std::span<const double> values) {
  struct Later {
    double count = 0, sum = 0;
  };
  std::vector<Later> later;
  OrthogonalDeviations result;
  for (std::size_t row = values.size(); row-- > 0;) {
    const auto group = static_cast<std::size_t>(groups[row]);
    if (group >= later.size()) later.resize(group + 1);
    Later& after = later[group];
    if (after.count > 0) {
      result.rows.push_back(row);
      result.values.push_back(std::sqrt(after.count / (after.count + 1)) *
                              (values[row] - after.sum / after.count));
    }
    after.count += 1;
    after.sum += values[row];
  }
  std::reverse(result.rows.begin(), result.rows.end());
  std::reverse(result.values.begin(), result.values.end());
  return result;
}

}  // namespace isotherm
