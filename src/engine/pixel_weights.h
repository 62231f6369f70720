// A second weight for every pixel, beside its coverage: of a raster (people, trees, buildings), or the true
// area of the pixel.
//
// Rule for a raster: the weight of a pixel is the mean of the raster at n x n points spread evenly over the
// pixel, each taking the value of the raster's pixel it lies in; points without a value are left out. n is 1
// where the raster's pixels are as large or larger, else as many as its pixels that lie side by side in one
// pixel (at most 32). A raster of the same lattice, and one whose pixels divide these evenly, is thus taken
// exactly. Only the ratio of weights matters to means and quantiles, so counts per raster pixel and densities
// give the same.
//
// Areas of geographic lattices are exact by row; those of projected ones are measured at every eighth pixel
// of every eighth row and linear in between (what is left out is below 1e-6 for pixels up to 2 km).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/pixel_reader.h"

namespace isotherm {

/// For one worker and one lattice of pixels.
class PixelWeights {
 public:
  /// `lattice` maps pixel numbers to `crs`.
  PixelWeights(const PixelWeighting& weighting, const GeoTransform& lattice, const std::string& crs,
               BlockCache& cache);
  /// One plane of weights, NaN where there is none. Throws Error(input) for a negative one.
  void read(const Window& window, Tile& out);

 private:
  void read_raster(const Window& window, Tile& out);
  void sample_block(const Window& block, const Window& window, std::span<float> plane);
  void read_areas(const Window& window, Tile& out);
  double area_at(std::int64_t col, std::int64_t row) const;
  void refuse_negative(float value) const;

  const PixelWeighting& weighting_;
  GeoTransform lattice_;
  std::optional<CrsTransform> to_raster_;
  std::optional<SceneReader> reader_;
  int points_ = 1;  ///< along each side of a pixel
  bool geographic_ = false;
  std::optional<GroundArea> ground_;
  std::vector<Point> places_;
  Tile raster_;
};

/// Makes pixels without a weight missing in every plane.
void leave_out_unweighted(const Tile& weights, Tile& values);

/// Like Backend::gather, with coverage times weight; pixels of weight 0 are left out.
void gather_weighted(const Coverage& coverage, const Tile& values, const Tile& weights, Gathering& gathering);

/// The valid pixels of one span as samples, as the gathering adds them. `window` is that of the views.
void samples_of(const Coverage& coverage, const Span& span, const View<const float>& values,
                const std::optional<View<const float>>& weights, const Window& window,
                std::vector<Sample>& samples);

}  // namespace isotherm
