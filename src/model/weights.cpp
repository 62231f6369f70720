#include "isotherm/model/weights.h"

#include <algorithm>

#include "isotherm/core/error.h"

namespace isotherm {

Weights binary_weights(const std::vector<std::vector<std::int32_t>>& neighbours) {
  Weights weights;
  weights.starts.reserve(neighbours.size() + 1);
  for (const std::vector<std::int32_t>& list : neighbours) {
    weights.columns.insert(weights.columns.end(), list.begin(), list.end());
    std::sort(weights.columns.end() - static_cast<std::ptrdiff_t>(list.size()), weights.columns.end());
    weights.starts.push_back(static_cast<std::int64_t>(weights.columns.size()));
  }
  weights.values.assign(weights.columns.size(), 1.0);
  return weights;
}

void standardise(Weights& weights) {
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    double sum = 0;
    for (double w : weights.weights(row)) sum += w;
    if (sum == 0) continue;
    const auto first = static_cast<std::size_t>(weights.starts[row]);
    for (std::size_t k = first; k < first + weights.degree(row); ++k) weights.values[k] /= sum;
  }
}

Weights transposed(const Weights& weights) {
  Weights result;
  result.starts.assign(weights.rows() + 1, 0);
  for (std::int32_t column : weights.columns) ++result.starts[static_cast<std::size_t>(column) + 1];
  for (std::size_t row = 0; row < weights.rows(); ++row) result.starts[row + 1] += result.starts[row];
  result.columns.resize(weights.links());
  result.values.resize(weights.links());
  std::vector<std::int64_t> next(result.starts.begin(), result.starts.end() - 1);
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    for (std::size_t k = 0; k < weights.degree(row); ++k) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(weights.neighbours(row)[k])]++);
      result.columns[at] = static_cast<std::int32_t>(row);
      result.values[at] = weights.weights(row)[k];
    }
  }
  return result;
}

Weights symmetrised(const Weights& weights) {
  const Weights other = transposed(weights);
  Weights result;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    std::size_t a = 0, b = 0;
    const auto left = weights.neighbours(row), right = other.neighbours(row);
    while (a < left.size() || b < right.size()) {
      const bool from_left = b == right.size() || (a < left.size() && left[a] <= right[b]);
      const bool from_right = a == left.size() || (b < right.size() && right[b] <= left[a]);
      result.columns.push_back(from_left ? left[a] : right[b]);
      result.values.push_back(
          std::max(from_left ? weights.weights(row)[a] : 0.0, from_right ? other.weights(row)[b] : 0.0));
      a += from_left ? 1 : 0;
      b += from_right ? 1 : 0;
    }
    result.starts.push_back(static_cast<std::int64_t>(result.columns.size()));
  }
  return result;
}

std::size_t islands(const Weights& weights) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < weights.rows(); ++row) count += weights.degree(row) == 0 ? 1 : 0;
  return count;
}

std::size_t one_way_links(const Weights& weights) { return symmetrised(weights).links() - weights.links(); }

Weights joined(std::span<const Weights> parts) {
  Weights result;
  std::int32_t first = 0;
  for (const Weights& part : parts) {
    for (std::int32_t column : part.columns) result.columns.push_back(first + column);
    result.values.insert(result.values.end(), part.values.begin(), part.values.end());
    const std::int64_t before = result.starts.back();
    for (std::size_t row = 1; row <= part.rows(); ++row) result.starts.push_back(before + part.starts[row]);
    first += static_cast<std::int32_t>(part.rows());
  }
  return result;
}

std::vector<double> lag(const Weights& weights, std::span<const double> values) {
  if (values.size() != weights.rows())
    throw Error(ErrorKind::internal, "weights and values differ in length");
  std::vector<double> result(values.size());
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    const auto neighbours = weights.neighbours(row);
    const auto w = weights.weights(row);
    double sum = 0;
    for (std::size_t k = 0; k < neighbours.size(); ++k)
      sum += w[k] * values[static_cast<std::size_t>(neighbours[k])];
    result[row] = sum;
  }
  return result;
}

}  // namespace isotherm
