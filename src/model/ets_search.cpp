#include "ets_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isotherm/model/ets_region.h"

namespace isotherm::ets_detail {

namespace {

/// Solves A x = b for the rows and columns listed, A symmetric; false when A is not positive definite there.
bool solve(const std::vector<double>& matrix, int size, const std::vector<int>& chosen,
           std::vector<double>& x, std::vector<double>& factor) {
  const std::size_t k = chosen.size();
  factor.resize(k * k);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[static_cast<std::size_t>(chosen[i] * size + chosen[j])];
      for (std::size_t t = 0; t < j; ++t) sum -= factor[i * k + t] * factor[j * k + t];
      if (i != j) {
        factor[i * k + j] = sum / factor[j * k + j];
      } else if (sum > 0) {
        factor[i * k + i] = std::sqrt(sum);
      } else {
        return false;
      }
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t t = 0; t < i; ++t) x[i] -= factor[i * k + t] * x[t];
    x[i] /= factor[i * k + i];
  }
  for (std::size_t i = k; i-- > 0;) {
    for (std::size_t t = i + 1; t < k; ++t) x[i] -= factor[t * k + i] * x[t];
    x[i] /= factor[i * k + i];
  }
  return true;
}

class Descent {
 public:
  Descent(Problem& problem, bool only_states) : problem_(problem), only_states_(only_states) {}

  /// The minimum of the local model with damping `lambda` inside the box, as the new parameters.
  bool propose(const SearchPoint& at, const NormalEquations& equations, double lambda,
               std::vector<double>& next) {
    const int columns = problem_.columns();
    const auto diagonal = [&](int j) { return static_cast<std::size_t>(j * (columns + 1)); };
    damped_ = equations.matrix;
    double largest = 0;
    for (int j = 0; j < columns; ++j) largest = std::max(largest, damped_[diagonal(j)]);
    for (int j = 0; j < columns; ++j) {
      // A parameter without any effect (a season never seen) must not make the matrix singular.
      damped_[diagonal(j)] += lambda * damped_[diagonal(j)] + 1e-14 * largest;
    }
    choose_free(at, equations);
    next = at.parameters;
    while (!free_.empty()) {
      if (!solve_free(at, equations, next)) return false;
      if (!pin_first_outside(at, next)) return true;
    }
    return true;
  }

 private:
  std::size_t column(int parameter) const { return static_cast<std::size_t>(problem_.column(parameter)); }
  std::size_t index(int i, int j) const {
    return column(i) * static_cast<std::size_t>(problem_.columns()) + column(j);
  }

  void choose_free(const SearchPoint& at, const NormalEquations& equations) {
    free_.clear();
    pinned_.clear();
    for (int j = only_states_ ? kLevel : 0; j < problem_.size(); ++j) {
      if (!problem_.active(j)) continue;
      const auto [least, most] = bounds_of(j);
      const double here = at.parameters[static_cast<std::size_t>(j)];
      const double downhill = -equations.right[column(j)];
      if ((here <= least && downhill < 0) || (here >= most && downhill > 0)) continue;
      free_.push_back(j);
    }
  }

  /// The step of the free parameters given that the pinned ones go to their bounds.
  bool solve_free(const SearchPoint& at, const NormalEquations& equations, std::vector<double>& next) {
    right_.clear();
    for (const int i : free_) {
      double value = -equations.right[column(i)];
      for (const int j : pinned_) {
        const auto place = static_cast<std::size_t>(j);
        value -= damped_[index(i, j)] * (next[place] - at.parameters[place]);
      }
      right_.push_back(value);
    }
    columns_.clear();
    for (const int i : free_) columns_.push_back(problem_.column(i));
    if (!solve(damped_, problem_.columns(), columns_, right_, factor_)) return false;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const auto place = static_cast<std::size_t>(free_[k]);
      next[place] = at.parameters[place] + right_[k];
    }
    return true;
  }

  /// Pins the parameter that first leaves the box on the way; false when none does.
  bool pin_first_outside(const SearchPoint& at, std::vector<double>& next) {
    double first = 1;
    std::size_t which = free_.size();
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const auto place = static_cast<std::size_t>(free_[k]);
      const auto [least, most] = bounds_of(free_[k]);
      const double bound = next[place] < least ? least : next[place] > most ? most : next[place];
      if (bound == next[place]) continue;
      const double share = (bound - at.parameters[place]) / (next[place] - at.parameters[place]);
      if (share <= first) first = share, which = k;
    }
    if (which == free_.size()) return false;
    const int j = free_[which];
    const auto place = static_cast<std::size_t>(j);
    const auto [least, most] = bounds_of(j);
    next[place] = next[place] < least ? least : most;
    pinned_.push_back(j);
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  Problem& problem_;
  bool only_states_;
  std::vector<double> damped_, right_, factor_;
  std::vector<int> free_, pinned_, columns_;
};

}  // namespace

Bounds bounds_of(int parameter) {
  switch (parameter) {
    case kAlpha:
      return {kEtsLeastWeight, kEtsMostAlpha};
    case kBetaShare:
    case kGammaShare:
      return {0, 1};
    case kPhi:
      return {kEtsLeastPhi, kEtsMostPhi};
    default:
      return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
}

void descend(Problem& problem, SearchPoint& point, bool only_states, int most_steps) {
  Descent descent(problem, only_states);
  NormalEquations equations;
  SearchPoint next;
  double lambda = only_states ? 1e-9 : 1e-3;
  int small_gains = 0;
  for (int step = 0; step < most_steps && small_gains < 2; ++step) {
    problem.linearise(point.parameters, equations);
    if (!(equations.squares > 0)) return;
    bool moved = false;
    while (lambda < 1e10) {
      if (descent.propose(point, equations, lambda, next.parameters)) {
        next.objective = problem.objective(next.parameters);
        if (next.objective < point.objective) {
          moved = true;
          break;
        }
      }
      lambda = std::max(lambda, 1e-9) * 8;
    }
    if (!moved) return;
    const double gain = point.objective - next.objective;
    small_gains = gain < 1e-10 ? small_gains + 1 : 0;
    std::swap(point, next);
    lambda *= 0.1;
    if (gain > 1e3) return;  // the errors have vanished: a perfect fit
  }
}

}  // namespace isotherm::ets_detail
