#include <algorithm>
#include <cmath>
#include <mutex>

#include "geojson_outline.h"
#include "isotherm/core/error.h"
#include "table_sinks.h"
#include "table_text.h"

namespace isotherm {

namespace {

constexpr const char* kWgs84 = "EPSG:4326";

/// Lends each caller a transformation of its own.
class TransformPool {
 public:
  explicit TransformPool(SmoothTransform first) : pattern_(std::move(first)) {}

  class Loan {
   public:
    Loan(TransformPool& pool, std::unique_ptr<SmoothTransform> lent) : pool_(pool), lent_(std::move(lent)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(lent_));
    }
    SmoothTransform& operator*() const { return *lent_; }

   private:
    TransformPool& pool_;
    std::unique_ptr<SmoothTransform> lent_;
  };

  Loan take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<SmoothTransform> lent = std::move(free_.back());
        free_.pop_back();
        return Loan(*this, std::move(lent));
      }
    }
    return Loan(*this, std::make_unique<SmoothTransform>(pattern_));
  }

 private:
  const SmoothTransform pattern_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SmoothTransform>> free_;
};

/// Names of cells and dates need no escaping, and are most of the texts there are.
void write_string(std::string_view text, TextGather& out) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) {
    out.put('"');
    out.put(text);
    out.put('"');
    return;
  }
  std::string quoted;
  append_json_string(quoted, text);
  out.put(quoted);
}

/// A column as the inner loop needs it: what stands before its values, and one of the three lists.
struct JsonColumn {
  JsonColumn(std::string_view name, const Column& column)
      : key(name),
        integers(std::get_if<Integers>(&column.values)),
        reals(std::get_if<Reals>(&column.values)),
        texts(std::get_if<Texts>(&column.values)),
        digits(column.info.digits) {}

  void write(std::size_t row, TextGather& out) const {
    out.put(key);
    if (reals != nullptr && std::isfinite((*reals)[row])) {
      out.end_at(write_real(out.room(), (*reals)[row], digits));
    } else if (integers != nullptr && (*integers)[row] != kMissingInteger) {
      out.end_at(write_integer(out.room(), (*integers)[row]));
    } else if (texts != nullptr && (*texts)[row]) {
      write_string(*(*texts)[row], out);
    } else {
      out.put("null");
    }
  }

  std::string_view key;
  const Integers* integers;
  const Reals* reals;
  const Texts* texts;
  int digits;
};

class GeoJsonSink : public RowSink {
 public:
  GeoJsonSink(const std::string& path, const TableSchema& schema, const TableOptions& options, bool sequence,
              const RunContext& context)
      : file_(path, context.overwrite),
        decimals_(options.coordinate_decimals),
        sequence_(sequence),
        has_geometry_(schema.has_geometry),
        geographic_(has_geometry_ && is_geographic(schema.crs)),
        transforms_(SmoothTransform(CrsTransform(has_geometry_ ? schema.crs : kWgs84, kWgs84))) {
    for (const ColumnInfo& info : schema.columns) {
      std::string key = keys_.empty() ? "" : ",";
      append_json_string(key, info.name);
      keys_.push_back(key + ":");
    }
    if (!sequence_) file_.write("{\"type\":\"FeatureCollection\",\"features\":[\n");
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    const TransformPool::Loan transform = transforms_.take();
    const std::span<const MultiPolygon> outlines(batch.geometry);
    const GeoJsonOutlines geometry(outlines, *transform, geographic_, decimals_);
    prepared.text.reserve(prepared.rows * (200 + 30 * keys_.size()));
    std::vector<JsonColumn> sources;
    for (std::size_t k = 0; k < batch.columns.size(); ++k) sources.emplace_back(keys_[k], batch.columns[k]);
    TextGather out(prepared.text);
    for (std::size_t row = 0; row < prepared.rows; ++row) {
      if (row > 0) out.put(separator());
      out.put("{\"type\":\"Feature\",\"properties\":{");
      for (const JsonColumn& source : sources) source.write(row, out);
      out.put("},\"geometry\":");
      if (has_geometry_) {
        geometry.write(out, row);
      } else {
        out.put("null");
      }
      out.put('}');
    }
    out.flush();
    return prepared;
  }

  void write(Prepared&& batch) override {
    if (batch.rows == 0) return;
    if (!first_) file_.write(separator());
    first_ = false;
    file_.write(batch.text);
  }

  void finish() override {
    if (!first_) file_.write("\n");
    if (!sequence_) file_.write("]}\n");
    file_.finish();
  }

 private:
  std::string_view separator() const { return sequence_ ? "\n" : ",\n"; }

  TextFile file_;
  int decimals_;
  bool sequence_;
  bool has_geometry_;
  bool geographic_;
  bool first_ = true;
  std::vector<std::string> keys_;  ///< of properties, with what stands around them
  mutable TransformPool transforms_;
};

}  // namespace

std::unique_ptr<RowSink> open_geojson(const std::string& path, const TableSchema& schema,
                                      const TableOptions& options, bool sequence, const RunContext& context) {
  return std::make_unique<GeoJsonSink>(path, schema, options, sequence, context);
}

}  // namespace isotherm
