// How much hotter a place is than the country around it, and how it feels.
//
//   intensity   surface urban heat island: T less the mean T of the reference cells, all of them or, with
//               elevations, those within a band of the cell's own elevation: air cools by about 0.65 K in 100
//               m, which is no heat island (Imhoff, Zhang, Wolfe, Bounoua 2010, Remote Sensing of Environment
//               114; Peng et al. 2012, Environ. Sci. Technol. 46, who leave out cells 50 m above or below).
//   utfvi       urban thermal field variance index (T - mean T) / T in kelvin (Zhang et al. 2006, Journal of
//   Remote
//               Sensing 10), with six classes as Liu and Zhang (2011, Remote Sensing 3) have them: edges 0,
//               0.005, 0.010, 0.015, 0.020, a value on an edge in the higher class. Some authors divide by
//               mean T instead, which differs by the index squared.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace isotherm {

struct HeatIsland {
  std::vector<double> intensity;  ///< NaN where no reference cell is within the band
  double reference = 0;           ///< mean of the reference cells
  double others = 0;              ///< mean of the cells that are none; NaN when all are
  std::size_t reference_cells = 0;
};
/// `elevations` is empty or of all cells, in metres. Throws Error(input) when no cell is a reference.
HeatIsland heat_island(std::span<const double> temperatures, std::span<const char> reference,
                       std::span<const double> elevations, double band_m);

/// Temperatures in kelvin. Throws Error(input) for one at or below 0.
std::vector<double> utfvi(std::span<const double> kelvin);
struct UtfviClass {
  double from;  ///< lower edge; -infinity for the first
  std::string_view name;
  std::string_view comfort;  ///< the words of ecological evaluation that go with it
};
std::span<const UtfviClass> utfvi_classes();
const UtfviClass& utfvi_class(double value);

}  // namespace isotherm
