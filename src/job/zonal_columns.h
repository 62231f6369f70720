// The columns of values of a zonal table: which statistics of which quantities are collected, which of them
// are shown, and what is computed from them (--derive).
//
//   --stat mean,p90 --stat lst_c:median     a plain list is for every quantity without a list of its own
//   --derive 'spread = p90 - p10'           names of statistics: a column for every quantity, lst_c_spread
//   --derive 'lst_c:spread = p90 - p10'     for that quantity only
//   --derive 'd = lst_c_p90 - ndvi_mean'    all names with their quantity: one column, d
//
// A statistic that only a formula names is collected and not shown. Formulas may use earlier ones. Missing
// in, missing out, as in the formulas of pixels.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/engine/zonal.h"
#include "isotherm/spectral/number_formula.h"
#include "isotherm/spectral/program.h"

namespace isotherm {

/// What a user said about statistics, read as far as it can be before scenes are opened.
struct StatisticRequest {
  struct List {
    std::string quantity;  ///< empty: all others
    std::vector<Statistic> statistics;
  };
  struct Derived {
    std::string quantity;  ///< empty: all
    std::string name;
    std::string text;
    NumberFormula formula;
  };
  std::vector<List> lists;
  std::vector<Derived> derived;
  std::vector<double> classes;  ///< of `fraction`; empty: those the raster declares
};

/// `classes` are numbers and ranges such as "11..14". Throws Error(usage).
StatisticRequest parse_statistics(std::span<const std::string> lists, std::span<const std::string> derived,
                                  std::span<const std::string> classes);

struct ZonalColumns {
  struct Derived {
    NumberFormula formula;
    std::vector<std::size_t> inputs;  ///< by name of the formula: a collected column, or, behind them, an
                                      ///< earlier derived one
  };
  struct Shown {
    std::string name, unit, description;
    std::size_t from;  ///< as for inputs
  };
  std::vector<ZonalColumn> collected;
  std::vector<Derived> derived;
  std::vector<Shown> shown;

  /// Statistics of the list that need the values themselves, or none, as a message calls them.
  std::string sample_names() const;
};

/// `declared_classes(quantity)` are the classes a raster declares for a quantity that is one of its bands.
/// Throws Error(usage): an unknown quantity or statistic with the nearest name, classes nowhere declared.
ZonalColumns make_columns(const StatisticRequest& request, std::span<const ProgramOutput> quantities,
                          const std::function<std::vector<double>(const std::string&)>& declared_classes);

}  // namespace isotherm
