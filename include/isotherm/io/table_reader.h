// Tables from files: whatever GDAL reads with features, and CSV. Columns typed, missing kept missing,
// geometry optional.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"

namespace isotherm {

struct TableReadOptions {
  std::string layer;  ///< empty: the only layer, or an error that lists them
  std::vector<std::string>
      columns;           ///< to read; empty: all. A missing one is Error(input) with the nearest name
  bool geometry = true;  ///< read outlines where there are any (polygons; points become no outline)
  std::string crs;       ///< supplies or overrides the CRS
  /// Columns of few words in many rows, to be given as CodedColumn too; those in `columns` are given there as
  /// well. A missing one is Error(input).
  std::vector<std::string> coded;
  bool outlines_once = false;  ///< outlines only of the first row of each value of coded.front()
  bool anchors = true;
  /// Where there are no outlines, coordinates of the first row of each value of coded.front().
  bool coordinates_once = false;
  /// Bytes that the values read may take; beyond that it is Error(usage), told as soon as it is known, or
  /// with `stop_when_full` the end of what is read. 0: any.
  std::size_t most_bytes = 0;
  bool stop_when_full = false;
  /// coded.front() of a CSV file is text whatever the rows read hold.
  bool names_as_text = false;
};

/// Each value once, in the order of first rows, and for every row which it is. Missing values are values,
/// too.
struct CodedColumn {
  Column values;
  std::vector<std::uint32_t> codes;
};

/// A whole table, rows in file order. CSV columns that hold numbers in every row become real or integer, ISO
/// dates become date, the rest text; a `wkt` column becomes geometry. Points (and `x`/`y` or `lon`/`lat`
/// columns) are given by `anchor`, polygons' anchors are their centroids. Throws Error(input).
struct ReadTable {
  Table table;                     ///< geometry is empty when the file has none
  std::vector<CodedColumn> coded;  ///< as asked for
  std::size_t rows = 0;            ///< of the file
  std::size_t before = 0;          ///< rows of the file that came in earlier pieces
  std::vector<Point> anchors;      ///< a point per row where there is geometry or coordinates, else empty
  std::vector<Column> once;        ///< of coordinates_once: two columns of numbers, or none
  bool whole = true;               ///< false where stop_when_full came before the end
};
ReadTable read_table(const std::string& path, const TableReadOptions& options, Log& log);

/// The same table a piece at a time. The types of a CSV file's columns are those that the rows of a piece
/// tell.
class TableStream {
 public:
  TableStream(const std::string& path, const TableReadOptions& options);
  ~TableStream();
  /// The next rows, at most so many; none at the end.
  ReadTable next(std::size_t most_rows, Log& log);

 private:
  class Reader;
  friend ReadTable read_table(const std::string& path, const TableReadOptions& options, Log& log);
  std::unique_ptr<Reader> reader_;
};

/// Names of the two columns that read_table would take coordinates from; empty where there are none.
std::vector<std::string> coordinate_columns(const Table& table);

}  // namespace isotherm
