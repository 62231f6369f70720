// A window of a raster as a small cloud-optimised GeoTIFF on the same lattice: pixels are copied as they are
// stored, never resampled, with the nodata value, scale, offset, unit, description and colour meaning of
// every band.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "isotherm/core/frame.h"

namespace isotherm {

struct WindowCopy {
  Frame whole;    ///< of the raster; its CRS is canonical, or empty
  Window window;  ///< what was copied
  Frame frame;    ///< of the copy
};

/// Opens `path` (a file, or a SourceFile), asks `choose` which window of its frame is wanted, and writes it
/// to `output`, which is replaced. Pixels of the blocks that cover the window are read, nothing else. Throws
/// Error(input) when the file is no GeoTIFF or JPEG 2000 (other formats may refer to further files) or cannot
/// be read, Error(usage) when the window needs more than `memory` bytes, Error(no_data) for an empty window,
/// Error(output).
WindowCopy copy_window(const std::string& path, const std::string& shown_as,
                       const std::function<Window(const Frame&)>& choose, const std::string& output,
                       std::size_t memory);

/// Where the pixels of a raster are; nothing when it is no raster or does not say.
std::optional<Frame> raster_frame(const std::string& path);

}  // namespace isotherm
