// What a processor must be able to do with pixels: evaluate a program over them, gather them into zones.
//
// Every backend promises, for equal input: counts, pixels, minima, maxima and quantiles equal; sums, means
// and variances equal bit for bit, because each zone adds its pixels in one fixed order (row by row, column
// by column) with contraction off. Results never depend on how rows are cut into tiles.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/view.h"
#include "isotherm/spectral/program.h"
#include "isotherm/spectral/stored_tile.h"
#include "isotherm/stats/sorted_samples.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/coverage.h"

namespace isotherm {

/// What has been gathered so far of the zones of one batch: a collector per zone and quantity, and how far
/// each zone's spans have been walked. Rows must be gathered in ascending order, each row once.
class Gathering {
 public:
  Gathering() = default;
  /// Starts afresh for that coverage; keeps memory from the last time.
  void reset(const Coverage& coverage, std::size_t quantities, bool keep_samples);
  std::size_t zones() const { return next_span_.size(); }
  std::size_t quantities() const { return quantities_; }
  Collector& collector(std::size_t zone, std::size_t quantity) {
    return collectors_[zone * quantities_ + quantity];
  }
  std::uint32_t& next_span(std::size_t zone) { return next_span_[zone]; }

 private:
  std::size_t quantities_ = 0;
  bool keep_samples_ = false;
  std::vector<std::uint32_t> next_span_;
  std::vector<Collector> collectors_;
};

/// The zones of a batch where a backend keeps them, in the memory of a card, while the pixels of one date
/// after the other come by. For one worker at a time.
class KeptZones {
 public:
  virtual ~KeptZones() = default;
  /// Begins a date.
  virtual void start() = 0;
  /// Like evaluate_stored() and then gather(): rows in ascending order, each once.
  virtual void add(const Program& program, const StoredTile& inputs) = 0;
  /// The date's sums, for the gathering's collectors, and statistics of values: `values` takes
  /// [zone][statistic] as Collector::read() gives them.
  virtual void finish(Gathering& gathering, std::span<double> values) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// `outputs` takes the window of `inputs` and a plane per output; inputs[k] is the band
  /// program.inputs()[k].
  virtual void evaluate(const Program& program, const Tile& inputs, Tile& outputs) = 0;
  /// The same from stored numbers, band k of which is program.inputs()[k].
  virtual void evaluate_stored(const Program& program, const StoredTile& inputs, Tile& outputs);
  /// Whether pixels should come to it as stored numbers where they are such.
  virtual bool prefers_stored() const { return false; }
  /// Adds the pixels of `values` (a plane per quantity) to the zones. Its window is in pixels of the
  /// coverage's frame and holds every span of its rows.
  virtual void gather(const Coverage& coverage, const Tile& values, Gathering& gathering) = 0;
  /// The zones kept, where this backend gains by it and has the memory; else null. `coverage` must outlive
  /// them. `statistics`: those of the values themselves that finish() will be asked for.
  virtual std::unique_ptr<KeptZones> keep(const Coverage& coverage, std::size_t quantities,
                                          std::span<const ValueStatistic> statistics);
};

/// Which backend, and what it may take.
struct BackendChoice {
  std::string name = "auto";
  std::vector<std::string> gpus;  ///< numbers of the cards that share the work; empty: the first
  std::size_t gpu_memory = 0;     ///< bytes of each card's memory; 0: a half of what is free
};

/// A row of the list of backends.
struct BackendRow {
  std::string_view name;
  std::string_view help;
  std::string (*trouble)();  ///< why it cannot run here; empty when it can
  std::unique_ptr<Backend> (*make)(const BackendChoice& choice);
};

/// All there are; the last runs everywhere.
std::span<const BackendRow> backends();

/// The backend of that name. `auto` is the processor: the GPU is taken when it is asked for by name. Safe to
/// use from several threads. Throws Error(usage): unknown name with the nearest one, or why it cannot run
/// here.
std::unique_ptr<Backend> make_backend(const BackendChoice& choice);

}  // namespace isotherm
