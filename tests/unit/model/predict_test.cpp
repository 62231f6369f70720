#include "isotherm/model/predict.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "unit/model/classic_data.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::table_of;

struct FittedTable {
  Fit fit;
  std::vector<double> y;
};

FittedTable fitted(const std::string& formula, const Table& table, const Weights* weights = nullptr) {
  const ModelFormula parsed = parse_model_formula(formula);
  const std::vector<std::size_t> rows = all_rows(table);
  FittedTable result;
  result.y = response_of(parsed, table, rows);
  DesignChoice design;
  design.weights = weights;
  result.fit = fit_linear(design_of(parsed, table, rows, design), result.y, {});
  return result;
}

/// Neighbours on a line, row-standardised.
Weights chain(std::size_t rows) {
  std::vector<std::vector<std::int32_t>> lists(rows);
  for (std::size_t k = 0; k < rows; ++k) {
    if (k > 0) lists[k].push_back(static_cast<std::int32_t>(k) - 1);
    if (k + 1 < rows) lists[k].push_back(static_cast<std::int32_t>(k) + 1);
  }
  Weights weights = binary_weights(lists);
  standardise(weights);
  return weights;
}

// A column made again from its recipe is the column of the fit, so predictions in sample are its fitted
// values.
TEST(Predict, InSampleIsTheFittedValue) {
  const Table table = table_of(testing_support::kColumbus);
  const Weights weights = chain(table.rows());
  for (const char* formula :
       {"CRIME ~ INC + HOVAL", "log(CRIME) ~ log(HOVAL) + INC:HOVAL",
        "CRIME ~ standardise(INC) * centre(HOVAL)", "CRIME ~ w(INC) + HOVAL + w(square(HOVAL))",
        "CRIME ~ poly(INC, 3) + poly(HOVAL, 2)"}) {
    const FittedTable f = fitted(formula, table, &weights);
    PredictChoice choice;
    choice.weights = &weights;
    const Prediction prediction = predict(f.fit.fitted, table, all_rows(table), choice);
    for (std::size_t k = 0; k < f.y.size(); ++k)
      EXPECT_NEAR(prediction.value[k], f.y[k] - f.fit.residuals[k], 1e-11 * (1 + std::abs(f.y[k])))
          << formula;
  }
}

// The powers of Filip reach 3e9 and cancel to 0.9; the orthogonal basis keeps the digits.
TEST(Predict, PolynomialsOfTenthDegreeKeepTheirDigits) {
  const Table table = table_of(testing_support::kFilip);
  const FittedTable f = fitted("y ~ poly(x, 10)", table);
  const Prediction prediction = predict(f.fit.fitted, table, all_rows(table), {});
  for (std::size_t k = 0; k < f.y.size(); ++k)
    EXPECT_NEAR(prediction.value[k], f.y[k] - f.fit.residuals[k], 1e-12);
}

// By hand: y = 0.6 + 2.6 x at x = 0 .. 3, s2 = 0.6, mean 1.5, Sxx = 5; at x = 5 the variance of the line is
// 0.6 (1/4 + 3.5^2/5).
TEST(Predict, ALineAndItsErrorOutOfSample) {
  const FittedTable f = fitted("y ~ x", table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"));
  const Table fresh = table_of("x\n5\n1.5\n");
  PredictChoice choice;
  choice.standard_errors = true;
  const Prediction prediction = predict(f.fit.fitted, fresh, all_rows(fresh), choice);
  EXPECT_NEAR(prediction.value[0], 13.6, 1e-14);
  EXPECT_NEAR(prediction.standard_error[0], std::sqrt(0.6 * (0.25 + 12.25 / 5)), 1e-14);
  EXPECT_NEAR(prediction.standard_error[1], std::sqrt(0.15), 1e-14);
}

// What a function took from the fitted rows stays: the mean of x = 0 .. 3 is 1.5 whatever the new rows are.
TEST(Predict, CentresStayThoseOfTheFit) {
  const FittedTable f = fitted("y ~ centre(x)", table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"));
  const Table fresh = table_of("x\n1.5\n");
  EXPECT_NEAR(predict(f.fit.fitted, fresh, all_rows(fresh), {}).value[0], 4.5, 1e-14);
}

FittedModel lag_model() {
  FittedModel model;
  model.model = "sar";
  RecipePart x;
  x.column = "x";
  model.names = {kInterceptName, "x"};
  model.columns = {{}, {x}};
  model.coefficients = {1, 2};
  model.rho = 0.5;
  model.covariance = square_matrix(3);
  model.covariance.at(0, 0) = 0.04;
  model.covariance.at(1, 1) = 0.01;
  model.covariance.at(2, 2) = 0.0025;
  model.covariance.at(0, 2) = model.covariance.at(2, 0) = -0.002;
  return model;
}

// Two cells that are each other's only neighbour: (I - rho W)^-1 = [1 r; r 1] / (1 - r^2), by hand with r =
// 1/2: trend (3, 5) gives (22/3, 26/3).
TEST(Predict, ReducedFormOfTwoCells) {
  const FittedModel model = lag_model();
  const Weights weights = chain(2);
  const Table table = table_of("x\n1\n2\n");
  PredictChoice choice;
  choice.weights = &weights;
  choice.standard_errors = true;
  const Prediction prediction = predict(model, table, all_rows(table), choice);
  EXPECT_NEAR(prediction.value[0], 22.0 / 3, 1e-12);
  EXPECT_NEAR(prediction.value[1], 26.0 / 3, 1e-12);
  choice.predictor = Predictor::trend;
  EXPECT_NEAR(predict(model, table, all_rows(table), choice).value[1], 5, 1e-15);
  choice.predictor = Predictor::signal;
  const std::vector<double> observed{10, 4};
  choice.response = observed;
  EXPECT_NEAR(predict(model, table, all_rows(table), choice).value[0], 3 + 0.5 * 4, 1e-15);
}

// The delta method against differences of the prediction itself.
TEST(Predict, ErrorsOfTheReducedFormAreTheDeltaMethod) {
  const FittedModel model = lag_model();
  const Weights weights = chain(6);
  const Table table = table_of("x\n1\n2\n0\n-1\n4\n2\n");
  PredictChoice choice;
  choice.weights = &weights;
  choice.standard_errors = true;
  const Prediction prediction = predict(model, table, all_rows(table), choice);
  const auto shifted = [&](std::size_t parameter, double step) {
    FittedModel other = model;
    if (parameter < 2)
      other.coefficients[parameter] += step;
    else
      *other.rho += step;
    return predict(other, table, all_rows(table), choice).value;
  };
  for (std::size_t row = 0; row < table.rows(); ++row) {
    double variance = 0;
    std::vector<double> slope;
    for (std::size_t p = 0; p < 3; ++p)
      slope.push_back((shifted(p, 1e-5)[row] - shifted(p, -1e-5)[row]) / 2e-5);
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) variance += slope[a] * model.covariance.at(a, b) * slope[b];
    EXPECT_NEAR(prediction.standard_error[row], std::sqrt(variance), 1e-8);
  }
}

// A change in one cell spreads; its effect everywhere is the difference of two predictions.
TEST(Predict, AChangeIsTheDifferenceOfPredictions) {
  const FittedModel model = lag_model();
  const Weights weights = chain(5);
  const Table before = table_of("x\n1\n1\n1\n1\n1\n"), after = table_of("x\n1\n1\n3\n1\n1\n");
  PredictChoice choice;
  choice.weights = &weights;
  choice.standard_errors = true;
  const Prediction change = predict_change(model, before, after, all_rows(before), choice);
  const std::vector<double> a = predict(model, before, all_rows(before), choice).value;
  const std::vector<double> b = predict(model, after, all_rows(before), choice).value;
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(change.value[k], b[k] - a[k], 1e-13);
  EXPECT_GT(change.value[0], 0.1);
  choice.predictor = Predictor::signal;
  EXPECT_THROW(predict_change(model, before, after, all_rows(before), choice), Error);
}

// (I - rho W)^-1 1 = 1 / (1 - rho) for rows that add to 1, up to the largest rho that occurs.
TEST(Predict, TheSeriesConvergesToTheInverse) {
  const Weights weights = chain(30);
  for (double rho : {-0.9, 0.3, 0.9, 0.99, 0.999}) {
    const std::vector<double> sum = spatial_multiplier(weights, rho, std::vector<double>(30, 1.0));
    for (double v : sum) EXPECT_NEAR(v * (1 - rho), 1, 1e-11) << rho;
  }
  EXPECT_THROW(spatial_multiplier(weights, 1.01, std::vector<double>(30, 1.0)), Error);
}

TEST(Predict, UnknownEffectsAreMissingAndCounted) {
  FittedModel model = lag_model();
  model.rho.reset();
  model.covariance = square_matrix(2);
  model.effects.push_back({"cell", {"1", "2"}, {10, 20}, 14});
  const Table table = table_of("x,cell\n1,2\n1,3\n");
  const Prediction prediction = predict(model, table, all_rows(table), {});
  EXPECT_EQ(prediction.value[0], 23);
  EXPECT_TRUE(std::isnan(prediction.value[1]));
  EXPECT_EQ(prediction.unknown_effects, 1);
  PredictChoice mean;
  mean.mean_effects = true;
  EXPECT_EQ(predict(model, table, all_rows(table), mean).value[1], 17);
}

}  // namespace
}  // namespace isotherm
