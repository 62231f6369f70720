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
  explicit TransformPool(CrsTransform first) : pattern_(std::move(first)) {}

  class Loan {
   public:
    Loan(TransformPool& pool, std::unique_ptr<CrsTransform> lent) : pool_(pool), lent_(std::move(lent)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(lent_));
    }
    const CrsTransform& operator*() const { return *lent_; }

   private:
    TransformPool& pool_;
    std::unique_ptr<CrsTransform> lent_;
  };

  Loan take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<CrsTransform> lent = std::move(free_.back());
        free_.pop_back();
        return Loan(*this, std::move(lent));
      }
    }
    return Loan(*this, std::make_unique<CrsTransform>(pattern_));
  }

 private:
  const CrsTransform pattern_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CrsTransform>> free_;
};

void append_value(std::string& out, const Column& column, std::size_t row) {
  switch (column.info.type) {
    case ColumnType::integer: {
      const std::int64_t value = column.integers()[row];
      if (value == kMissingInteger) {
        out += "null";
      } else {
        append_integer(out, value);
      }
      break;
    }
    case ColumnType::real: {
      const double value = column.reals()[row];
      if (std::isfinite(value)) {
        append_real(out, value, column.info.digits);
      } else {
        out += "null";
      }
      break;
    }
    case ColumnType::text:
    case ColumnType::date: {
      const auto& value = column.texts()[row];
      if (value) {
        append_json_string(out, *value);
      } else {
        out += "null";
      }
      break;
    }
  }
}

class GeoJsonSink : public RowSink {
 public:
  GeoJsonSink(const std::string& path, const TableSchema& schema, const TableOptions& options, bool sequence,
              const RunContext& context)
      : file_(path, context.overwrite),
        decimals_(options.coordinate_decimals),
        sequence_(sequence),
        has_geometry_(schema.has_geometry),
        geographic_(has_geometry_ && is_geographic(schema.crs)),
        transforms_(CrsTransform(has_geometry_ ? schema.crs : kWgs84, kWgs84)) {
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
    for (std::size_t row = 0; row < prepared.rows; ++row) {
      if (row > 0) prepared.text += separator();
      prepared.text += "{\"type\":\"Feature\",\"properties\":{";
      for (std::size_t k = 0; k < batch.columns.size(); ++k) {
        prepared.text += keys_[k];
        append_value(prepared.text, batch.columns[k], row);
      }
      prepared.text += "},\"geometry\":";
      if (has_geometry_) {
        geometry.append(prepared.text, row);
      } else {
        prepared.text += "null";
      }
      prepared.text += '}';
    }
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
