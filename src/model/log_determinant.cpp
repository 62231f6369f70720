#include "isotherm/model/log_determinant.h"

#include <array>
#include <cmath>
#include <map>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "krylov.h"
#include "sparse_factor.h"
#include "trace_estimate.h"

namespace isotherm {

namespace {

constexpr std::size_t kExactRows = 400000;  // above, even the order of elimination takes long
constexpr double kExactWork = 2e10;         // operations of one factorisation: some seconds
constexpr int kProbes = 16;
constexpr int kSearchProbes = 8;  // where the estimate only starts an exact search
constexpr int kSteps = 20;
constexpr int kMostSteps = 320;
constexpr double kBeside = 1e-8;  // of the interval: two values of rho that need factors once
constexpr double kRowSum = 1e-9;  // rows that add to 1 within this are standardised

constexpr std::array<LogDeterminantRow, 3> kMethods{{
    {LogDeterminantMethod::automatic, "auto", "exact up to 400000 rows, else probes"},
    {LogDeterminantMethod::exact, "exact", "sparse factors of I - rho W, whatever they take"},
    {LogDeterminantMethod::probes, "probes",
     "exact low traces and random probes; the error of rho is reported"},
}};

/// 1 when rows add to 1 (or are empty); else an upper bound on the largest eigenvalue that is close to it.
double spectral_radius(const Weights& weights) {
  double least = 2, most = 0;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    if (weights.degree(row) == 0) continue;
    double sum = 0;
    for (double w : weights.weights(row)) sum += w;
    least = std::min(least, sum);
    most = std::max(most, sum);
  }
  if (std::abs(least - 1) < kRowSum && std::abs(most - 1) < kRowSum) return 1;
  // Collatz and Wielandt: of any positive x the largest (Wx)/x bounds it. Adding x keeps x positive.
  std::vector<double> x(weights.rows(), 1.0);
  double bound = most;
  for (int round = 0; round < 500; ++round) {
    const std::vector<double> next = lag(weights, x);
    double top = 0, scale = 0;
    for (std::size_t k = 0; k < x.size(); ++k) top = std::max(top, next[k] / x[k]);
    for (std::size_t k = 0; k < x.size(); ++k) {
      x[k] = next[k] / top + x[k];
      scale = std::max(scale, x[k]);
    }
    for (double& value : x) value = std::max(value / scale, 1e-200);
    const bool settled = bound - top < 1e-10 * bound;
    bound = std::min(bound, top);
    if (settled && round > 20) break;
  }
  return bound;
}

}  // namespace

std::span<const LogDeterminantRow> log_determinant_methods() { return kMethods; }

struct LogDeterminant::State {
  const Weights& weights;
  LogDeterminantChoice choice;
  double radius = 1;
  bool exact = false;
  bool small = false;
  std::optional<SparseFactor> factor;
  double factored = std::numeric_limits<double>::quiet_NaN();  ///< the rho whose factors `factor` holds
  struct Known {
    double log_determinant, trace, transposed;
  };
  std::map<double, Known> known;
  std::optional<TraceEstimate> estimate;
  std::vector<double> row_sums;  ///< means over rows of the row sums of W^k

  void factor_at(double rho) {
    if (factored == rho) return;
    if (!factor->factor(rho, choice.threads)) {
      factored = std::numeric_limits<double>::quiet_NaN();
      throw Error(ErrorKind::input, "I - rho W is singular near rho = " + number_text(rho) +
                                        ": rho has reached the end of its interval");
    }
    factored = rho;
  }
  /// So close that what is known there serves here: what changes is far below other rounding.
  bool beside(double a, double b) const { return !small && std::abs(a - b) <= kBeside * 2 / radius; }
  Known at(double rho) {
    const auto found = known.find(rho);
    if (found != known.end()) return found->second;
    for (const auto& [there, value] : known) {
      if (!beside(there, rho)) continue;
      const double trace = value.trace + estimate->trace(rho) - estimate->trace(there);
      return {value.log_determinant - (value.trace + trace) / 2 * (rho - there), trace, value.transposed};
    }
    factor_at(rho);
    const SparseFactor::InverseSums sums = factor->inverse_sums(choice.threads);
    return known[rho] = {factor->log_determinant(), sums.trace, sums.trace_transposed};
  }
  void make_estimate(int steps) {
    estimate.emplace(weights, exact ? kSearchProbes : kProbes, steps, choice.seed, choice.threads);
  }
};

LogDeterminant::LogDeterminant(const Weights& weights, const LogDeterminantChoice& choice)
    : state_(new State{weights, choice, 1, false, false, {}, 0, {}, {}, {}}) {
  State& state = *state_;
  for (double w : weights.values) {
    if (!(w >= 0) || !std::isfinite(w)) {
      throw Error(ErrorKind::input,
                  "a lag or error model needs weights that are not negative, and one is " + number_text(w));
    }
  }
  if (weights.links() == 0)
    throw Error(ErrorKind::input, "a lag or error model needs neighbours, and no row has one");
  state.factored = std::numeric_limits<double>::quiet_NaN();
  state.radius = spectral_radius(weights);
  const std::size_t rows = weights.rows();
  if (choice.method == LogDeterminantMethod::exact ||
      (choice.method == LogDeterminantMethod::automatic && rows <= kExactRows)) {
    state.factor.emplace(weights);
    state.exact = choice.method == LogDeterminantMethod::exact || state.factor->work() <= kExactWork;
    if (!state.exact) state.factor.reset();
  }
  state.small = state.exact && rows <= LogDeterminant::kSmallRows;
  if (!state.small) state.make_estimate(kSteps);
}

LogDeterminant::LogDeterminant(LogDeterminant&&) noexcept = default;
LogDeterminant::~LogDeterminant() = default;

double LogDeterminant::low() const { return -1 / state_->radius; }
double LogDeterminant::high() const { return 1 / state_->radius; }
bool LogDeterminant::exact() const { return state_->exact; }
bool LogDeterminant::small() const { return state_->small; }
const Weights& LogDeterminant::weights() const { return state_->weights; }

std::string LogDeterminant::describe() const {
  if (!state_->exact) {
    return "log-determinant from exact traces to order 4 and " + std::to_string(state_->estimate->probes()) +
           " random probes of " + std::to_string(state_->estimate->steps()) + " Lanczos steps";
  }
  return std::string("exact log-determinant by sparse ") + (state_->factor->symmetric() ? "Cholesky" : "LU") +
         " factors";
}

double LogDeterminant::estimated_trace(double rho) {
  return state_->small ? state_->at(rho).trace : state_->estimate->trace(rho);
}

double LogDeterminant::estimated_log_determinant(double rho) {
  return state_->small ? state_->at(rho).log_determinant : state_->estimate->at(rho).log_determinant;
}

LogDeterminant::Value LogDeterminant::polished(double rho) {
  if (state_->exact) {
    const State::Known known = state_->at(rho);
    return {known.log_determinant, known.trace, 0};
  }
  const TraceEstimate::Value value = state_->estimate->at(rho);
  return {value.log_determinant, value.trace, std::hypot(value.trace_error, value.truncation)};
}

bool LogDeterminant::extend_for(double rho) {
  if (state_->small) return false;
  const TraceEstimate::Value value = state_->estimate->at(rho);
  const int steps = state_->estimate->steps();
  if (value.truncation <= 0.1 * value.trace_error || 2 * steps > kMostSteps || state_->exact) return false;
  state_->make_estimate(2 * steps);
  return true;
}

double LogDeterminant::trace_of_square(double rho) {
  // Five points around rho: exact traces carry rounding errors of 1e-14, so the slope has ten digits.
  const double step = 1e-3 * (high() - std::abs(rho)) + 1e-7 * high();
  const auto slope = [&](double h) {
    return (estimated_trace(rho + h) - estimated_trace(rho - h)) / (2 * h);
  };
  return (4 * slope(step) - slope(2 * step)) / 3;
}

double LogDeterminant::trace_of_transposed(double rho) { return state_->at(rho).transposed; }

double LogDeterminant::trace_of_cross(double a, double b) {
  State& state = *state_;
  constexpr Eigen::Index kColumns = 32;
  const auto rows = static_cast<Eigen::Index>(state.weights.rows());
  const auto products = [&](double rho, Eigen::Index first, Eigen::Index count) {
    state.factor_at(rho);
    SparseFactor::Block columns = SparseFactor::Block::Zero(rows, count);
    for (Eigen::Index k = 0; k < count; ++k) columns(first + k, k) = 1;
    state.factor->solve(columns);
    SparseFactor::Block result(rows, count);
    for (Eigen::Index row = 0; row < rows; ++row) {
      result.row(row).setZero();
      const auto r = static_cast<std::size_t>(row);
      for (std::size_t k = 0; k < state.weights.degree(r); ++k)
        result.row(row) += state.weights.weights(r)[k] * columns.row(state.weights.neighbours(r)[k]);
    }
    return result;
  };
  double sum = 0;
  if (a == b) {
    for (Eigen::Index first = 0; first < rows; first += kColumns)
      sum += products(a, first, std::min(kColumns, rows - first)).squaredNorm();
    return sum;
  }
  // Few factorisations: all columns of one rho are kept in stretches of 1024.
  constexpr Eigen::Index kStretch = 1024;
  for (Eigen::Index first = 0; first < rows; first += kStretch) {
    const Eigen::Index count = std::min(kStretch, rows - first);
    const SparseFactor::Block left = products(a, first, count);
    sum += left.cwiseProduct(products(b, first, count)).sum();
  }
  return sum;
}

std::vector<double> LogDeterminant::solve(double rho, std::span<const double> v) {
  if (!state_->exact) return krylov_solve(state_->weights, rho, v, state_->choice.threads);
  const bool near = state_->beside(state_->factored, rho);
  if (!near) state_->factor_at(rho);
  const auto solved = [&](std::span<const double> right) {
    SparseFactor::Block block(static_cast<Eigen::Index>(right.size()), 1);
    std::copy(right.begin(), right.end(), block.data());
    state_->factor->solve(block);
    return std::vector<double>(block.data(), block.data() + right.size());
  };
  std::vector<double> x = solved(v);
  if (!near || state_->factored == rho) return x;
  // One step of refinement: what the factors of a rho beside this one leave is the square of the difference.
  std::vector<double> rest = lag(state_->weights, x);
  for (std::size_t k = 0; k < rest.size(); ++k) rest[k] = v[k] - x[k] + rho * rest[k];
  rest = solved(rest);
  for (std::size_t k = 0; k < rest.size(); ++k) x[k] += rest[k];
  return x;
}

double LogDeterminant::mean_row_sum(double rho) {
  // Sum of rho^k times the mean row sum of W^k. Once the means shrink by a constant factor the rest is a
  // geometric series.
  std::vector<double>& sums = state_->row_sums;
  if (sums.empty()) {
    constexpr std::size_t kMost = 400;
    std::vector<double> x(state_->weights.rows(), 1.0);
    for (std::size_t k = 0; k < kMost; ++k) {
      double sum = 0;
      for (double value : x) sum += value;
      sums.push_back(sum / static_cast<double>(x.size()));
      const std::vector<double> next = lag(state_->weights, x);
      const double ratio = sum > 0 ? [&] {
        double total = 0;
        for (double value : next) total += value;
        return total / sum;
      }() : 0.0;
      double change = 0, size = 0;
      for (std::size_t row = 0; row < x.size(); ++row) {
        change = std::max(change, std::abs(next[row] - ratio * x[row]));
        size = std::max(size, std::abs(next[row]));
      }
      x = next;
      if (change <= 1e-14 * size) break;
    }
    double sum = 0;
    for (double value : x) sum += value;
    sums.push_back(sum / static_cast<double>(x.size()));
  }
  double total = 0, power = 1;
  for (std::size_t k = 0; k + 1 < sums.size(); ++k) {
    total += power * sums[k];
    power *= rho;
  }
  const double last = sums[sums.size() - 2], ratio = last > 0 ? sums.back() / last : 0;
  return total + power * sums.back() / (1 - rho * ratio);
}

}  // namespace isotherm
