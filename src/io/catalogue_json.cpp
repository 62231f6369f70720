#include "isotherm/io/catalogue_json.h"

#include <array>
#include <cctype>
#include <optional>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "json_support.h"

namespace isotherm {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

struct BandLetter {
  std::string_view letter;
  std::string_view name;
};
constexpr std::array kBandLetters{
    BandLetter{"A", "coastal"},      BandLetter{"B", "blue"},         BandLetter{"G1", "green05"},
    BandLetter{"G", "green"},        BandLetter{"Y", "yellow"},       BandLetter{"R", "red"},
    BandLetter{"RE1", "rededge071"}, BandLetter{"RE2", "rededge075"}, BandLetter{"RE3", "rededge078"},
    BandLetter{"N", "nir08"},        BandLetter{"N2", "nir_narrow"},  BandLetter{"WV", "vapour09"},
    BandLetter{"S1", "swir16"},      BandLetter{"S2", "swir22"},      BandLetter{"T", "thermal_k"},
    BandLetter{"T1", "thermal_k"},   BandLetter{"T2", "lwir12"},      BandLetter{"VV", "vv"},
    BandLetter{"VH", "vh"},          BandLetter{"HV", "hv"},          BandLetter{"HH", "hh"},
};

// Defaults of constants; a row with an index is for that one only and stands before the general one.
struct ConstantDefault {
  std::string_view index;
  std::string_view name;
  double value;
};
constexpr std::array kDefaults{
    ConstantDefault{"SAVI", "L", 0.5},
    ConstantDefault{"SARVI", "L", 0.5},
    ConstantDefault{"GSAVI", "L", 0.5},
    ConstantDefault{"IBI", "L", 0.5},
    ConstantDefault{"MNLI", "L", 0.5},
    ConstantDefault{"NBUI", "L", 0.5},
    ConstantDefault{"SAVIT", "L", 0.5},
    ConstantDefault{"SAVISR", "L", 0.5},
    ConstantDefault{"SNDTI", "L", 0.6},
    ConstantDefault{"NDPI", "alpha", 0.74},
    ConstantDefault{"MSAVI", "gamma", 1.06},
    ConstantDefault{"EVI2", "c", 2.08},
    ConstantDefault{"GDVI", "n", 2},
    ConstantDefault{"", "L", 1},
    ConstantDefault{"", "g", 2.5},
    ConstantDefault{"", "C1", 6},
    ConstantDefault{"", "C2", 7.5},
    ConstantDefault{"", "alpha", 0.1},
    ConstantDefault{"", "beta", 0.05},
    ConstantDefault{"", "gamma", 1},
    ConstantDefault{"", "omega", 2},
    ConstantDefault{"", "nexp", 2},
    ConstantDefault{"", "cexp", 1.16},
    ConstantDefault{"", "sla", 1},
    ConstantDefault{"", "slb", 0},
    ConstantDefault{"", "fdelta", 0.581},
    ConstantDefault{"", "epsilon", 1},
    ConstantDefault{"", "sigma", 0.5},
    ConstantDefault{"", "p", 2},
    ConstantDefault{"", "c", 1},
    ConstantDefault{"", "k", 0},
    ConstantDefault{"", "n", 5},
};

std::optional<std::string_view> band_of(std::string_view letter) {
  for (const BandLetter& row : kBandLetters) {
    if (row.letter == letter) return row.name;
  }
  return std::nullopt;
}

std::optional<double> default_of(std::string_view index, std::string_view name) {
  for (const ConstantDefault& row : kDefaults) {
    if (row.name == name && (row.index.empty() || row.index == index)) return row.value;
  }
  return std::nullopt;
}

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

// Puts band names for letters; constants that have a default go to the row.
void translate(std::string_view text, IndexRow& row) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end == at) {
      row.formula += text[at++];
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    at = end;
    if (const std::optional<std::string_view> band = band_of(word)) {
      row.formula += *band;
      continue;
    }
    row.formula += word;
    if (const std::optional<double> value = default_of(row.name, word))
      row.constants[std::string(word)] = *value;
  }
}

// The text under the first of these keys; empty when there is none.
std::string text_of(const nlohmann::json& entry, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto at = entry.find(key);
    if (at != entry.end() && at->is_string()) return at->get<std::string>();
  }
  return {};
}

IndexRow read_entry(const std::string& key, const nlohmann::json& entry, const std::string& path) {
  const std::string formula = entry.is_object() ? text_of(entry, {"formula"}) : std::string();
  if (formula.empty()) {
    throw Error(ErrorKind::input, path + ": index '" + key + "' has no formula");
  }
  IndexRow row;
  row.name = text_of(entry, {"short_name", "acronym"});
  if (row.name.empty()) row.name = key;
  row.title = text_of(entry, {"long_name", "name"});
  row.unit = "";
  row.source = text_of(entry, {"reference"});
  if (const auto source = entry.find("source");
      row.source.empty() && source != entry.end() && source->is_object()) {
    row.source = text_of(*source, {"source_link"});
  }
  row.group = text_of(entry, {"application_domain"});
  translate(formula, row);
  return row;
}

}  // namespace

std::vector<IndexRow> read_catalogue_json(const std::string& path) {
  const nlohmann::json document = parse_json(read_text_file(path, kMaxBytes), path);
  const auto indices = document.is_object() ? document.find("SpectralIndices") : document.end();
  if (!document.is_object() || indices == document.end() || !indices->is_object()) {
    throw Error(ErrorKind::input,
                path + ": no object \"SpectralIndices\"; expected the JSON of \"awesome spectral indices\"");
  }
  std::vector<IndexRow> rows;
  for (const auto& [key, entry] : indices->items()) rows.push_back(read_entry(key, entry, path));
  return rows;
}

}  // namespace isotherm
