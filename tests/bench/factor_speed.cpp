// Seconds and memory of factors of I - rho W for many rho: our multifrontal code beside SuiteSparse, whose
// CHOLMOD takes the similar symmetric matrix and whose UMFPACK takes W as it is, and Eigen's simplicial
// Cholesky and supernodal LU.
//   factor_speed ours|cholmod|umfpack|eigen queen|knn SIDE [RHOS, 0: four for a derivative] [metis|amd]
// One tool and one case for each run, so that the peak of memory is that tool's. Everything in one thread;
// the library's arithmetic is that of the BLAS it finds (OPENBLAS_NUM_THREADS=1 keeps it to one thread too).
#include <cholmod.h>
#include <sys/resource.h>
#include <umfpack.h>

// clang-format off
#include <metis.h>
#include <iostream>  // MetisSupport of Eigen 3.4 needs both
#include <Eigen/MetisSupport>
// clang-format on

#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "../../src/model/sparse_factor.h"
#include "../unit/model/jittered_grid.h"
#include "isotherm/model/weights.h"

namespace {

using namespace isotherm;

double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// User seconds of `work`.
template <class Work>
double timed(const Work& work) {
  const double start = user_seconds();
  work();
  return user_seconds() - start;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// What one tool did: user seconds of the analysis and, for every rho, of each step; the log-determinants.
struct Report {
  double analysis = 0;
  std::vector<double> factor, traces, log_determinants;
  double trace = 0;
};

constexpr double kMiddle = 0.6, kStep = 2e-4;  // of the difference quotient

/// From 0.3 to 0.95; 0 of them: the four around the middle from which a trace can be had by differences.
std::vector<double> steps(int count) {
  if (count == 0) return {kMiddle - 2 * kStep, kMiddle - kStep, kMiddle + kStep, kMiddle + 2 * kStep};
  std::vector<double> rhos;
  for (int k = 0; k < count; ++k) rhos.push_back(0.3 + 0.65 * k / std::max(count - 1, 1));
  return rhos;
}

Report ours(const Weights& weights, const std::vector<double>& rhos) {
  Report report;
  std::optional<SparseFactor> factor;
  report.analysis = timed([&] { factor.emplace(weights); });
  for (double rho : rhos) {
    report.factor.push_back(timed([&] { factor->factor(rho, 1); }));
    report.log_determinants.push_back(factor->log_determinant());
    report.traces.push_back(timed([&] { report.trace = factor->inverse_sums(1).trace; }));
  }
  return report;
}

Report cholmod(const Weights& weights, const std::vector<double>& rhos, const std::string& order) {
  Report report;
  const auto scale = symmetrising_scale(weights);
  if (!scale) std::exit(2);
  cholmod_common common;
  cholmod_start(&common);
  common.supernodal = CHOLMOD_SUPERNODAL;
  common.nmethods = 1;
  common.method[0].ordering = order == "amd" ? CHOLMOD_AMD : CHOLMOD_METIS;
  common.postorder = 1;
  const std::size_t rows = weights.rows();
  cholmod_sparse* matrix =
      cholmod_allocate_sparse(rows, rows, weights.links() / 2 + rows, 1, 1, -1, CHOLMOD_REAL, &common);
  auto* starts = static_cast<int*>(matrix->p);
  auto* at = static_cast<int*>(matrix->i);
  auto* values = static_cast<double*>(matrix->x);
  const auto fill = [&](double rho) {  // the lower triangle by columns is the upper one by rows
    int next = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      starts[row] = next;
      at[next] = static_cast<int>(row);
      values[next++] = 1;
      for (std::size_t k = 0; k < weights.degree(row); ++k) {
        const auto column = static_cast<std::size_t>(weights.neighbours(row)[k]);
        if (column < row) continue;
        at[next] = static_cast<int>(column);
        values[next++] = -rho * weights.weights(row)[k] * std::sqrt((*scale)[row] / (*scale)[column]);
      }
    }
    starts[rows] = next;
  };
  cholmod_factor* factor = nullptr;
  report.analysis = timed([&] {
    fill(rhos.front());
    factor = cholmod_analyze(matrix, &common);
  });
  for (double rho : rhos) {
    report.factor.push_back(timed([&] {
      fill(rho);
      cholmod_factorize(matrix, factor, &common);
    }));
    double sum = 0;
    const auto* x = static_cast<const double*>(factor->x);
    const auto* super = static_cast<const int*>(factor->super);
    const auto* row_starts = static_cast<const int*>(factor->pi);
    const auto* value_starts = static_cast<const int*>(factor->px);
    for (std::size_t s = 0; s < factor->nsuper; ++s) {
      const int height = row_starts[s + 1] - row_starts[s];
      for (int k = 0; k < super[s + 1] - super[s]; ++k)
        sum += 2 * std::log(x[value_starts[s] + k * (height + 1)]);
    }
    report.log_determinants.push_back(sum);
  }
  return report;
}

Report umfpack(const Weights& weights, const std::vector<double>& rhos, const std::string& order) {
  Report report;
  const int rows = static_cast<int>(weights.rows());
  std::vector<int> starts(weights.rows() + 1, 0), at;
  std::vector<double> values;
  // Rows as columns: the determinant of the transpose is the same.
  const auto fill = [&](double rho) {
    at.clear();
    values.clear();
    for (std::size_t row = 0; row < weights.rows(); ++row) {
      bool own = false;
      const auto add_own = [&] {
        at.push_back(static_cast<int>(row));
        values.push_back(1);
        own = true;
      };
      for (std::size_t k = 0; k < weights.degree(row); ++k) {
        const int column = weights.neighbours(row)[k];
        if (!own && column > static_cast<int>(row)) add_own();
        at.push_back(column);
        values.push_back(-rho * weights.weights(row)[k]);
      }
      if (!own) add_own();
      starts[row + 1] = static_cast<int>(at.size());
    }
  };
  double control[UMFPACK_CONTROL], info[UMFPACK_INFO];
  umfpack_di_defaults(control);
  control[UMFPACK_ORDERING] = order == "amd" ? UMFPACK_ORDERING_AMD : UMFPACK_ORDERING_METIS;
  control[UMFPACK_STRATEGY] = UMFPACK_STRATEGY_SYMMETRIC;  // pivots on the diagonal, order of W + W'
  control[UMFPACK_SYM_PIVOT_TOLERANCE] = 1e-6;
  control[UMFPACK_SCALE] = UMFPACK_SCALE_NONE;
  void* symbolic = nullptr;
  report.analysis = timed([&] {
    fill(rhos.front());
    umfpack_di_symbolic(rows, rows, starts.data(), at.data(), values.data(), &symbolic, control, info);
  });
  for (double rho : rhos) {
    void* numeric = nullptr;
    report.factor.push_back(timed([&] {
      fill(rho);
      const int status =
          umfpack_di_numeric(starts.data(), at.data(), values.data(), symbolic, &numeric, control, info);
      if (status != UMFPACK_OK) std::printf("UMFPACK answers %d\n", status);
    }));
    std::vector<double> diagonal(weights.rows());
    int reciprocal = 0;
    umfpack_di_get_numeric(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                           diagonal.data(), &reciprocal, nullptr, numeric);
    double sum = 0;
    for (double d : diagonal) sum += std::log(std::abs(d));
    report.log_determinants.push_back(sum);
    umfpack_di_free_numeric(&numeric);
  }
  std::printf("entries of L and U %.3g, operations %.3g\n", info[UMFPACK_LNZ] + info[UMFPACK_UNZ],
              info[UMFPACK_FLOPS]);
  return report;
}

/// Cholesky of the similar matrix for queen weights; LU in the order of COLAMD for the others (in that of
/// METIS not one factorisation of 99,856 rows was done after 400 seconds).
Report eigen(const Weights& weights, const std::vector<double>& rhos) {
  using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;
  Report report;
  const auto scale = symmetrising_scale(weights);
  const auto rows = static_cast<Eigen::Index>(weights.rows());
  const auto matrix = [&](double rho) {
    std::vector<Eigen::Triplet<double>> entries;
    for (std::size_t row = 0; row < weights.rows(); ++row) {
      entries.emplace_back(static_cast<int>(row), static_cast<int>(row), 1.0);
      for (std::size_t k = 0; k < weights.degree(row); ++k) {
        const auto column = static_cast<std::size_t>(weights.neighbours(row)[k]);
        const double same = scale ? std::sqrt((*scale)[row] / (*scale)[column]) : 1.0;
        entries.emplace_back(static_cast<int>(row), static_cast<int>(column),
                             -rho * weights.weights(row)[k] * same);
      }
    }
    Matrix result(rows, rows);
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
  };
  const auto run = [&](auto& solver, const auto& log_determinant) {
    const Matrix first = matrix(rhos.front());
    report.analysis = timed([&] { solver.analyzePattern(first); });
    for (double rho : rhos) {
      const Matrix next = matrix(rho);
      report.factor.push_back(timed([&] { solver.factorize(next); }));
      report.log_determinants.push_back(log_determinant());
    }
  };
  if (scale) {
    Eigen::SimplicialLDLT<Matrix, Eigen::Lower, Eigen::MetisOrdering<int>> solver;
    run(solver, [&] { return solver.vectorD().array().log().sum(); });
  } else {
    Eigen::SparseLU<Matrix> solver;
    solver.setPivotThreshold(1e-6);
    run(solver, [&] { return solver.logAbsDeterminant(); });
  }
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 1;
  const std::string tool = argv[1], kind = argv[2], order = argc > 5 ? argv[5] : "metis";
  const int side = std::atoi(argv[3]);
  const std::vector<double> rhos = steps(argc > 4 ? std::atoi(argv[4]) : 12);
  Weights weights =
      kind == "queen" ? testing_support::board(side, true) : testing_support::jittered_neighbours(side, 8);
  if (kind == "queen") standardise(weights);
  const long before = peak_megabytes();
  const Report report = tool == "ours"      ? ours(weights, rhos)
                        : tool == "eigen"   ? eigen(weights, rhos)
                        : tool == "cholmod" ? cholmod(weights, rhos, order)
                                            : umfpack(weights, rhos, order);
  double all = report.analysis;
  for (double seconds : report.factor) all += seconds;
  std::printf("%s %s n=%zu %s: analysis %.2f s, factor %.3f s each", tool.c_str(), kind.c_str(),
              weights.rows(), order.c_str(), report.analysis, median(report.factor));
  if (!report.traces.empty()) std::printf(", trace %.3f s each", median(report.traces));
  std::printf(
      ", analysis and %zu log-determinants %.2f s; memory %ld MB above %ld\n  ln|I - rho W|: %.15g %.15g\n",
      rhos.size(), all, peak_megabytes() - before, before, report.log_determinants.front(),
      report.log_determinants.back());
  if (argc > 4 && std::atoi(argv[4]) == 0) {
    const std::vector<double>& l = report.log_determinants;
    std::printf("  tr G at rho = %g by differences: %.15g\n", kMiddle,
                (l[3] - l[0] - 8 * (l[2] - l[1])) / (12 * kStep));
    if (tool == "ours") std::printf("  from the inverse: %.15g\n", ours(weights, {kMiddle}).trace);
  }
  return 0;
}
