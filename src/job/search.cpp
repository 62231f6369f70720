#include "isotherm/job/search.h"

#include <algorithm>
#include <cmath>

#include "cloud_in_area.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/stac_source.h"
#include "isotherm/io/geo_area.h"
#include "search_query.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostScenes = 100000;   ///< without --limit
constexpr std::size_t kMostItems = 10000000;  ///< looked at, whatever becomes of them

// Where items went, for the message when none is left.
struct Tally {
  std::size_t came = 0, refused = 0, fitting = 0, chosen = 0;
};

// All items that fit, into the store.
void collect(const SearchInputs& inputs, const SearchPlace& place, const ItemQuery& query, HttpClient& client,
             const RunContext& context, FoundScenes& found, Tally& tally) {
  const std::size_t most = inputs.limit > 0 ? static_cast<std::size_t>(inputs.limit) : kMostScenes;
  const ItemSink sink = [&](StacItem&& item, bool filtered) {
    context.stop.check();
    if (++tally.came > kMostItems) {
      throw Error(ErrorKind::service, "more than 10000000 items came; narrow the search by --aoi and --time");
    }
    ItemFacts facts = facts_of(item);
    if (const std::string why = refusal(query, item, facts, filtered); !why.empty()) {
      ++tally.refused;
      context.log.debug(item.id + ": left out, it " + why);
      return true;
    }
    if (found.size() == most) {
      throw Error(
          ErrorKind::service,
          "more than 100000 items fit; narrow the search by --aoi and --time, or allow more with --limit");
    }
    FoundScene scene;
    scene.whole_area = query.area && holds_all(item, *query.area);
    scene.places.push_back(found.store->add(item));
    scene.facts = std::move(facts);
    found.scenes.push_back(std::move(scene));
    return inputs.limit == 0 || found.size() < most;
  };
  SourceContext source{client, context.log, context.progress, context.stop, place.headers};
  if (inputs.limit > 0) source.page_limit = std::min(source.page_limit, std::max(inputs.limit, 10));
  for (const std::string& one : place.places) read_items(one, query, source, sink);
  context.progress.finish();
  tally.fitting = found.size();
}

// Chooses assets, leaving out scenes that lack one. The first is a note, for a person should know; the others
// are told with -v.
void choose_assets(const SearchNeeds& needs, FoundScenes& found, Log& log) {
  if (needs.assets.empty()) return;
  std::vector<FoundScene> kept;
  std::size_t lacking = 0;
  for (std::size_t n = 0; n < found.size(); ++n) {
    std::string why;
    FoundScene& scene = found.scenes[n];
    scene.assets = needs.assets.choose(found.item(n), scene.facts, why);
    if (why.empty()) {
      kept.push_back(std::move(scene));
    } else {
      log.write(lacking++ == 0 ? LogLevel::note : LogLevel::debug, scene.facts.id + ": left out, " + why);
    }
  }
  if (lacking > 1) {
    log.note(std::to_string(lacking - 1) + " more scenes lack what is needed; --verbose names them");
  }
  found.scenes = std::move(kept);
}

// Leaves out scenes that are too cloudy over the area itself; the share becomes a property of the others.
void look_at_clouds(const SearchInputs& inputs, const Area& area, HttpClient& client,
                    const RunContext& context, FoundScenes& found) {
  Signer signer({inputs.sign}, client);
  const TransferContext transfer{client, signer, context.stop};
  SourceRules rules;
  rules.roots = inputs.sources;
  if (!inputs.stac.empty()) rules.roots.push_back(inputs.stac);
  const MaskChoice mask = parse_mask(inputs.mask);
  std::vector<FoundScene> kept;
  std::size_t failed = 0;
  context.progress.start("scenes", found.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    FoundScene& scene = found.scenes[n];
    StacItem item = found.item(n);
    std::string why;
    std::optional<double> cloud;
    try {
      cloud = cloud_in_area(item, scene.facts, area, mask, rules, transfer, context.log, why);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::service && error.kind() != ErrorKind::input) throw;
      ++failed;
      context.log.warning(scene.facts.id + ": left out, its QA_PIXEL cannot be read: " + error.what());
      continue;
    }
    context.progress.advance();
    if (cloud && *cloud <= inputs.max_cloud_aoi) {
      const double rounded = std::round(*cloud * 100) / 100;
      item.properties.set("isotherm:cloud_cover_aoi", rounded);
      scene.places = {found.store->add(item)};
      kept.push_back(std::move(scene));
      continue;
    }
    if (cloud) why = "has " + fixed_text(*cloud, 2) + " % cloud over the area";
    context.log.debug(scene.facts.id + ": left out, it " + why);
  }
  context.progress.finish();
  if (kept.empty() && failed == found.size()) {
    throw Error(ErrorKind::all_failed,
                "no scene's QA_PIXEL can be read; leave out --max-cloud-aoi to go without");
  }
  found.scenes = std::move(kept);
}

[[noreturn]] void tell_nothing(const SearchPlace& place, const Tally& tally) {
  std::string text = "no scene found: ";
  if (tally.came == 0) {
    text += without_secrets(place.places.front()) + " has nothing for this area, time and collection";
  } else {
    text += std::to_string(tally.came) + " items came, " + std::to_string(tally.refused) + " do not fit, " +
            std::to_string(tally.chosen) +
            " lack what is needed or are cloudy over the area; -v tells why of each";
  }
  throw Error(ErrorKind::no_data, text);
}

}  // namespace

void check(const SearchInputs& inputs) {
  place_of(inputs);
  query_of(inputs);
  parse_mask(inputs.mask);
  SearchNeeds needs(inputs);
  if (inputs.max_cloud_aoi < 100 && inputs.aoi.empty()) {
    throw Error(ErrorKind::usage, "--max-cloud-aoi looks at an area; give it with --aoi");
  }
  if (!inputs.aoi_crs.empty() && inputs.aoi.empty())
    throw Error(ErrorKind::usage, "--aoi-crs belongs to --aoi");
}

HttpOptions http_options(const SearchInputs& inputs) {
  HttpOptions options;
  options.requests_per_second = inputs.rate;
  options.burst = std::max(1, static_cast<int>(inputs.rate));
  options.retries = inputs.retries;
  options.idle_seconds = std::max(1, static_cast<int>(inputs.timeout));
  options.connect_seconds = inputs.timeout;
  return options;
}

FoundScenes find_scenes(const SearchInputs& inputs, HttpClient& client, const RunContext& context) {
  check(inputs);
  const SearchPlace place = place_of(inputs);
  ItemQuery query = query_of(inputs);
  if (query.collections.empty()) query.collections = place.collections;
  const SearchNeeds needs(inputs);
  if (!inputs.aoi.empty()) {
    query.area = std::make_shared<const Area>(read_geo_area(inputs.aoi, inputs.aoi_crs, context.log));
  }
  FoundScenes found{std::make_shared<ItemStore>(), {}};
  Tally tally;
  collect(inputs, place, query, client, context, found, tally);
  choose_scenes(found, inputs.all_versions, context.log);
  tally.chosen = found.size();
  choose_assets(needs, found, context.log);
  if (inputs.max_cloud_aoi < 100) look_at_clouds(inputs, *query.area, client, context, found);
  if (found.size() == 0) tell_nothing(place, tally);
  return found;
}

}  // namespace isotherm
