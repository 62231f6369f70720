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

void centre(std::vector<double>& values) {
  const double mean = mean_of(values);
  for (double& v : values) v -= mean;
}

void standardise_values(const std::string& column, std::vector<double>& values) {
  centre(values);
  long double squares = 0;
  for (double v : values) squares += static_cast<long double>(v) * v;
  const double deviation = std::sqrt(
      static_cast<double>(squares / static_cast<long double>(std::max<std::size_t>(values.size(), 2) - 1)));
  if (deviation == 0)
    throw Error(ErrorKind::input, "standardise(" + column + "): '" + column + "' is constant");
  for (double& v : values) v /= deviation;
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

void apply_function(const std::string& function, const std::string& column, std::span<const std::size_t> rows,
                    std::vector<double>& values) {
  if (function == "centre") return centre(values);
  if (function == "standardise") return standardise_values(column, values);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double result = apply(function, values[k]);
    if (!std::isfinite(result)) {
      throw Error(ErrorKind::input, function + "(" + column + "): row " + std::to_string(rows[k] + 1) +
                                        " holds " + number_text(values[k]) +
                                        ", where it has no finite value");
    }
    values[k] = result;
  }
}

}  // namespace isotherm
