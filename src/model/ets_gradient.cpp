#include "ets_gradient.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "at.h"
#include "isotherm/model/ets_region.h"

namespace isotherm::ets_detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

EtsWeights weights_of(const EtsForm& form, std::span<const double> p) {
  EtsWeights weights;
  weights.alpha = p[kAlpha];
  if (form.has_trend()) {
    weights.beta = kEtsLeastWeight + p[kBetaShare] * (weights.alpha - kEtsLeastWeight);
  }
  if (form.has_season()) {
    weights.gamma = kEtsLeastWeight + p[kGammaShare] * (1 - weights.alpha - kEtsLeastWeight);
  }
  if (form.damped) weights.phi = p[kPhi];
  return weights;
}

std::vector<double> ring_of(const EtsForm& form, std::span<const double> p, int period) {
  if (!form.has_season()) return {};
  std::vector<double> ring(at(period));
  double rest = form.season == EtsPart::multiplicative ? period : 0;
  for (int k = 1; k < period; ++k) {
    ring[at(k)] = p[at(kSeasons + k - 1)];
    rest -= ring[at(k)];
  }
  ring[0] = rest;
  return ring;
}

Problem::Problem(const EtsForm& form, std::span<const double> values, int period)
    : form_(form),
      values_(values),
      period_(form.has_season() ? period : 1),
      size_(kSeasons + period_ - 1),
      column_(at(size_), -1) {
  for (int parameter = 0; parameter < size_; ++parameter) {
    const bool trend_only = parameter == kBetaShare || parameter == kTrend;
    if (trend_only && !form.has_trend()) continue;
    if (parameter == kGammaShare && !form.has_season()) continue;
    if (parameter == kPhi && !form.damped) continue;
    column_[at(parameter)] = columns_++;
  }
  for (auto* by : {&level_by_, &trend_by_, &base_by_, &error_by_, &log_by_, &error_dot_}) {
    by->resize(at(columns_));
  }
  ring_by_.resize(at(columns_ * period_));
}

double Problem::objective(std::span<const double> p) {
  weights_ = weights_of(form_, p);
  if (form_.has_season() && !ets_admissible(form_, weights_, period_)) return kInfinity;
  ring_ = ring_of(form_, p, period_);
  double level = p[kLevel], trend = p[kTrend];
  const EtsSums sums = ets_filter(form_, weights_, values_.data(), static_cast<int>(values_.size()), period_,
                                  level, trend, ring_.data());
  if (!(sums.least > 0) || !std::isfinite(sums.squares)) return kInfinity;
  return std::log(sums.squares) + 2 * sums.log_scale / sums.observed;
}

void Problem::begin(std::span<const double> p) {
  weights_ = weights_of(form_, p);
  ring_ = ring_of(form_, p, period_);
  if (ring_.empty()) ring_.assign(1, 0.0);
  level_ = p[kLevel];
  trend_ = p[kTrend];
  observed_ = 0;
  for (auto* by : {&level_by_, &trend_by_, &ring_by_, &error_dot_, &log_by_}) std::ranges::fill(*by, 0.0);
  level_by_[at(column(kLevel))] = 1;
  if (form_.has_trend()) trend_by_[at(column(kTrend))] = 1;
  for (int k = 1; k < period_; ++k) {
    const int j = column(kSeasons + k - 1);
    ring_by_[at(k * columns_ + j)] = 1;
    ring_by_[at(j)] = -1;
  }
}

void Problem::linearise(std::span<const double> p, NormalEquations& out) {
  const std::size_t size = at(columns_);
  out.matrix.assign(size * size, 0.0);
  out.right.assign(size, 0.0);
  out.squares = 0;
  begin(p);
  int place = 0;
  for (const double y : values_) {
    step(p, y, place, out);
    if (++place == period_) place = 0;
  }
  if (form_.error == EtsPart::multiplicative) {
    // r = e G: dr / G = de + e dlnG, where lnG is the mean of ln|f|.
    for (double& g : log_by_) g /= observed_;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        out.matrix[i * size + j] +=
            error_dot_[i] * log_by_[j] + log_by_[i] * error_dot_[j] + out.squares * log_by_[i] * log_by_[j];
      }
    }
    for (std::size_t i = 0; i < size; ++i) out.right[i] = error_dot_[i] + out.squares * log_by_[i];
  } else {
    out.right = error_dot_;
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i + 1; j < size; ++j) out.matrix[i * size + j] = out.matrix[j * size + i];
  }
}

void Problem::step(std::span<const double> p, double y, int place, NormalEquations& out) {
  const int size = columns_;
  const double phi = weights_.phi;
  const double season = ring_[at(place)];
  double* const season_by = ring_by_.data() + at(place * size);
  double* const level_by = level_by_.data();
  double* const trend_by = trend_by_.data();
  double* const base_by = base_by_.data();
  double* const error_by = error_by_.data();

  // The base, and the trend carried one step, with derivatives: base = level + c trend..., carried = phi
  // trend.
  const double base = ets_base(form_, phi, level_, trend_);
  double carried = 0, by_level = 1, by_trend = 0, carried_by_trend = 0, base_by_phi = 0, carried_by_phi = 0;
  if (form_.trend == EtsPart::additive) {
    carried = phi * trend_;
    by_trend = carried_by_trend = phi;
    base_by_phi = carried_by_phi = trend_;
  } else if (form_.trend == EtsPart::multiplicative) {
    carried = std::pow(trend_, phi);
    by_level = carried;
    carried_by_trend = phi * carried / trend_;
    by_trend = level_ * carried_by_trend;
    carried_by_phi = carried * std::log(trend_);
    base_by_phi = level_ * carried_by_phi;
  }
  for (int j = 0; j < size; ++j) base_by[j] = by_level * level_by[j] + by_trend * trend_by[j];
  if (form_.damped) base_by[column(kPhi)] += base_by_phi;

  const bool seen = !std::isnan(y);
  if (!seen) {
    for (int j = 0; j < size; ++j) trend_by[j] *= carried_by_trend;
    if (form_.damped) trend_by[column(kPhi)] += carried_by_phi;
    std::copy(base_by, base_by + size, level_by);
    level_ = base;
    trend_ = carried;
    return;
  }

  // The error.
  const bool times = form_.season == EtsPart::multiplicative;
  const bool plus = form_.season == EtsPart::additive;
  const double prediction = ets_prediction(form_, base, season);
  const double f_by_base = times ? season : 1;
  const double f_by_season = times ? base : plus ? 1 : 0;
  const bool relative = form_.error == EtsPart::multiplicative;
  const double error = relative ? (y - prediction) / prediction : y - prediction;
  const double e_by_f = relative ? -y / (prediction * prediction) : -1;
  for (int j = 0; j < size; ++j) {
    const double f_by = f_by_base * base_by[j] + f_by_season * season_by[j];
    error_by[j] = e_by_f * f_by;
    if (relative) log_by_[at(j)] += f_by / prediction;
  }
  for (int i = 0; i < size; ++i) {
    double* const row = out.matrix.data() + at(i * size);
    const double mine = error_by[i];
    error_dot_[at(i)] += mine * error;
    for (int j = 0; j <= i; ++j) row[j] += mine * error_by[j];
  }
  out.squares += error * error;
  ++observed_;

  // The states after it.
  const double news = (times ? y / season : plus ? y - season : y) - base;
  const double news_by_season = times ? -y / (season * season) : plus ? -1 : 0;
  const double season_news = (times ? y / base : y - base) - season;
  const double season_by_base = times ? -y / (base * base) : -1;
  const double alpha = weights_.alpha, beta = weights_.beta, gamma = weights_.gamma;
  const double beta_rate = form_.trend == EtsPart::multiplicative ? beta / level_ : beta;
  const double news_per_level = form_.trend == EtsPart::multiplicative ? news / level_ : news;
  const double beta_by_level = form_.trend == EtsPart::multiplicative ? -beta * news / (level_ * level_) : 0;
  for (int j = 0; j < size; ++j) {
    const double news_by = news_by_season * season_by[j] - base_by[j];
    trend_by[j] = carried_by_trend * trend_by[j] + beta_rate * news_by + beta_by_level * level_by[j];
    level_by[j] = base_by[j] + alpha * news_by;
    season_by[j] += gamma * (season_by_base * base_by[j] - season_by[j]);
  }
  if (form_.damped) trend_by[column(kPhi)] += carried_by_phi;
  level_by[column(kAlpha)] += news;
  if (form_.has_trend()) {
    trend_by[column(kAlpha)] += p[kBetaShare] * news_per_level;
    trend_by[column(kBetaShare)] += (alpha - kEtsLeastWeight) * news_per_level;
  }
  if (form_.has_season()) {
    season_by[column(kAlpha)] -= p[kGammaShare] * season_news;
    season_by[column(kGammaShare)] += (1 - alpha - kEtsLeastWeight) * season_news;
  }
  ets_learn(form_, weights_, base, y, level_, trend_, ring_[at(place)]);
}

}  // namespace isotherm::ets_detail
