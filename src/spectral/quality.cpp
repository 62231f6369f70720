#include "isotherm/spectral/quality.h"

#include <array>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {
namespace {

constexpr std::array kMaskWords{
    MaskWord{"fill", "pixels without data, and dropped frames", true},
    MaskWord{"cloud", "clouds; takes a confidence", true},
    MaskWord{"dilated", "the margin around clouds (Collection 2)", true},
    MaskWord{"shadow", "shadows of clouds; takes a confidence (Collections 1 and 2)", true},
    MaskWord{"cirrus", "high thin clouds; takes a confidence (Landsat 8 and 9)", true},
    MaskWord{"snow", "snow and ice; takes a confidence", false},
    MaskWord{"water", "water (pre-collection and Collection 2)", false},
    MaskWord{"saturated", "pixels whose detector was saturated, band by band where the product tells", false},
};

using enum QualityCoding;
constexpr std::array kQualityFields{
    QualityField{precollection, "designated fill", 0, 1},
    QualityField{precollection, "dropped frame", 1, 1},
    QualityField{precollection, "terrain occlusion", 2, 1},
    QualityField{precollection, "water confidence", 4, 2},
    QualityField{precollection, "snow/ice confidence", 10, 2},
    QualityField{precollection, "cirrus confidence", 12, 2},
    QualityField{precollection, "cloud confidence", 14, 2},
    QualityField{collection1, "designated fill", 0, 1},
    QualityField{collection1, "terrain occlusion or dropped pixel", 1, 1},
    QualityField{collection1, "radiometric saturation", 2, 2},
    QualityField{collection1, "cloud", 4, 1},
    QualityField{collection1, "cloud confidence", 5, 2},
    QualityField{collection1, "cloud shadow confidence", 7, 2},
    QualityField{collection1, "snow/ice confidence", 9, 2},
    QualityField{collection1, "cirrus confidence", 11, 2},
    QualityField{collection2, "fill", 0, 1},
    QualityField{collection2, "dilated cloud", 1, 1},
    QualityField{collection2, "cirrus", 2, 1},
    QualityField{collection2, "cloud", 3, 1},
    QualityField{collection2, "cloud shadow", 4, 1},
    QualityField{collection2, "snow", 5, 1},
    QualityField{collection2, "clear", 6, 1},
    QualityField{collection2, "water", 7, 1},
    QualityField{collection2, "cloud confidence", 8, 2},
    QualityField{collection2, "cloud shadow confidence", 10, 2},
    QualityField{collection2, "snow/ice confidence", 12, 2},
    QualityField{collection2, "cirrus confidence", 14, 2},
};

// Which field tells which word, by coding. A one-bit field is a yes; a two-bit field is a confidence.
struct MaskRule {
  QualityCoding coding;
  std::string_view word;
  std::string_view field;
};
constexpr std::array kMaskRules{
    MaskRule{precollection, "fill", "designated fill"},
    MaskRule{precollection, "fill", "dropped frame"},
    MaskRule{precollection, "cloud", "cloud confidence"},
    MaskRule{precollection, "cirrus", "cirrus confidence"},
    MaskRule{precollection, "snow", "snow/ice confidence"},
    MaskRule{precollection, "water", "water confidence"},
    MaskRule{collection1, "fill", "designated fill"},
    MaskRule{collection1, "cloud", "cloud"},
    MaskRule{collection1, "cloud", "cloud confidence"},
    MaskRule{collection1, "shadow", "cloud shadow confidence"},
    MaskRule{collection1, "cirrus", "cirrus confidence"},
    MaskRule{collection1, "snow", "snow/ice confidence"},
    MaskRule{collection2, "fill", "fill"},
    MaskRule{collection2, "cloud", "cloud"},
    MaskRule{collection2, "cloud", "cloud confidence"},
    MaskRule{collection2, "dilated", "dilated cloud"},
    MaskRule{collection2, "shadow", "cloud shadow"},
    MaskRule{collection2, "shadow", "cloud shadow confidence"},
    MaskRule{collection2, "cirrus", "cirrus"},
    MaskRule{collection2, "cirrus", "cirrus confidence"},
    MaskRule{collection2, "snow", "snow"},
    MaskRule{collection2, "snow", "snow/ice confidence"},
    MaskRule{collection2, "water", "water"},
};

// A word of the mask as the members of a choice; no confidence for words that have none.
struct WordMembers {
  std::string_view word;
  bool MaskChoice::*wanted;
  Confidence MaskChoice::*confidence;
};
constexpr std::array kWordMembers{
    WordMembers{"fill", &MaskChoice::fill, nullptr},
    WordMembers{"cloud", &MaskChoice::cloud, &MaskChoice::cloud_confidence},
    WordMembers{"dilated", &MaskChoice::dilated, nullptr},
    WordMembers{"shadow", &MaskChoice::shadow, &MaskChoice::shadow_confidence},
    WordMembers{"cirrus", &MaskChoice::cirrus, &MaskChoice::cirrus_confidence},
    WordMembers{"snow", &MaskChoice::snow, &MaskChoice::snow_confidence},
    WordMembers{"water", &MaskChoice::water, nullptr},
    WordMembers{"saturated", &MaskChoice::saturated, nullptr},
};

constexpr std::array<std::string_view, 3> kConfidenceNames{"low", "medium", "high"};

Confidence parse_confidence(const std::string& word, const std::string& text) {
  for (std::size_t k = 0; k < kConfidenceNames.size(); ++k) {
    if (lower(text) == kConfidenceNames[k]) return static_cast<Confidence>(k + 1);
  }
  throw Error(ErrorKind::usage,
              "mask: '" + text + "' is no confidence for '" + word + "'; use low, medium or high");
}

MaskChoice nothing_dropped() {
  MaskChoice choice;
  for (const WordMembers& members : kWordMembers) choice.*members.wanted = false;
  return choice;
}

void add_defaults(MaskChoice& choice) {
  for (const MaskWord& word : kMaskWords) {
    for (const WordMembers& members : kWordMembers) {
      if (members.word == word.name && word.by_default) choice.*members.wanted = true;
    }
  }
}

void add_word(MaskChoice& choice, const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string word = lower(trim(text.substr(0, colon)));
  for (const WordMembers& members : kWordMembers) {
    if (members.word != word) continue;
    choice.*members.wanted = true;
    if (colon == std::string::npos) return;
    if (members.confidence == nullptr) {
      throw Error(ErrorKind::usage, "mask: '" + word + "' has no confidence levels; write it without ':'");
    }
    choice.*members.confidence = parse_confidence(word, std::string(trim(text.substr(colon + 1))));
    return;
  }
  std::vector<std::string> names{"default", "none"};
  for (const MaskWord& known : kMaskWords) names.emplace_back(known.name);
  throw Error(ErrorKind::usage, "mask: unknown word '" + word + "'" + suggestion(word, names) +
                                    " (known: " + join(names, ", ") + ")");
}

void add_field(QualityTest& test, const QualityField& field, Confidence level) {
  const auto shift = static_cast<std::uint32_t>(field.first_bit);
  if (field.bits == 1) {
    test.any |= 1u << shift;
  } else {
    test.field[test.fields++] = {shift, static_cast<std::uint32_t>(level)};
  }
}

bool add_rules(QualityTest& test, QualityCoding coding, std::string_view word, Confidence level) {
  bool told = false;
  for (const MaskRule& rule : kMaskRules) {
    if (rule.coding != coding || rule.word != word) continue;
    for (const QualityField& field : kQualityFields) {
      if (field.coding == coding && field.name == rule.field) add_field(test, field, level);
    }
    told = true;
  }
  return told;
}

}  // namespace

std::span<const MaskWord> mask_words() { return kMaskWords; }
std::span<const QualityField> quality_fields() { return kQualityFields; }

MaskChoice parse_mask(std::string_view text) {
  const std::vector<std::string> words = split(text, ',');
  MaskChoice choice = nothing_dropped();
  if (words.size() == 1 && lower(words[0]) == "none") return choice;
  if (words.empty()) throw Error(ErrorKind::usage, "mask: the list is empty; use none to keep every pixel");
  for (const std::string& word : words) {
    if (lower(word) == "none") {
      throw Error(ErrorKind::usage, "mask: 'none' stands alone; leave it out or leave the other words out");
    }
    if (lower(word) == "default") {
      add_defaults(choice);
    } else {
      add_word(choice, word);
    }
  }
  return choice;
}

std::string to_string(const MaskChoice& choice) {
  std::vector<std::string> words;
  for (const WordMembers& members : kWordMembers) {
    if (!(choice.*members.wanted)) continue;
    std::string word(members.word);
    if (members.confidence != nullptr && choice.*members.confidence != Confidence::high) {
      word += ':';
      word += kConfidenceNames[static_cast<std::size_t>(choice.*members.confidence) - 1];
    }
    words.push_back(std::move(word));
  }
  return words.empty() ? "none" : join(words, ",");
}

QualityTest compile_mask(const MaskChoice& choice, QualityCoding coding, std::vector<std::string>* unknown) {
  QualityTest test;
  for (const WordMembers& members : kWordMembers) {
    if (!(choice.*members.wanted)) continue;
    if (members.word == "saturated") {  // told band by band: see saturation_bit
      if (coding != QualityCoding::none && coding != precollection) continue;
      if (unknown != nullptr) unknown->emplace_back(members.word);
      continue;
    }
    const Confidence level = members.confidence != nullptr ? choice.*members.confidence : Confidence::high;
    if (!add_rules(test, coding, members.word, level) && unknown != nullptr) {
      unknown->emplace_back(members.word);
    }
  }
  return test;
}

std::uint32_t saturation_bit(QualityCoding coding, std::string_view band_number) {
  if (coding == collection1) return 0xCu;  // bits 2-3 count saturated bands and do not say which
  if (coding != collection2) return 0;
  if (band_number == "6_VCID_1") return 1u << 5;
  if (band_number == "6_VCID_2") return 1u << 8;
  if (band_number.size() != 1 || band_number[0] < '1' || band_number[0] > '9' || band_number[0] == '8')
    return 0;
  return 1u << (band_number[0] - '1');
}

}  // namespace isotherm
