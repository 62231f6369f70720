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
void write_field(std::string_view text, TextGather& out) {
  const auto special = [](char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; };
  if (!text.empty() && std::none_of(text.begin(), text.end(), special)) {
    out.put(text);
    return;
  }
  out.put('"');
  for (char c : text) {
    if (c == '"') out.put('"');
    out.put(c);
  }
  out.put('"');
}

/// A column as the inner loop needs it: one of the three lists is there.
struct CsvColumn {
  explicit CsvColumn(const Column& column)
      : integers(std::get_if<Integers>(&column.values)),
        reals(std::get_if<Reals>(&column.values)),
        texts(std::get_if<Texts>(&column.values)),
        digits(column.info.digits) {}

  void write(std::size_t row, TextGather& out) const {
    if (reals != nullptr) {
      if (std::isfinite((*reals)[row])) out.end_at(write_real(out.room(), (*reals)[row], digits));
    } else if (integers != nullptr) {
      if ((*integers)[row] != kMissingInteger) out.end_at(write_integer(out.room(), (*integers)[row]));
    } else if (const auto& text = (*texts)[row]) {
      write_field(*text, out);
    }
  }

  const Integers* integers;
  const Reals* reals;
  const Texts* texts;
  int digits;
};

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
    {
      TextGather out(header);
      for (const ColumnInfo& info : schema.columns) {
        if (&info != &schema.columns.front()) out.put(',');
        write_field(info.name, out);
      }
    }
    if (wkt_) header += header.empty() ? "wkt" : ",wkt";
    file_.write(header + "\n");
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    prepared.text.reserve(prepared.rows * (40 + 12 * batch.columns.size()));
    const std::vector<CsvColumn> sources(batch.columns.begin(), batch.columns.end());
    TextGather out(prepared.text);
    for (std::size_t row = 0; row < prepared.rows; ++row) {
      for (const CsvColumn& source : sources) {
        if (&source != sources.data()) out.put(',');
        source.write(row, out);
      }
      if (wkt_) {
        if (!sources.empty()) out.put(',');
        out.flush();
        append_wkt(prepared.text, batch.geometry[row], format_);
      }
      out.put('\n');
    }
    out.flush();
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
