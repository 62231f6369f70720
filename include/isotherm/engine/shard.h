// A share of the zones: what one of several processes computes.
//
// Zones are cut into runs of about equal numbers of pixels to read. The cut depends on zones and scenes
// alone, never on threads, memory or machine, so that the shares of several machines fit together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace isotherm {

struct Share {
  int index = 1;  ///< 1 .. count
  int count = 1;
  bool whole() const { return count == 1; }
  std::string text() const { return std::to_string(index) + "/" + std::to_string(count); }
};

/// "2/5"; "" is the whole. Throws Error(usage).
Share parse_share(std::string_view text);

}  // namespace isotherm
