#include "isotherm/model/error_variance.h"

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/predict.h"
#include "isotherm/model/quantile.h"

namespace isotherm {

std::vector<double> error_variance(const FittedModel& model, const Weights* weights, std::size_t rows,
                                   int draws, std::uint64_t seed) {
  if (!model.rho && !model.lambda) return std::vector<double>(rows, model.sigma2);
  if (weights == nullptr)
    throw Error(ErrorKind::usage,
                "model " + model.model + " needs weights; give for example --weights knn:8");
  std::vector<double> sum(rows, 0.0);
  for (int draw = 0; draw < draws; ++draw) {
    std::vector<double> errors(rows);
    for (std::size_t row = 0; row < rows; ++row)
      errors[row] = normal_at(seed, row, static_cast<std::uint64_t>(draw), 0);
    if (model.lambda) errors = multiplied(model, *weights, *model.lambda, std::move(errors));
    if (model.rho) errors = multiplied(model, *weights, *model.rho, std::move(errors));
    for (std::size_t row = 0; row < rows; ++row) sum[row] += errors[row] * errors[row];
  }
  for (double& value : sum) value *= model.sigma2 / draws;
  return sum;
}

}  // namespace isotherm
