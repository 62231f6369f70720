// A fitted model as a value: all that is needed to apply it to other rows, and nothing of the rows it came
// from.
//
//   y = rho W y + X b + effects + u,   u = lambda W u + e,   e of variance sigma2
//
// with rho, lambda and effects where the model has them. Coefficients and their covariance belong to
// `columns` as the recipes make them. For poly() these are the orthogonal polynomials, not the powers that
// reports show: applying them loses no digits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isotherm/model/least_squares.h"
#include "isotherm/model/recipe.h"

namespace isotherm {

/// What stays constant inside a group, for every group: the groups are the values of a column.
struct FittedEffects {
  std::string column;
  std::vector<std::string> names;  ///< values of the column as text (text_at), each once
  std::vector<double> values;
  double mean =
      0;  ///< over the rows of the fit: stands in for groups it did not meet, where that is asked for
  bool operator==(const FittedEffects&) const = default;
};

/// Weights as they were asked for.
struct WeightsChoice {
  std::string spec;  ///< "knn:8"; empty: none
  bool binary = false;
  bool symmetric = false;
  bool operator==(const WeightsChoice&) const = default;
};

struct FittedModel {
  std::string model;               ///< its name: "ols", "slx", "sar"
  std::string formula;             ///< as it was written
  std::string by;                  ///< column of periods; empty: none
  std::string period;              ///< the one it was fitted to; "all" for all
  RecipePart response;             ///< what is predicted: a column or a function of one
  WeightsChoice weights;           ///< for lags of columns and of y
  std::vector<std::string> names;  ///< of columns
  std::vector<ColumnRecipe> columns;
  std::vector<double> coefficients;  ///< of columns
  std::optional<double> rho;         ///< of W y
  std::optional<double> lambda;      ///< of W u
  /// Of the coefficients and, as its last row, of rho where there is one.
  SquareMatrix covariance;
  std::string covariance_kind;
  double sigma2 = 0;
  double df_residual = 0;
  double rows = 0;                     ///< it was fitted to
  std::vector<FittedEffects> effects;  ///< they add up

  bool has_lags() const;  ///< of y or of a column: needs weights
};

}  // namespace isotherm
