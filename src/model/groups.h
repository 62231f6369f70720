// Rows of a panel or of areas by group, groups numbered from 0 as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/model/effects.h"

namespace isotherm {

struct Groups {
  std::vector<std::int64_t> code;  ///< of each row
  std::vector<double> size;        ///< of each group, in rows

  explicit Groups(std::span<const std::int64_t> values) : code(codes_of(values)) {
    for (std::int64_t c : code) {
      if (static_cast<std::size_t>(c) == size.size()) size.push_back(0);
      size[static_cast<std::size_t>(c)] += 1;
    }
  }
  std::size_t at(std::size_t row) const { return static_cast<std::size_t>(code[row]); }

  /// The mean of its group in every row.
  std::vector<double> means(std::span<const double> values) const {
    const std::vector<long double> sum = sums(values);
    std::vector<double> result(values.size());
    for (std::size_t row = 0; row < values.size(); ++row)
      result[row] = static_cast<double>(sum[at(row)] / static_cast<long double>(size[at(row)]));
    return result;
  }

  void subtract_means(std::vector<double>& values) const {
    const std::vector<long double> sum = sums(values);
    for (std::size_t row = 0; row < values.size(); ++row)
      values[row] = static_cast<double>(values[row] - sum[at(row)] / size[at(row)]);
  }

 private:
  std::vector<long double> sums(std::span<const double> values) const {
    std::vector<long double> sum(size.size(), 0.0L);
    for (std::size_t row = 0; row < values.size(); ++row) sum[at(row)] += values[row];
    return sum;
  }
};

}  // namespace isotherm
