#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"
#include "table_sinks.h"
#include "table_text.h"

namespace isotherm {

namespace {

/// RFC 4180: quoted where a separator, a quotation mark or a line end is inside; an empty text is "", so that
/// it differs from a missing one.
void append_field(std::string& out, std::string_view text) {
  const auto special = [](char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; };
  if (!text.empty() && std::none_of(text.begin(), text.end(), special)) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_value(std::string& out, const Column& column, std::size_t row) {
  switch (column.info.type) {
    case ColumnType::integer:
      if (column.integers()[row] != kMissingInteger) append_integer(out, column.integers()[row]);
      break;
    case ColumnType::real:
      if (std::isfinite(column.reals()[row])) append_real(out, column.reals()[row], column.info.digits);
      break;
    case ColumnType::text:
    case ColumnType::date:
      if (column.texts()[row]) append_field(out, *column.texts()[row]);
      break;
  }
}

void append_rings(std::string& out, const Polygon& polygon, const CoordinateText& format) {
  out += '(';
  for (std::size_t r = 0; r < polygon.rings.size(); ++r) {
    const Ring& ring = polygon.rings[r];
    out += r == 0 ? "(" : ",(";
    for (std::size_t k = 0; k <= ring.size(); ++k) {
      const Point p = ring[k % ring.size()];
      if (k > 0) out += ',';
      format.append(out, p.x);
      out += ' ';
      format.append(out, p.y);
    }
    out += ')';
  }
  out += ')';
}

/// Well-known text in quotation marks; nothing for an empty outline.
void append_wkt(std::string& out, const MultiPolygon& outline, const CoordinateText& format) {
  if (outline.empty()) return;
  out += outline.size() == 1 ? "\"POLYGON " : "\"MULTIPOLYGON (";
  for (std::size_t k = 0; k < outline.size(); ++k) {
    if (k > 0) out += ',';
    append_rings(out, outline[k], format);
  }
  out += outline.size() == 1 ? "\"" : ")\"";
}

class CsvSink : public RowSink {
 public:
  CsvSink(const std::string& path, const TableSchema& schema, bool wkt, const RunContext& context)
      // Tenths of a millimetre in either kind of CRS.
      : file_(path, context.overwrite), wkt_(wkt), format_(wkt && is_geographic(schema.crs) ? 9 : 4) {
    std::string header;
    for (const ColumnInfo& info : schema.columns) {
      if (!header.empty()) header += ',';
      append_field(header, info.name);
    }
    if (wkt_) header += header.empty() ? "wkt" : ",wkt";
    file_.write(header + "\n");
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    prepared.text.reserve(prepared.rows * (40 + 12 * batch.columns.size()));
    for (std::size_t row = 0; row < prepared.rows; ++row) {
      for (std::size_t k = 0; k < batch.columns.size(); ++k) {
        if (k > 0) prepared.text += ',';
        append_value(prepared.text, batch.columns[k], row);
      }
      if (wkt_) {
        if (!batch.columns.empty()) prepared.text += ',';
        append_wkt(prepared.text, batch.geometry[row], format_);
      }
      prepared.text += '\n';
    }
    return prepared;
  }

  bool uses_geometry() const override { return wkt_; }
  void write(Prepared&& batch) override { file_.write(batch.text); }
  void finish() override { file_.finish(); }

 private:
  TextFile file_;
  bool wkt_;
  CoordinateText format_;
};

}  // namespace

std::unique_ptr<RowSink> open_csv(const std::string& path, const TableSchema& schema,
                                  const TableOptions& options, const RunContext& context) {
  if (options.wkt && !schema.has_geometry) {
    throw Error(ErrorKind::usage, path + ": there are no outlines to write as WKT");
  }
  return std::make_unique<CsvSink>(path, schema, options.wkt, context);
}

}  // namespace isotherm
