// Quantiles of the distributions that forecasts use, and of samples; reproducible normal numbers.
#pragma once

#include <cstdint>
#include <span>

namespace isotherm {

/// Standard normal, full double precision: Wichura (1988), algorithm AS 241. `p` in (0, 1).
double normal_quantile(double p);
/// Student's t with a whole number of degrees of freedom: the closed series of Abramowitz and
/// Stegun 26.7.3-4, inverted by bisection.
double student_quantile(double p, int degrees);
/// Type 7 quantile (linear between order statistics) of sorted values.
double sorted_quantile(std::span<const double> sorted, double p);

/// A standard normal number that depends on nothing but its four keys (splitmix64 mixing, inverse
/// distribution): the same in any order, on any number of threads.
double normal_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t path, std::uint64_t step);

}  // namespace isotherm
