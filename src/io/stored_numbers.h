// Runs of stored numbers made physical, and runs of quality bits read: the inner loops of pixel reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "isotherm/spectral/quality.h"
#include "isotherm/spectral/scene.h"
#include "raw_raster.h"

namespace isotherm {

/// The rule as it acts on numbers of this type: a float32 file cannot hold a nodata number given in more
/// digits, so that is rounded as the file rounded it.
Decoding rule_for(StoredType type, const Decoding& rule);

/// out[i] = physical value of the i-th number of a row: decode() of spectral/scene.h, bit for bit.
void decode_row(const std::byte* stored, StoredType type, const Decoding& rule, std::span<float> out);

/// How many of the numbers are present but outside the valid range.
std::uint64_t count_invalid(const std::byte* stored, StoredType type, const Decoding& rule,
                            std::size_t count);

/// drop[i] becomes 1 where the test drops the i-th number or it has one of the bits of `any`. Numbers that
/// are no bit field (negative, fractional) are read by their lowest 32 bits.
void test_row(const std::byte* stored, StoredType type, const QualityTest& test, std::uint32_t any,
              std::span<std::uint8_t> drop);

}  // namespace isotherm
