// A vector file of GDAL's being made: one layer with the columns of a schema, and no row yet.
#pragma once

#include <ogrsf_frmts.h>

#include <string>

#include "gdal_support.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/table_writer.h"

namespace isotherm {

/// GDAL options of this thread while it writes: no time of day in the file, so that equal tables give equal
/// bytes, and no waiting for the disk, since the whole file is synced before it gets its name.
class WriteOptions {
 public:
  WriteOptions();
  WriteOptions(const WriteOptions&) = delete;
  WriteOptions& operator=(const WriteOptions&) = delete;
  ~WriteOptions();
};

class NewVectorFile {
 public:
  /// Made at file.path(). Warns of names of columns that the format shortens.
  NewVectorFile(const OutputFile& file, const TableSchema& schema, const TableOptions& options,
                const std::string& driver, Log& log);
  GDALDataset& dataset() { return *dataset_; }
  OGRLayer& layer() { return *layer_; }
  /// Outlines are written as multipolygons, also those of one part.
  bool multi() const { return multi_; }
  /// Nothing of it may be used behind this.
  void close();
  /// Throws Error(output) with what GDAL last complained about.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void create_layer(const TableSchema& schema, const TableOptions& options, const std::string& driver);
  void add_fields(const TableSchema& schema, const std::string& driver, Log& log);

  const OutputFile& file_;
  GdalDataset dataset_;
  OGRLayer* layer_ = nullptr;
  bool multi_;
};

}  // namespace isotherm
