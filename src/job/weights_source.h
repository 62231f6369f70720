// From a specification of weights and some rows of a table to weights.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/io/table_reader.h"
#include "isotherm/job/weights.h"
#include "isotherm/model/weights_text.h"

namespace isotherm {

/// The column that names cells; nothing when none was asked for and there is none of the usual names.
std::optional<std::size_t> id_column(const Table& table, const std::string& asked);
/// Its values as text; without a column row numbers from 1.
std::vector<std::string> id_texts(const Table& table, std::optional<std::size_t> column);
/// A number per different value of a column in the given rows; -1 where it is missing.
std::vector<std::int64_t> codes_of_column(const Table& table, const std::string& name,
                                          std::span<const std::size_t> rows);

class WeightsSource {
 public:
  /// Checks the specification and reads a file when it names one. Throws Error(usage, input).
  WeightsSource(const WeightsInputs& inputs, const ReadTable& cells, std::vector<std::string> ids);

  /// Weights of the given rows, in their order. Neighbours are sought among these rows alone. Says on the log
  /// how many links there are and which rows are islands.
  Weights of_rows(std::span<const std::size_t> rows, const RunContext& context) const;
  /// The same as they are found: not standardised, nothing said.
  Weights links(std::span<const std::size_t> rows, const RunContext& context) const;
  std::string describe() const;

 private:
  Weights from_file(std::span<const std::size_t> rows) const;

  enum class Kind { nearest, distance, kernel, queen, rook, file };
  WeightsInputs inputs_;
  const ReadTable& cells_;
  std::vector<std::string> ids_;
  Kind kind_ = Kind::nearest;
  double number_ = 0;
  KernelShape shape_ = KernelShape::triangular;
  bool degrees_ = false;
  double unit_m_ = 1;
  NamedWeights file_;
};

}  // namespace isotherm
