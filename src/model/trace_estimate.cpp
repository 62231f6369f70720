#include "trace_estimate.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks.h"

namespace isotherm {

namespace {

constexpr std::size_t kLanes = 8;  // probes worked on together: one cache line per row
constexpr double kFar = 20000;  // rows between neighbours on average, above which rows are put in new order
constexpr double kBreakdown = 1e-13;

using Lanes = std::array<double, kLanes>;
using Block = std::vector<Lanes>;

/// Rows in the order a walk over the graph meets them, so that neighbours' values lie near each other.
Weights walked(const Weights& weights) {
  double far = 0;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    for (std::int32_t column : weights.neighbours(row))
      far += std::abs(static_cast<double>(column) - static_cast<double>(row));
  }
  if (far <= kFar * static_cast<double>(weights.links())) return weights;
  const Weights graph = symmetrised(weights);
  std::vector<std::int32_t> order, position(weights.rows(), -1);
  for (std::size_t root = 0; root < weights.rows(); ++root) {
    if (position[root] >= 0) continue;
    std::size_t head = order.size();
    position[root] = static_cast<std::int32_t>(head);
    order.push_back(static_cast<std::int32_t>(root));
    for (; head < order.size(); ++head) {
      for (std::int32_t next : graph.neighbours(static_cast<std::size_t>(order[head]))) {
        if (position[static_cast<std::size_t>(next)] >= 0) continue;
        position[static_cast<std::size_t>(next)] = static_cast<std::int32_t>(order.size());
        order.push_back(next);
      }
    }
  }
  Weights result;
  result.columns.reserve(weights.links());
  result.values.reserve(weights.links());
  for (std::int32_t old : order) {
    const auto row = static_cast<std::size_t>(old);
    for (std::int32_t column : weights.neighbours(row))
      result.columns.push_back(position[static_cast<std::size_t>(column)]);
    result.values.insert(result.values.end(), weights.weights(row).begin(), weights.weights(row).end());
    result.starts.push_back(static_cast<std::int64_t>(result.columns.size()));
  }
  return result;
}

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Rows [first, end) of W x.
void multiply(const Weights& weights, const Block& x, Block& result, std::size_t first, std::size_t end) {
  for (std::size_t row = first; row < end; ++row) {
    Lanes sum{};
    const auto from = static_cast<std::size_t>(weights.starts[row]);
    const auto to = static_cast<std::size_t>(weights.starts[row + 1]);
    for (std::size_t k = from; k < to; ++k) {
      const double w = weights.values[k];
      const Lanes& other = x[static_cast<std::size_t>(weights.columns[k])];
      for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += w * other[lane];
    }
    result[row] = sum;
  }
}

Lanes total(const std::vector<Lanes>& parts) {
  Lanes sum{};
  for (const Lanes& part : parts) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += part[lane];
  }
  return sum;
}

/// Nodes and weights of Gauss-Legendre quadrature on [0, 1] by Newton's method on the polynomial.
struct Quadrature {
  static constexpr int kPoints = 24;
  std::array<double, kPoints> nodes{}, weights{};
  Quadrature() {
    for (int i = 0; i < kPoints; ++i) {
      double x = std::cos(3.14159265358979323846 * (i + 0.75) / (kPoints + 0.5)), slope = 1;
      for (int round = 0; round < 8; ++round) {
        double last = 1, value = x;
        for (int k = 2; k <= kPoints; ++k) {
          const double next = ((2 * k - 1) * x * value - (k - 1) * last) / k;
          last = value;
          value = next;
        }
        slope = kPoints * (x * value - last) / (x * x - 1);
        x -= value / slope;
      }
      nodes[static_cast<std::size_t>(i)] = (1 - x) / 2;
      weights[static_cast<std::size_t>(i)] = 1 / ((1 - x * x) * slope * slope);
    }
  }
};

}  // namespace

std::array<double, 5> exact_traces(const Weights& weights, int threads) {
  const Weights mirrored = transposed(weights);
  const std::size_t rows = weights.rows();
  std::vector<std::array<double, 3>> parts(block_count(rows));
  for_blocks(rows, threads, [&](std::size_t block, std::size_t first, std::size_t end) {
    std::vector<double> there(rows, 0.0), back(rows, 0.0);  // a row of W W, and a column of it
    std::vector<std::size_t> met;
    const auto spread = [&](const Weights& w, std::size_t row, std::vector<double>& into) {
      for (std::size_t k = 0; k < w.degree(row); ++k) {
        const auto middle = static_cast<std::size_t>(w.neighbours(row)[k]);
        for (std::size_t n = 0; n < w.degree(middle); ++n) {
          const auto last = static_cast<std::size_t>(w.neighbours(middle)[n]);
          into[last] += w.weights(row)[k] * w.weights(middle)[n];
          met.push_back(last);
        }
      }
    };
    std::array<double, 3> sum{};
    for (std::size_t row = first; row < end; ++row) {
      met.clear();
      spread(mirrored, row, back);
      const std::size_t backward = met.size();
      spread(weights, row, there);
      sum[0] += there[row];
      for (std::size_t k = 0; k < mirrored.degree(row); ++k)
        sum[1] += there[static_cast<std::size_t>(mirrored.neighbours(row)[k])] * mirrored.weights(row)[k];
      for (std::size_t k = backward; k < met.size(); ++k) {
        sum[2] += there[met[k]] * back[met[k]];
        there[met[k]] = 0;
      }
      for (std::size_t k = 0; k < backward; ++k) back[met[k]] = 0;
    }
    parts[block] = sum;
  });
  std::array<double, 5> traces{static_cast<double>(rows), 0, 0, 0, 0};
  for (const std::array<double, 3>& part : parts) {
    for (std::size_t k = 0; k < 3; ++k) traces[k + 2] += part[k];
  }
  return traces;
}

TraceEstimate::TraceEstimate(const Weights& weights, int probes, int steps, std::uint64_t seed, int threads)
    : rows_(static_cast<double>(weights.rows())), steps_(steps), exact_(exact_traces(weights, threads)) {
  const Weights ordered = walked(weights);
  const Weights mirrored = transposed(ordered);
  for (int first = 0; first < probes; first += static_cast<int>(kLanes))
    add_probes(ordered, mirrored, first, seed, threads);
}

void TraceEstimate::add_probes(const Weights& weights, const Weights& mirrored, int first, std::uint64_t seed,
                               int threads) {
  const std::size_t rows = weights.rows();
  Block v(rows), w, before_v(rows, Lanes{}), before_w(rows, Lanes{}), next_v(rows), next_w(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint64_t bits = mixed(seed + (row + 1) * 0x9E3779B97F4A7C15U);
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      v[row][lane] = ((bits >> (static_cast<std::size_t>(first) + lane)) & 1) != 0 ? 1 : -1;
  }
  w = v;
  std::vector<Recurrence> lanes(kLanes);
  Lanes product, beside{};
  product.fill(rows_);
  std::array<bool, kLanes> ended{};
  std::vector<Lanes> parts(block_count(rows)), v_sizes(parts.size()), w_sizes(parts.size());
  for (int step = 0; step < steps_; ++step) {
    for_blocks(rows, threads, [&](std::size_t block, std::size_t begin, std::size_t end) {
      multiply(weights, v, next_v, begin, end);
      multiply(mirrored, w, next_w, begin, end);
      Lanes sum{};
      for (std::size_t row = begin; row < end; ++row) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += w[row][lane] * next_v[row][lane];
      }
      parts[block] = sum;
    });
    Lanes diagonal = total(parts);
    for (std::size_t lane = 0; lane < kLanes; ++lane) diagonal[lane] /= product[lane];
    for_blocks(rows, threads, [&](std::size_t block, std::size_t begin, std::size_t end) {
      Lanes sum{}, v_size{}, w_size{};
      for (std::size_t row = begin; row < end; ++row) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const double a =
              next_v[row][lane] - diagonal[lane] * v[row][lane] - beside[lane] * before_v[row][lane];
          const double b =
              next_w[row][lane] - diagonal[lane] * w[row][lane] - beside[lane] * before_w[row][lane];
          next_v[row][lane] = a;
          next_w[row][lane] = b;
          sum[lane] += a * b;
          v_size[lane] += a * a;
          w_size[lane] += b * b;
        }
      }
      parts[block] = sum;
      v_sizes[block] = v_size;
      w_sizes[block] = w_size;
    });
    const Lanes next = total(parts), v_size = total(v_sizes), w_size = total(w_sizes);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (ended[lane]) continue;
      lanes[lane].diagonal.push_back(diagonal[lane]);
      beside[lane] = next[lane] / product[lane];
      // The two sequences have become perpendicular, or what is left is rounding: J ends here.
      ended[lane] = !(std::abs(next[lane]) > kBreakdown * std::sqrt(v_size[lane] * w_size[lane])) ||
                    !(std::abs(beside[lane]) > kBreakdown * kBreakdown);
      lanes[lane].beside.push_back(ended[lane] ? 0 : beside[lane]);
      product[lane] = ended[lane] ? 1 : next[lane];
      if (ended[lane]) beside[lane] = 0;
    }
    before_v.swap(v);
    before_w.swap(w);
    v.swap(next_v);
    w.swap(next_w);
  }
  for (Recurrence& lane : lanes) {
    // z'W^k z / n is the first entry of J^k e1; rows of J: 1 above, `beside` below the diagonal.
    std::vector<double> x(lane.diagonal.size() + 1, 0.0), y(x.size());
    x[0] = 1;
    for (double& moment : lane.moments) {
      for (std::size_t i = 0; i < lane.diagonal.size(); ++i) {
        y[i] = lane.diagonal[i] * x[i] + (i + 1 < lane.diagonal.size() ? lane.beside[i] * x[i + 1] : 0.0) +
               (i > 0 ? x[i - 1] : 0.0);
      }
      x.swap(y);
      moment = x[0];
    }
    recurrences_.push_back(std::move(lane));
  }
}

double TraceEstimate::trace_of(const Recurrence& recurrence, double rho, std::size_t steps) const {
  const std::size_t count = std::min(steps, recurrence.diagonal.size());
  double below = 1 - rho * recurrence.diagonal[count - 1], beside = 0;
  if (count == 1) return rows_ * recurrence.diagonal[0] / below;
  for (std::size_t k = count - 1; k-- > 0;) {
    beside = recurrence.beside[k] / below;
    below = 1 - rho * recurrence.diagonal[k] - rho * rho * beside;
  }
  return rows_ * (recurrence.diagonal[0] + rho * beside) / below;
}

std::vector<double> TraceEstimate::traces(double rho, std::size_t dropped) const {
  std::vector<double> values;
  for (const Recurrence& recurrence : recurrences_)
    values.push_back(trace_of(recurrence, rho, static_cast<std::size_t>(steps_) - dropped));
  return values;
}

TraceEstimate::Mean TraceEstimate::controlled(const std::vector<double>& values) const {
  const auto probes = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXd columns(probes, 5);
  Eigen::VectorXd y(probes);
  for (Eigen::Index p = 0; p < probes; ++p) {
    columns(p, 0) = 1;
    y(p) = values[static_cast<std::size_t>(p)];
    for (std::size_t k = 0; k < 4; ++k) {
      columns(p, static_cast<Eigen::Index>(k) + 1) =
          recurrences_[static_cast<std::size_t>(p)].moments[k] - exact_[k + 1] / rows_;
    }
  }
  for (Eigen::Index k = 1; k < 5; ++k) columns.col(k) /= std::max(columns.col(k).norm(), 1e-300);
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(columns);
  const Eigen::VectorXd solution = qr.solve(y);
  const double rest = static_cast<double>(probes - qr.rank());
  const double variance = (y - columns * solution).squaredNorm() / std::max(rest, 1.0);
  const Eigen::MatrixXd inverse = columns.completeOrthogonalDecomposition().pseudoInverse();
  return {solution(0), std::sqrt(variance * inverse.row(0).squaredNorm())};
}

double TraceEstimate::trace(double rho) const { return controlled(traces(rho, 0)).value; }

TraceEstimate::Value TraceEstimate::at(double rho) const {
  const Quadrature quadrature;
  const Mean mean = controlled(traces(rho, 0));
  Value result;
  result.trace = mean.value;
  result.trace_error = mean.error;
  result.truncation = std::abs(controlled(traces(rho, 4)).value - mean.value);
  // ln |I - rho W| = - integral of tr(G) from 0 to rho. With s = 1 - exp(-x) the pole at 1 is far away.
  const double sign = rho < 0 ? -1 : 1, span = -std::log1p(-std::abs(rho));
  std::vector<double> sums(recurrences_.size(), 0.0);
  for (std::size_t k = 0; k < quadrature.nodes.size(); ++k) {
    const double x = span * quadrature.nodes[k];
    const double factor = sign * span * quadrature.weights[k] * std::exp(-x);
    const std::vector<double> at_node = traces(sign * -std::expm1(-x), 0);
    for (std::size_t p = 0; p < sums.size(); ++p) sums[p] -= factor * at_node[p];
  }
  result.log_determinant = controlled(sums).value;
  return result;
}

}  // namespace isotherm
