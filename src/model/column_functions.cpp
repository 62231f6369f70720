#include "column_functions.h"

#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::array<ColumnFunction, 8> kFunctions{{
    {"log", "natural logarithm"},
    {"log1p", "log(1 + a), for counts"},
    {"log10", "decimal logarithm"},
    {"exp", "exponential"},
    {"sqrt", "square root"},
    {"square", "second power"},
    {"centre", "less the mean of the rows used"},
    {"standardise", "less the mean, over the standard deviation (n - 1) of the rows used"},
}};

double mean_of(const std::vector<double>& values) {
  long double sum = 0;
  for (double v : values) sum += v;
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double apply(const std::string& function, double v) {
  if (function == "log") return std::log(v);
  if (function == "log1p") return std::log1p(v);
  if (function == "log10") return std::log10(v);
  if (function == "exp") return std::exp(v);
  if (function == "sqrt") return std::sqrt(v);
  return v * v;
}

}  // namespace

std::span<const ColumnFunction> column_functions() { return kFunctions; }

void learn_function(RecipePart& part, const std::vector<double>& values) {
  const bool standardised = part.function == "standardise";
  if (part.function != "centre" && !standardised) return;
  part.centre = mean_of(values);
  if (!standardised) return;
  long double squares = 0;
  for (double v : values) squares += static_cast<long double>(v - part.centre) * (v - part.centre);
  part.scale = std::sqrt(
      static_cast<double>(squares / static_cast<long double>(std::max<std::size_t>(values.size(), 2) - 1)));
  if (part.scale == 0)
    throw Error(ErrorKind::input, "standardise(" + part.column + "): '" + part.column + "' is constant");
}

void apply_function(const RecipePart& part, std::span<const std::size_t> rows, std::vector<double>& values) {
  if (part.function == "centre" || part.function == "standardise") {
    for (double& v : values) v = (v - part.centre) / part.scale;
    return;
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double result = apply(part.function, values[k]);
    if (!std::isfinite(result)) {
      throw Error(ErrorKind::input, part.function + "(" + part.column + "): row " +
                                        std::to_string(rows[k] + 1) + " holds " + number_text(values[k]) +
                                        ", where it has no finite value");
    }
    values[k] = result;
  }
}

}  // namespace isotherm
