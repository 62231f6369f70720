// Memory that libraries below take on their own account.
#pragma once

#include <cstddef>

namespace isotherm {

/// Bounds GDAL's cache of blocks, which is one for the process and by default a twentieth of the machine's
/// memory: a job of a small budget would be passed by its cache alone. What the environment says
/// (GDAL_CACHEMAX) wins. For a program, once, before its work; a library leaves its host's settings alone.
void bound_library_memory(std::size_t bytes);

}  // namespace isotherm
