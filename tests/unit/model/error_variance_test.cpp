#include "isotherm/model/error_variance.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

// By dense inverses: sigma2 times the squared row of (I - rho W)^-1 (I - lambda W)^-1.
TEST(ErrorVariance, IsTheSquaredRowOfTheInverses) {
  const Weights weights = testing_support::jittered_neighbours(6, 4);
  const auto n = static_cast<Eigen::Index>(weights.rows());
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t i = 0; i < weights.rows(); ++i) {
    for (std::size_t k = 0; k < weights.degree(i); ++k)
      w(static_cast<Eigen::Index>(i), weights.neighbours(i)[k]) = weights.weights(i)[k];
  }
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(n, n);
  for (const auto& [rho, lambda] : {std::pair{0.0, 0.0}, {0.6, 0.0}, {0.0, 0.6}, {0.5, 0.4}}) {
    FittedModel model;
    model.sigma2 = 2.5;
    if (rho != 0) model.rho = rho;
    if (lambda != 0) model.lambda = lambda;
    const Eigen::MatrixXd spread = (one - rho * w).inverse() * (one - lambda * w).inverse();
    const std::vector<double> found = error_variance(model, &weights, weights.rows(), 20000, 1);
    ASSERT_EQ(found.size(), weights.rows());
    for (Eigen::Index i = 0; i < n; ++i)  // sqrt(2 / draws) = 1 %; 4.5 of those
      EXPECT_NEAR(found[static_cast<std::size_t>(i)] / (2.5 * spread.row(i).squaredNorm()), 1, 0.045);
  }
}

}  // namespace
}  // namespace isotherm
