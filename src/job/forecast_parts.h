// The cells of a table, all at once where they fit the memory, else part after part.
//
// A table that takes more than it may is read to know its names, times and types, and then for each walk over
// its cells, which come in parts. For that the rows of a cell must stand together, as they do in
// tables of `isotherm zonal` and in wide ones; what is held then is a part, and while the table is got to
// know eight bytes a cell, which tell that none comes back. Cells and their order are those of the whole
// table either way.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forecast_areas.h"
#include "forecast_series.h"
#include "isotherm/core/run_context.h"

namespace isotherm {

/// Parts are cut at multiples of so many cells, batches within them divide it: sums over batches are then the
/// same to the last bit however a table is cut.
inline constexpr std::size_t kCellsInBatch = 256;

class SeriesParts {
 public:
  /// Throws Error(usage) where the table takes more than `most_bytes` (0: any) and cannot be cut.
  SeriesParts(const ForecastJob& job, Log& log, std::size_t most_bytes);

  /// The whole table, or one without cells that knows what all parts share.
  const SeriesTable& head() const { return *head_; }
  std::size_t cells() const { return cells_; }
  /// Gives every part, in the order of the table.
  void visit(const std::function<void(const SeriesTable&)>& each);
  /// Throws Error(usage) for a name that no cell has.
  void require_cells(std::span<const std::string> names);

 private:
  /// What a walk over all rows finds out.
  struct Survey;
  void take_whole(SeriesTable series);
  void survey(std::size_t rows_in_part);
  bool survey_piece(const SeriesTable& piece, Survey& found) const;
  [[noreturn]] void refuse_parts(const std::string& why) const;
  TableReadOptions options() const;

  const ForecastJob& job_;
  Log& log_;
  SilentLog silent_;
  std::size_t most_bytes_;
  std::optional<SeriesTable> head_;
  std::vector<std::size_t> part_rows_;  ///< none where the head is whole
  bool names_as_text_ = false;
  std::size_t cells_ = 0;
  bool told_ = false;  ///< what is known when all parts were there
};

}  // namespace isotherm
