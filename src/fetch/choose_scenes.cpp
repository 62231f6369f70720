// Which of the items of one scene a user wants.
#include <algorithm>
#include <map>
#include <tuple>

#include "isotherm/core/text.h"
#include "isotherm/fetch/found_scenes.h"

namespace isotherm {

namespace {

// "SR" or "ST" of an id that names its part; empty otherwise.
std::string part_of(const std::string& id) {
  return id.size() > 4 && (id.ends_with("_SR") || id.ends_with("_ST")) ? id.substr(id.size() - 2) : "";
}

std::string without_part(const std::string& id) {
  return part_of(id).empty() ? id : id.substr(0, id.size() - 3);
}

int tier_rank(const std::string& tier) { return tier == "T1" ? 3 : tier == "T2" ? 2 : tier == "RT" ? 1 : 0; }

void tell(Log& log, const FoundScene& scene, const std::string& why) {
  log.debug(scene.facts.id + ": left out, " + why);
}

// Items of one version of one scene: parts become one, repetitions go.
FoundScene joined(std::vector<FoundScene> items, Log& log) {
  std::stable_sort(items.begin(), items.end(), [](const FoundScene& a, const FoundScene& b) {
    return part_of(a.facts.id) < part_of(b.facts.id);  // reflectance before temperature
  });
  std::map<std::string, std::string> there;
  FoundScene whole = items.front();
  whole.places.clear();
  for (const FoundScene& item : items) {
    const auto [at, fresh] = there.emplace(part_of(item.facts.id), item.facts.collection);
    if (!fresh) {
      tell(log, item, "it is there already, from collection " + at->second);
      continue;
    }
    whole.places.insert(whole.places.end(), item.places.begin(), item.places.end());
    whole.whole_area = whole.whole_area || item.whole_area;
  }
  if (whole.places.size() > 1) {
    whole.facts.id = without_part(whole.facts.id);
    log.debug(whole.facts.id + ": joined of " + std::to_string(whole.places.size()) + " items");
  }
  return whole;
}

bool better(const FoundScene& a, const FoundScene& b) {
  const auto rank = [](const FoundScene& scene) {
    const bool temperature = scene.facts.correction != "L2SR";  // made where surface temperature could not be
    return std::tuple(tier_rank(scene.facts.tier), temperature, scene.facts.made, scene.facts.id);
  };
  return rank(a) > rank(b);
}

// The versions of one scene, the best first.
std::vector<FoundScene> versions(std::vector<FoundScene> items, Log& log) {
  std::map<std::string, std::vector<FoundScene>> by_version;
  for (FoundScene& item : items) {
    const std::string& product = item.facts.product;
    by_version[product.empty() ? without_part(item.facts.id) : product].push_back(std::move(item));
  }
  std::vector<FoundScene> out;
  for (auto& [version, parts] : by_version) out.push_back(joined(std::move(parts), log));
  std::sort(out.begin(), out.end(), better);
  return out;
}

void drop_worse(std::vector<FoundScene>& found, Log& log) {
  const FoundScene& best = found.front();
  for (std::size_t n = 1; n < found.size(); ++n) {
    const std::string& tier = found[n].facts.tier;
    const bool bare = found[n].facts.correction == "L2SR" && best.facts.correction != "L2SR";
    tell(log, found[n],
         tier_rank(tier) < tier_rank(best.facts.tier)
             ? "it is of tier " + (tier.empty() ? "unknown" : tier) + ", and " + best.facts.id + " of " +
                   best.facts.tier
             : best.facts.id + (bare ? " is the same scene with surface temperature"
                                     : " is the same scene processed later"));
  }
  found.resize(1);
}

// Scenes of one pass: when one holds the whole area, its neighbours show nothing more.
void drop_neighbours(std::vector<FoundScene>& scenes, Log& log) {
  std::map<std::tuple<std::string, Level, int, std::string>, std::string> holder;
  const auto key = [](const FoundScene& scene) {
    return std::tuple(scene.facts.spacecraft, scene.facts.level, scene.facts.path.value_or(0),
                      scene.facts.day);
  };
  for (const FoundScene& scene : scenes) {  // sorted by row: the first that holds it all
    if (scene.whole_area && scene.facts.path && scene.facts.row) holder.emplace(key(scene), scene.facts.id);
  }
  std::erase_if(scenes, [&](const FoundScene& scene) {
    if (!scene.facts.path || !scene.facts.row) return false;
    const auto found = holder.find(key(scene));
    if (found == holder.end() || found->second == scene.facts.id) return false;
    tell(log, scene, "the area lies wholly in " + found->second + " of the same pass");
    return true;
  });
}

bool earlier(const FoundScene& a, const FoundScene& b) {
  const auto place = [](const FoundScene& scene) {
    const ItemFacts& facts = scene.facts;
    return std::tuple(facts.day, facts.path.value_or(0), facts.row.value_or(0), facts.time_ms.value_or(0),
                      facts.id, facts.collection);
  };
  return place(a) < place(b);
}

}  // namespace

void choose_scenes(FoundScenes& found, bool all_versions, Log& log) {
  std::map<std::string, std::vector<FoundScene>> by_scene;
  for (FoundScene& scene : found.scenes) by_scene[scene.facts.scene].push_back(std::move(scene));
  std::vector<FoundScene> chosen;
  for (auto& [name, items] : by_scene) {
    std::vector<FoundScene> kept = versions(std::move(items), log);
    if (!all_versions) drop_worse(kept, log);
    for (FoundScene& scene : kept) chosen.push_back(std::move(scene));
  }
  std::sort(chosen.begin(), chosen.end(), earlier);
  if (!all_versions) drop_neighbours(chosen, log);
  found.scenes = std::move(chosen);
}

}  // namespace isotherm
