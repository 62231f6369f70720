#include <algorithm>
#include <cmath>
#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "spatial_profile.h"

namespace isotherm {

namespace {

using Eigen::Index;

constexpr int kGrid = 41;       // of one parameter
constexpr int kGridOfTwo = 17;  // per parameter
constexpr int kMostSteps = 100;
constexpr int kMostPolish = 12;
constexpr double kSettled = 1e-12;  // of the interval, a Newton step that ends the search
constexpr double kPolished = 1e-9;  // of the interval, a change by exact traces that ends the polish
constexpr double kBoundary = 1e-7;  // of the interval
constexpr double kLost = 1e-8;      // a rise of a ten-thousandth of a standard error
constexpr double kSeen = 1e-6;      // a rise of the log-likelihood far above its rounding

[[noreturn]] void at_boundary(const SpatialProfile& profile, std::size_t k, double value) {
  throw Error(ErrorKind::input, "the likelihood rises to the end of the interval of " + profile.names()[k] +
                                    ", near " + fixed_text(value, 6) +
                                    ": there is no maximum inside. The columns may explain nothing, or y may "
                                    "hold a trend or copies of neighbours; a model without this term can be "
                                    "fitted");
}

/// The best point of a grid over the interior.
Parameters best_of_grid(SpatialProfile& profile) {
  const int points = profile.size() == 1 ? kGrid : kGridOfTwo;
  const double span = profile.high() - profile.low();
  const auto value = [&](int k) { return profile.low() + span * (k + 0.5) / points; };
  Parameters best;
  double most = -std::numeric_limits<double>::infinity();
  const auto consider = [&](const Parameters& at) {
    const double likelihood = profile.log_likelihood(at);
    if (likelihood > most) {
      most = likelihood;
      best = at;
    }
  };
  for (int a = 0; a < points; ++a) {
    if (profile.size() == 1) {
      consider({value(a)});
      continue;
    }
    for (int b = 0; b < points; ++b) consider({value(a), value(b)});
  }
  if (best.empty()) {
    throw Error(ErrorKind::input,
                "the likelihood has no value: y may be explained without any rest, or hold values too large");
  }
  return best;
}

/// The step to the root of the score that the curvature promises; uphill where it bends the wrong way.
Parameters newton_step(const Parameters& score, const Eigen::MatrixXd& curvature, double span) {
  const auto count = static_cast<Index>(score.size());
  const Eigen::Map<const Eigen::VectorXd> slope(score.data(), count);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> bend(curvature);
  Eigen::VectorXd step = Eigen::VectorXd::Zero(count);
  for (Index k = 0; k < count; ++k) {
    const Eigen::VectorXd direction = bend.eigenvectors().col(k);
    const double along = direction.dot(slope), size = std::max(std::abs(bend.eigenvalues()(k)), 1e-300);
    step += direction * std::clamp(along / size, -span / 8, span / 8);
  }
  return {step.data(), step.data() + count};
}

/// Climbs to the root of the score near `at`. False when steps do not become small.
bool climb(SpatialProfile& profile, const Parameters& corrections, Parameters& at) {
  const double span = profile.high() - profile.low();
  // Corrected traces are those of another likelihood nearby, and start close to its maximum.
  const bool checked = std::all_of(corrections.begin(), corrections.end(), [](double c) { return c == 0; });
  double last = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kMostSteps; ++round) {
    const Parameters score = profile.score(at, corrections);
    const Parameters step = newton_step(score, profile.curvature(at, corrections), span);
    double longest = 0, share = 1, rise = 0;
    for (std::size_t k = 0; k < at.size(); ++k) {
      longest = std::max(longest, std::abs(step[k]) / span);
      rise += score[k] * step[k];
      const double room = step[k] > 0 ? profile.high() - at[k] : at[k] - profile.low();
      if (std::abs(step[k]) > 0.9 * room) share = std::min(share, 0.9 * room / std::abs(step[k]));
    }
    const auto moved = [&](double part) {
      Parameters there = at;
      for (std::size_t k = 0; k < at.size(); ++k) there[k] += part * step[k];
      return there;
    };
    // A hill may be narrow (columns that explain nearly all of y fix rho to many digits): what a step
    // promises is measured in likelihood, not in lengths.
    if (checked && rise > kSeen) {
      const double here = profile.log_likelihood(at);
      while (share > 1e-6 && !(profile.log_likelihood(moved(share)) >= here)) share /= 2;
    }
    at = moved(share);
    for (std::size_t k = 0; k < at.size(); ++k) {
      const double edge = std::min(profile.high() - at[k], at[k] - profile.low());
      if (edge < kBoundary * span) at_boundary(profile, k, at[k]);
    }
    // Small steps may be rounding of the score, and then no longer shrink.
    const bool rounding = longest >= last && (longest < 1e-9 || rise < kLost);
    if (longest < kSettled || rounding) return true;
    last = longest;
  }
  return false;
}

[[noreturn]] void not_settled(const SpatialProfile& profile, const Parameters& at) {
  std::string where;
  for (std::size_t k = 0; k < at.size(); ++k)
    where += (k > 0 ? ", " : "") + profile.names()[k] + " " + fixed_text(at[k], 6);
  throw Error(ErrorKind::input,
              "the likelihood does not converge (last at " + where +
                  "); it is flat there (rho and lambda cannot be told apart, or the columns are nearly "
                  "collinear), or the columns leave hardly more of y than rounding");
}

}  // namespace

SpatialMaximum maximise(SpatialProfile& profile, LogDeterminant& determinant) {
  SpatialMaximum maximum;
  Parameters corrections(profile.size(), 0.0);
  const auto search = [&] {
    maximum.at = best_of_grid(profile);
    if (!climb(profile, corrections, maximum.at)) not_settled(profile, maximum.at);
  };
  const auto extended = [&] {
    return std::any_of(maximum.at.begin(), maximum.at.end(),
                       [&](double v) { return determinant.extend_for(v); });
  };
  do {
    search();
  } while (extended());
  std::vector<LogDeterminant::Value> values(profile.size());
  if (determinant.exact() && !determinant.small()) {
    // The estimate has nearly the right slope: its traces are shifted to the exact ones, until nothing moves.
    const double span = profile.high() - profile.low();
    double last = 0;  // change of the round before
    for (int round = 0;; ++round) {
      if (round == kMostPolish) not_settled(profile, maximum.at);
      const Parameters before = maximum.at;
      for (std::size_t k = 0; k < profile.size(); ++k) {
        values[k] = determinant.polished(before[k]);
        corrections[k] = values[k].trace - determinant.estimated_trace(before[k]);
      }
      if (!climb(profile, corrections, maximum.at)) not_settled(profile, maximum.at);
      double change = 0;
      for (std::size_t k = 0; k < profile.size(); ++k) {
        change = std::max(change, std::abs(maximum.at[k] - before[k]) / span);
        const double trace = determinant.estimated_trace(maximum.at[k]) + corrections[k];
        values[k].log_determinant -= (values[k].trace + trace) / 2 * (maximum.at[k] - before[k]);
      }
      // Changes shrink by a like factor each round: what the next would be is known without its factors.
      if (change < kPolished || change * change < kPolished * last) break;
      last = change;
    }
  } else {
    for (std::size_t k = 0; k < profile.size(); ++k) values[k] = determinant.polished(maximum.at[k]);
  }
  double sum = 0;
  for (std::size_t k = 0; k < profile.size(); ++k) {
    maximum.determinants.push_back(profile.determinant(maximum.at[k], values[k]));
    sum += maximum.determinants.back().log_determinant;
  }
  maximum.log_likelihood = profile.log_likelihood(maximum.at, sum);
  maximum.curvature = profile.curvature(maximum.at, corrections);
  return maximum;
}

}  // namespace isotherm
