// Which pixels to trust: the bit fields of Landsat's quality bands, for all three codings in use.
//
// Sources: Landsat 8-9 Collection 2 Level 2 Science Product Guide (LSDS-1619), table "QA_PIXEL"; Landsat 4-7
// Collection 2 Level 2 Science Product Guide (LSDS-1618); Landsat Collection 1 Level 1 Product Definition
// (LSDS-1656), "Quality Assessment band"; pre-collection: Landsat 8 Data Users Handbook v1 (LSDS-1574).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/hd.h"

namespace isotherm {

enum class QualityCoding { none, precollection, collection1, collection2 };

/// How sure the classification must be before a pixel is dropped, where a coding has confidence levels.
enum class Confidence { low = 1, medium = 2, high = 3 };

/// A word of `--mask`, in the order of documentation.
struct MaskWord {
  std::string_view name;  ///< "cloud"
  std::string_view help;
  bool by_default;
};
std::span<const MaskWord> mask_words();

/// What the user wants dropped. Fill of the data bands themselves is always missing, whatever is chosen here.
struct MaskChoice {
  bool fill = true;
  bool cloud = true;
  bool dilated = true;
  bool shadow = true;
  bool cirrus = true;
  bool snow = false;
  bool water = false;
  bool saturated = false;
  Confidence cloud_confidence = Confidence::high;  ///< for cloud; "medium" also drops possible clouds
  Confidence shadow_confidence = Confidence::high;
  Confidence snow_confidence = Confidence::high;
  Confidence cirrus_confidence = Confidence::high;
};

/// Reads "cloud,shadow:medium,fill", "default", "none" or "default,water". Throws Error(usage) with a
/// suggestion.
MaskChoice parse_mask(std::string_view text);
std::string to_string(const MaskChoice& choice);

/// A choice compiled for one coding. A pixel is dropped when (value & any) != 0, or when for some field
/// ((value >> shift) & 3) >= level. Plain data, so that it crosses to a device.
struct QualityTest {
  struct Field {
    std::uint32_t shift;
    std::uint32_t level;
  };
  std::uint32_t any = 0;
  std::uint32_t fields = 0;  ///< how many of `field` count
  Field field[6] = {};

  ISO_HD bool drops(std::uint32_t value) const {
    if ((value & any) != 0) return true;
    for (std::uint32_t k = 0; k < fields; ++k) {
      if (((value >> field[k].shift) & 3u) >= field[k].level) return true;
    }
    return false;
  }
};

/// Words of the choice that this coding cannot tell (such as "dilated" before Collection 2) go to `unknown`.
/// "saturated" is told band by band and is not part of the test: see saturation_bit.
QualityTest compile_mask(const MaskChoice& choice, QualityCoding coding,
                         std::vector<std::string>* unknown = nullptr);

/// Bits of QA_RADSAT (Collection 2) or of the quality band's saturation field (earlier) that make a pixel
/// count as saturated for a Landsat band number; Collection 2 band n is bit n - 1. Collection 1 counts
/// saturated bands without naming them: any counts for all. 0 where the product does not tell (thermal bands
/// of TIRS, pre-collection). Landsat 7: "6_VCID_1" is bit 5, "6_VCID_2" bit 8.
std::uint32_t saturation_bit(QualityCoding coding, std::string_view band_number);

/// What one bit or bit field means, for `isotherm info`.
struct QualityField {
  QualityCoding coding;
  std::string_view name;
  int first_bit;
  int bits;
};
std::span<const QualityField> quality_fields();

}  // namespace isotherm
