#include "isotherm/job/fetch.h"

#include <algorithm>
#include <filesystem>

#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/fetch.h"
#include "isotherm/io/geo_area.h"
#include "refuse.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

bool wants_all(const SearchInputs& search) { return search.assets == std::vector<std::string>{"all"}; }

void check(const FetchJob& job) {
  for (const std::string& name : job.prefer) row_named(places(), name, "place");
  if (!job.resume.empty()) {
    if (!job.output.empty()) refuse("--resume goes on in its own folder; leave out --output");
    if (job.clip || !job.search.aoi.empty() || !job.search.need.empty() || !job.search.assets.empty() ||
        !job.search.stac.empty() || !job.search.sources.empty()) {
      refuse(
          "--resume goes on with what was asked for before; leave out the search, --need, --assets and "
          "--clip");
    }
    return;
  }
  if (job.output.empty()) refuse("needs --output FOLDER; --help shows an example");
  if (job.output == "-") refuse("a fetch writes a folder; standard output cannot be one");
  if (job.search.need.empty() && job.search.assets.empty()) {
    refuse("says nothing of what is wanted; give --need ndvi,lst_c, or --assets red,nir08, or --assets all");
  }
  if (job.clip && job.search.aoi.empty()) refuse("--clip cuts to an area; give it with --aoi");
  if (job.margin > 0 && !job.clip) refuse("--margin belongs to --clip");
}

bool is_picture(const StacAsset& asset) {
  return std::any_of(asset.roles.begin(), asset.roles.end(),
                     [](const std::string& role) { return role == "thumbnail" || role == "overview"; });
}

bool is_metadata(const StacAsset& asset) {
  const std::string key = lower(asset.key);
  return key == "mtl.json" || key == "mtl.txt" || key == "mtl.xml" || key == "mtl" || key == "mtl_json";
}

/// The keys to fetch: those chosen, and one form of the product's metadata.
std::vector<std::string> keys_of(const StacItem& item, std::vector<std::string> chosen, bool all) {
  if (all) {
    for (const StacAsset& asset : item.assets) {
      if (!is_picture(asset)) chosen.push_back(asset.key);
    }
    return chosen;
  }
  const auto is_chosen = [&](const StacAsset& asset) {
    return std::find(chosen.begin(), chosen.end(), asset.key) != chosen.end();
  };
  for (const StacAsset& asset : item.assets) {
    if (is_metadata(asset) && is_chosen(asset)) return chosen;
  }
  for (const StacAsset& asset : item.assets) {
    if (!is_metadata(asset)) continue;
    chosen.push_back(asset.key);
    break;
  }
  return chosen;
}

/// Folders of this machine the user named as sources: what lies in them may be fetched.
std::vector<std::string> roots_of(const SearchInputs& search) {
  std::vector<std::string> roots;
  std::vector<std::string> sources = search.sources;
  if (!search.stac.empty()) sources.push_back(search.stac);
  for (const std::string& source : sources) {
    std::error_code failed;
    if (!fs::exists(source, failed)) continue;
    const fs::path parent = fs::absolute(source).parent_path();
    roots.push_back(fs::is_directory(source, failed) ? source : parent.string());
  }
  return roots;
}

std::string size_text(std::uint64_t bytes) {
  const auto number = static_cast<double>(bytes);
  return number < 1e6 ? fixed_text(number / 1e3, 1) + " kB" : fixed_text(number / 1e6, 1) + " MB";
}

std::string count_of(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void tell(const FetchReport& report, bool cut, const std::string& folder, Log& log) {
  std::string text = folder + ": " + count_of(report.fetched, "file") + " fetched";
  if (report.received > 0) text += ", " + size_text(report.received);
  if (cut && report.source_size > report.received) {
    const double share =
        100 * (1 - static_cast<double>(report.received) / static_cast<double>(report.source_size));
    text += " in place of " + size_text(report.source_size) + " (" + fixed_text(share, 1) + " % saved)";
  }
  if (report.kept > 0) text += "; " + count_of(report.kept, "file") + " were there already";
  if (report.retries > 0) text += "; tries again: " + std::to_string(report.retries);
  text += "; " + count_of(report.whole_items, "scene") + " whole";
  log.note(text);
}

/// Which failed, as an error of the kind that fits.
void judge(const FetchReport& report, const std::string& folder, Log& log) {
  if (report.failed.empty()) return;
  constexpr std::size_t kMostNamed = 10;
  std::vector<std::string> named = report.failed;
  std::sort(named.begin(), named.end());
  for (std::size_t n = 0; n < std::min(named.size(), kMostNamed); ++n) log.warning("failed: " + named[n]);
  if (named.size() > kMostNamed) {
    log.warning(std::to_string(named.size() - kMostNamed) + " more have failed; manifest.jsonl names them");
  }
  const std::string text = folder + ": " + std::to_string(named.size()) + " of " +
                           std::to_string(report.assets) +
                           " files could not be fetched; go on with: isotherm fetch --resume " + folder;
  const bool all = report.failed.size() == report.assets;
  if (all && report.only_network) throw Error(ErrorKind::network, text);
  throw Error(all ? ErrorKind::all_failed : ErrorKind::some_failed, text);
}

std::vector<WantedItem> find_wanted(const FetchJob& job, HttpClient& client, const RunContext& context) {
  SearchInputs search = job.search;
  const bool all = wants_all(search);
  if (all) search.assets.clear();
  const FoundScenes found = find_scenes(search, client, context);
  std::vector<WantedItem> wanted;
  for (std::size_t n = 0; n < found.size(); ++n) {
    StacItem item = found.item(n);
    std::vector<std::string> keys =
        keys_of(item, all ? std::vector<std::string>() : found.scenes[n].assets, all);
    if (!keys.empty()) wanted.push_back({std::move(item), std::move(keys)});
  }
  if (wanted.empty()) throw Error(ErrorKind::no_data, "no scene has an asset that is wanted");
  return wanted;
}

}  // namespace

void run(const FetchJob& job, const RunContext& context) {
  check(job);
  HttpOptions http = http_options(job.search);
  http.connections = job.per_host;
  HttpClient client(http, context.stop, context.log);
  FetchOptions options;
  options.folder = job.resume.empty() ? job.output : job.resume;
  options.sources = {job.prefer, roots_of(job.search), job.allow_local};
  options.sign = job.search.sign;
  options.jobs = job.jobs;
  options.longest_file = job.longest_file;
  std::vector<WantedItem> wanted;
  if (job.resume.empty()) {
    isotherm::check(job.search);
    if (job.clip) {
      const Area area = read_geo_area(job.search.aoi, job.search.aoi_crs, context.log);
      options.clip = std::make_shared<ClipArea>(area.outline(), job.margin);
    }
    wanted = find_wanted(job, client, context);
  } else {
    SavedFetch saved = read_saved_fetch(job.resume);
    wanted = std::move(saved.wanted);
    options.clip = saved.clip;
    options.sources.roots = saved.roots;
    if (job.prefer.empty()) options.sources.prefer = saved.prefer;
    if (options.sign == "auto") options.sign = saved.sign;
  }
  const FetchReport report = fetch_items(wanted, options, client, context);
  tell(report, options.clip != nullptr, options.folder, context.log);
  judge(report, options.folder, context.log);
}

}  // namespace isotherm
