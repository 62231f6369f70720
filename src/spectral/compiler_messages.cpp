// What the compiler says when a name has no meaning for a scene.
#include "compiler.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "sensor_constants.h"

namespace isotherm {

void Compiler::fail(const Place& place, const std::string& what) const {
  std::string title = place.title;
  if (path_.size() > 1) {
    title += " (used by ";
    for (std::size_t k = path_.size() - 1; k-- > 0;) title += path_[k] + (k > 0 ? ", used by " : ")");
  }
  throw Error(ErrorKind::usage, marked(title, what, place.text, place.position));
}

std::string Compiler::scene_name() const {
  std::string name = "scene " + (scene_.id.empty() ? std::string("without a name") : scene_.id);
  if (scene_.level == Level::level1) name += " (Level 1)";
  if (scene_.level == Level::level2) name += " (Level 2)";
  return name;
}

std::string Compiler::bands_at_hand() const {
  std::vector<std::string> names;
  for (const Band& band : scene_.bands) names.push_back(band.name);
  return names.empty() ? "it has no bands" : "it has " + join(names, ", ");
}

std::string Compiler::lacking(const std::string& band) const {
  for (const Band& other : scene_.other_bands) {
    if (canonical_band(other.name) == band) {
      return "needs " + band + ", whose pixels in " + scene_name() +
             " are not those of the other bands, so they cannot be combined";
    }
  }
  if (band == "lwir11" && scene_.level == Level::level2) {
    const bool reflectance_only = scene_.id.find("L2SR") != std::string::npos;
    return scene_name() + " has no surface temperature band" + (reflectance_only ? " (L2SR product)" : "");
  }
  return "needs " + band + ", which " + scene_name() + " lacks; " + bands_at_hand();
}

void Compiler::explain_unknown(const std::string& name, const Place& place) const {
  if (const std::optional<std::string> band = canonical_band(name)) fail(place, lacking(*band));
  const std::string small = lower(name);
  if (const ConstantName* known = find_constant_name(small)) {
    fail(place, "needs the constant " + small + " (" + std::string(known->help) + "), which " + scene_name() +
                    " does not have; set it with --set " + small + "=VALUE");
  }
  if (place.row != nullptr) {
    fail(place, "needs '" + name + "', which is no band of " + scene_name() + " and no constant; " +
                    bands_at_hand() + ", and a constant is set with --set " + name + "=VALUE");
  }
  fail(place, "unknown name '" + name + "'" + suggestion(name, all_names()) + " (bands: " + bands_at_hand() +
                  "; a constant is set with --set " + name + "=VALUE)");
}

void Compiler::explain_unknown_output(const std::string& name) const {
  if (const std::optional<std::string> band = canonical_band(name)) {
    throw Error(ErrorKind::usage, "band '" + name + "': " + lacking(*band));
  }
  throw Error(ErrorKind::usage, "unknown index '" + name + "'" + suggestion(name, all_names()) +
                                    "; the catalogue is listed by: isotherm index --list");
}

std::vector<std::string> Compiler::all_names() const {
  std::vector<std::string> names;
  for (const Formula& formula : scope_.user) names.push_back(formula.name);
  for (const Band& band : scene_.bands) names.push_back(band.name);
  for (const BandName& band : band_names()) names.emplace_back(band.name);
  for (const auto& [constant, value] : set_) names.push_back(constant);
  for (const ConstantName& constant : constant_names()) {
    if (!constant.name.ends_with('_')) names.emplace_back(constant.name);
  }
  if (scope_.catalogue != nullptr) {
    for (const std::string& row : scope_.catalogue->names()) names.push_back(row);
  }
  return names;
}

}  // namespace isotherm
