#include "isotherm/spectral/scene.h"

#include <array>

#include "isotherm/core/text.h"

namespace isotherm {
namespace {

struct QuantityRow {
  Quantity quantity;
  std::string_view name;
  std::string_view unit;
};

constexpr std::array kQuantities{
    QuantityRow{Quantity::plain, "plain", ""},
    QuantityRow{Quantity::surface_reflectance, "surface reflectance", "1"},
    QuantityRow{Quantity::toa_reflectance, "top-of-atmosphere reflectance", "1"},
    QuantityRow{Quantity::surface_temperature, "surface temperature", "K"},
    QuantityRow{Quantity::radiance, "radiance", "W m-2 sr-1 um-1"},
    QuantityRow{Quantity::temperature_uncertainty, "uncertainty of temperature", "K"},
    QuantityRow{Quantity::emissivity, "emissivity", "1"},
    QuantityRow{Quantity::distance, "distance", "km"},
    QuantityRow{Quantity::transmittance, "transmittance", "1"},
    QuantityRow{Quantity::quality, "quality bits", "1"},
};

const QuantityRow& row_of(Quantity quantity) {
  for (const QuantityRow& row : kQuantities) {
    if (row.quantity == quantity) return row;
  }
  return kQuantities.front();
}

}  // namespace

std::string_view to_string(Quantity quantity) { return row_of(quantity).name; }
std::string_view unit_of(Quantity quantity) { return row_of(quantity).unit; }

const Band* Scene::find(std::string_view name) const {
  for (const Band& band : bands) {
    if (band.name == name) return &band;
  }
  const std::string small = lower(name);
  const std::optional<std::string> canonical = canonical_band(name);
  for (const Band& band : bands) {
    if (name.size() > 1 && lower(band.name) == small) return &band;
    if (canonical && canonical_band(band.name) == canonical) return &band;
  }
  return nullptr;
}

}  // namespace isotherm
