#include "isotherm/model/ets_region.h"

#include <cmath>
#include <vector>

namespace isotherm {

namespace {
constexpr double kRounding = 1e-9;
}

bool ets_usual(const EtsForm& form, const EtsWeights& w) {
  const auto within = [](double value, double least, double most) {
    return value >= least - kRounding && value <= most + kRounding;
  };
  return within(w.alpha, kEtsLeastWeight, kEtsMostAlpha) &&
         (!form.has_trend() || within(w.beta, kEtsLeastWeight, w.alpha)) &&
         (!form.has_season() || within(w.gamma, kEtsLeastWeight, 1 - w.alpha)) &&
         (!form.damped || within(w.phi, kEtsLeastPhi, kEtsMostPhi));
}

bool roots_inside_unit_circle(std::span<double> c) {
  for (std::size_t degree = c.size() - 1; degree > 0; --degree) {
    const double reflection = c[0] / c[degree];
    if (!(std::fabs(reflection) < 1 + 1e-12)) return false;
    // p(z) - reflection z^d p(1/z) loses its constant; divided by z it has the next lower degree.
    for (std::size_t low = 0, high = degree; low <= high; ++low, --high) {
      const double a = c[low], b = c[high];
      c[low] = a - reflection * b;
      c[high] = b - reflection * a;
      if (high == 0) break;
    }
    const bool on_circle = std::fabs(reflection) > 1 - 1e-12;
    if (on_circle) return true;
    for (std::size_t k = 0; k < degree; ++k) c[k] = c[k + 1];
  }
  return true;
}

bool ets_admissible(const EtsForm& form, const EtsWeights& w, int period) {
  const double phi = form.damped ? w.phi : 1;
  const double beta = form.has_trend() ? w.beta : 0;
  if (!form.has_season()) {
    if (!form.has_trend()) return w.alpha > 0 && w.alpha < 2;
    return w.alpha > 1 - 1 / phi && w.alpha < 1 + 1 / phi && phi * beta > w.alpha * (phi - 1) &&
           phi * beta < (1 + phi) * (2 - w.alpha);
  }
  const auto m = static_cast<std::size_t>(period);
  std::vector<double> c;
  if (!form.has_trend()) {  // z^m + alpha (z^(m-1) + ... + z) + alpha + gamma - 1
    c.assign(m + 1, w.alpha);
    c[0] = w.alpha + w.gamma - 1;
    c[m] = 1;
  } else {
    // Of (1 - phi B)(1 - B^m) y = theta(B) e, turned round: B = 1 / z.
    const double middle = w.alpha + phi * (beta - w.alpha);
    c.assign(m + 2, middle);
    c[0] = phi * (1 - w.alpha - w.gamma);
    c[1] += w.gamma - 1;
    c[m] = w.alpha + phi * (beta - 1);
    c[m + 1] = 1;
  }
  return roots_inside_unit_circle(c);
}

}  // namespace isotherm
