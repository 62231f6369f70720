// The part of a regression job that fits lag and error models by maximum likelihood.
#pragma once

#include <list>
#include <memory>
#include <span>

#include "isotherm/model/log_determinant.h"
#include "isotherm/model/spatial_fit.h"
#include "regress_parts.h"

namespace isotherm {

/// Log-determinants of weights, each made once: models and periods with equal weights share one.
class Determinants {
 public:
  Determinants(LogDeterminantMethod method, int threads) : method_(method), threads_(threads) {}
  LogDeterminant& of(const Weights& weights);

 private:
  struct Entry {
    Weights weights;
    std::unique_ptr<LogDeterminant> determinant;
  };
  LogDeterminantMethod method_;
  int threads_;
  std::list<Entry> entries_;
};

/// The method that --logdet names; Error(usage) for an unknown one.
LogDeterminantMethod log_determinant_method(const std::string& name);

/// What a panel of lag or error models needs: the same cells with the same weights in every one of the given
/// periods, in the same order. Throws Error(input) that says which period differs and what to do.
void require_balanced(const Regression& regression, const RegressModel& model,
                      std::span<const std::size_t> periods, const std::string& cell_column);

}  // namespace isotherm
