#include "cli/options/cells.h"

#include "isotherm/core/error.h"

namespace isotherm::cli {

void add_cell_options(Options& options, CellTable& cells, std::vector<std::string>& table) {
  options.group("Cells");
  options
      .arguments("cells", table, "TABLE",
                 "A table of cells: any file with features that GDAL reads, or CSV with columns x, y (lon, "
                 "lat) or wkt.")
      .files = true;
  options.text("layer", cells.layer, "NAME", "The layer to read, where the file has several.");
  options.text("id", cells.id, "COLUMN", "The column that names cells.").default_text =
      "the first of cell_id, id, zone";
  options.text("table-crs", cells.crs, "CRS",
               "The CRS of the table's coordinates, where it does not say; believed, with a warning, where "
               "it says another.");
}

void add_weights_options(Options& options, WeightsInputs& weights, const std::vector<std::string>& named_by) {
  options.group("Neighbours");
  OptionRow& row = options.text("weights", weights.spec, "SPEC", "Who is a neighbour of whom.");
  row.words = words_of(weights_rows());
  options.flag("binary", weights.binary, "Every link counts 1; without it the links of a cell add to 1.")
      .beside = named_by;
  options.flag("symmetric", weights.symmetric, "Make every link mutual.").beside = named_by;
}

std::string one_table(const std::vector<std::string>& tables) {
  if (tables.size() == 1) return tables.front();
  throw Error(ErrorKind::usage, tables.empty() ? "no table given"
                                               : "one table at a time, not " + std::to_string(tables.size()));
}

}  // namespace isotherm::cli
