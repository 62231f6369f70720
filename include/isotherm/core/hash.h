// A fast checksum against damage (digests that tell contents apart: io/digest.h).
//
// Source: the specification of xxHash by Yann Collet (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace isotherm {

/// xxHash 64.
std::uint64_t checksum64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace isotherm
