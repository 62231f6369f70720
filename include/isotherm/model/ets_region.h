// Where the weights of exponential smoothing may lie.
//
// The usual region, in which every weight is a share: 0.0001 <= alpha <= 0.9999, 0.0001 <= beta <= alpha,
// 0.0001 <= gamma <= 1 - alpha, 0.8 <= phi <= 0.98 when damped. And the admissible region, in which old
// errors lose their weight: the roots of the characteristic polynomial lie inside the unit circle. Without a
// season the first lies in the second; with one both are asked for.
//
// With a damped trend beta enters that polynomial as phi beta, as follows from the recursion in ets.h; R's
// forecast package takes beta itself, so that the two regions differ by a hair.
//
// Source: Hyndman, Akram, Archibald (2008), The admissible parameter space for exponential smoothing models,
// Annals of the Institute of Statistical Mathematics 60, 407-426.
#pragma once

#include <span>

#include "isotherm/model/ets.h"

namespace isotherm {

inline constexpr double kEtsLeastWeight = 1e-4;
inline constexpr double kEtsMostAlpha = 0.9999;
inline constexpr double kEtsLeastPhi = 0.80;
inline constexpr double kEtsMostPhi = 0.98;

/// Whether the weights are in the usual region, up to rounding.
bool ets_usual(const EtsForm& form, const EtsWeights& weights);
/// Whether old errors fade.
bool ets_admissible(const EtsForm& form, const EtsWeights& weights, int period);

/// Whether all roots of c[0] + c[1] z + ... + c[d] z^d lie inside the unit circle (on it within rounding
/// counts as inside). Schur and Cohn's recursion; changes its argument.
bool roots_inside_unit_circle(std::span<double> coefficients);

}  // namespace isotherm
