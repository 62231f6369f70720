// The catalogue of spectral indices: rows of data. Adding an index is adding a row (and a line with a value
// worked by hand to tests/golden/indices.txt). Rows are text until they are compiled for a scene: a row whose
// bands no scene has does no harm.
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

/// One index. `formula` is for surface products and plain bands; `formula_level1`, where not empty, replaces
/// it for Level-1 (top of atmosphere) scenes; "-" there means that the index is refused for Level 1, with
/// `why_not`.
struct IndexRow {
  std::string name = {};   ///< "ndvi"
  std::string title = {};  ///< "normalised difference vegetation index"
  std::string formula = {};
  std::string formula_level1 = {};
  std::string why_not = {};  ///< why Level 1 (or Level 2, when `formula` is "-") cannot give it
  std::string unit = "1";    ///< "1", "K", "degC", "W m-2 sr-1 um-1"
  double valid_min = -std::numeric_limits<double>::infinity();  ///< what a sound value lies in: for metadata
  double valid_max = std::numeric_limits<double>::infinity();   ///< and for scaling to integers
  std::string source = {};                                      ///< paper, handbook or page
  std::string group = {};  ///< "vegetation", "built-up", "water", "thermal", ...
  /// Default values of constants that only this row knows ("L"); --set wins over them.
  std::map<std::string, double> constants = {};
};

class Catalogue {
 public:
  /// The rows shipped with the program.
  static const Catalogue& builtin();

  explicit Catalogue(std::vector<IndexRow> rows);
  std::span<const IndexRow> rows() const { return rows_; }
  /// By name: exactly this text first, else ignoring case. Null when there is none.
  const IndexRow* find(std::string_view name) const;
  std::vector<std::string> names() const;
  /// These rows, without those whose name (ignoring case) `other` has too, and behind them the rows of
  /// `other`.
  Catalogue with(std::span<const IndexRow> other) const;

 private:
  std::vector<IndexRow> rows_;
};

}  // namespace isotherm
