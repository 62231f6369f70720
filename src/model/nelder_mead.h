// The simplex search of Nelder and Mead (1965), for a few parameters; points outside are told by an infinite
// value.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace isotherm {

/// Least value found; `point` is moved there. Begins with a simplex of this edge, stops when its values agree
/// to 1e-14.
double nelder_mead(const std::function<double(std::span<const double>)>& value, std::vector<double>& point,
                   double edge, int most_evaluations);

}  // namespace isotherm
