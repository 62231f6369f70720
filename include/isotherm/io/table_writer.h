// Tables to files: GeoJSON, GeoJSONSeq, CSV, XLSX and the rows of GeoPackages by our own streaming writers,
// everything else through GDAL.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"

namespace isotherm {

/// Where batches of rows go, in order. `prepare` may run in any thread at the same time as others; `write`
/// and `finish` are called from one thread at a time, batches in order. Nothing appears under the final name
/// before finish() has returned.
class RowSink {
 public:
  /// A batch ready to be appended: formatted text for text formats, the table itself for the others.
  struct Prepared {
    std::string text;
    Table table;
    std::size_t rows = 0;
  };
  virtual ~RowSink() = default;
  virtual Prepared prepare(Table batch) const = 0;
  /// False when outlines would be thrown away; batches may then come without geometry.
  virtual bool uses_geometry() const { return true; }
  virtual void write(Prepared&& batch) = 0;
  virtual void finish() = 0;
};

struct TableFormat {
  std::string_view extension;  ///< ".geojson"
  std::string_view driver;     ///< "GeoJSON" (own) or a GDAL driver name
  std::string_view help;
  bool geometry;
  bool to_stdout;
};
/// The formats with a name of their own; any other extension is tried with the GDAL at hand.
std::span<const TableFormat> table_formats();

struct TableOptions {
  std::string format;  ///< driver or extension; empty: from the path
  std::string layer;   ///< layer name in the file; empty: the file's stem
  bool wkt = false;    ///< CSV: add a `wkt` column with the outline
  int coordinate_decimals = 7;
  /// What a workbook's dictionary says beside its columns: inputs, zones, rules.
  std::vector<std::pair<std::string, std::string>> about;
};

/// Opens an output. `path` may be "-" for the formats that can. GeoJSON is RFC 7946: WGS 84, right-hand rule,
/// cut at the antimeridian, members in schema order, missing as null. Throws Error(output) or Error(usage) at
/// once.
std::unique_ptr<RowSink> open_table(const std::string& path, const TableSchema& schema,
                                    const TableOptions& options, const RunContext& context);

/// Throws what open_table() would of this path, before anything is known of the rows: for commands whose
/// table is written last.
void check_table(const std::string& path, const TableOptions& options, const RunContext& context);

}  // namespace isotherm
