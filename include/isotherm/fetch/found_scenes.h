// The scenes a search found, however many: what sorting and choosing need is in memory, the items themselves
// in a file without a name (in the folder for temporary files) that goes when this goes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/fetch/item.h"
#include "isotherm/fetch/item_facts.h"

namespace isotherm {

/// Items in a file without a name. One user at a time.
class ItemStore {
 public:
  /// Throws Error(output) when there is no room for temporary files.
  ItemStore();
  /// Gives back where the item is.
  std::uint64_t add(const StacItem& item);
  StacItem read(std::uint64_t place) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t end_ = 0;
};

/// One scene: the item, or the items of one acquisition that a service keeps apart.
struct FoundScene {
  ItemFacts facts;
  std::vector<std::uint64_t> places;  ///< in the store; several are joined when read
  std::vector<std::string>
      assets;               ///< keys of those that are wanted, in the item's order; empty: no choice made
  bool whole_area = false;  ///< the area asked for lies wholly in its footprint
};

struct FoundScenes {
  std::shared_ptr<ItemStore> store;
  std::vector<FoundScene> scenes;

  std::size_t size() const { return scenes.size(); }
  /// The item of a scene, its parts joined.
  StacItem item(std::size_t n) const;
};

/// Of items of one scene, sorts and keeps those a user wants: parts that a service keeps apart joined; of
/// several versions the best tier (T1, T2, RT), then those with surface temperature (not L2SR), then the
/// newest; of neighbouring rows of one pass, when the area lies wholly in one of them, that one.
/// `all_versions` joins and sorts only. Every drop is a debug message.
void choose_scenes(FoundScenes& found, bool all_versions, Log& log);

/// One item of several of the same scene: the first's members, the assets of all (the first of a key stays),
/// `id` without the part that told them apart.
StacItem join_items(std::vector<StacItem> parts, const std::string& id);

}  // namespace isotherm
