// The installed library from outside: a grid (no dependency), a CRS (PROJ) and the version.
#include <iostream>

#include "isotherm/core/version.h"
#include "isotherm/io/crs.h"
#include "isotherm/zones/grid.h"

int main() {
  const auto grid = isotherm::Grid::parse("square:100");
  std::cout << isotherm::version() << " " << grid.id_text(grid.zone_at({459000, 5703000})) << " "
            << isotherm::utm_crs(8.4, 51.5) << "\n";
}
