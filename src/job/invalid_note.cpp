#include "invalid_note.h"

#include <algorithm>
#include <string>

namespace isotherm {

void note_invalid_pixels(const BlockCache::Counts& counts, Log& log) {
  std::uint64_t total = 0;
  const std::pair<const std::string, std::uint64_t>* worst = nullptr;
  for (const auto& band : counts.invalid) {
    total += band.second;
    if (worst == nullptr || band.second > worst->second) worst = &band;
  }
  if (total == 0) return;
  log.note(std::to_string(total) +
           " stored numbers outside the product's valid range became missing (most in " + worst->first +
           ": " + std::to_string(worst->second) + "); --keep-invalid keeps them");
}

}  // namespace isotherm
