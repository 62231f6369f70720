// Scenes of an area and a span of time, from a STAC service, a static catalogue, a folder, a file or standard
// input.
//
// What is asked of the source, what is left out afterwards and why, is told to the log as debug messages
// (-v).
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/fetch/found_scenes.h"
#include "isotherm/io/http.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

/// As the user typed them; shared by `search` and `fetch` (cli/options/search_options.h declares them).
struct SearchInputs {
  std::vector<std::string>
      sources;           ///< FILE, FOLDER or "-": item collections, items, NDJSON, static catalogues
  std::string stac;      ///< a URL, or the name of a service
  std::string services;  ///< a file of further services
  std::vector<std::string> collections;
  std::vector<std::string> ids;
  std::string aoi, aoi_crs;
  std::string time, months;
  double max_cloud = 100;      ///< percent, as the metadata tells it
  double max_cloud_aoi = 100;  ///< percent of the area itself, from QA_PIXEL
  std::vector<std::string> platforms, path_rows, tiers, levels;
  double min_sun = -90;  ///< degrees
  std::string filter;    ///< CQL2 text
  int limit = 0;         ///< most items taken from the source; 0: 100000, and more are an error
  bool all_versions = false;
  std::vector<std::string> need;    ///< names of indices or bands: their assets are chosen
  std::vector<std::string> assets;  ///< keys or band names of further assets
  std::string mask = "default";
  std::string sign = "auto";
  double rate = 20;  ///< requests per second and host
  int retries = 5;
  double timeout = 30;  ///< seconds
};

/// Throws Error(usage) for what can be refused without asking anyone.
void check(const SearchInputs& inputs);

/// What the HTTP options of the inputs say.
HttpOptions http_options(const SearchInputs& inputs);

/// Sorted by date, path and row; never empty: Error(no_data) when nothing is left, with the reasons.
FoundScenes find_scenes(const SearchInputs& inputs, HttpClient& client, const RunContext& context);

struct SearchJob {
  SearchInputs search;
  bool count = false;
  std::string output = "-";
  std::string
      format;  ///< "table", "json" or "ndjson"; empty: by the file name, a table on a terminal, else json
};

void run(const SearchJob& job, const RunContext& context);

}  // namespace isotherm
