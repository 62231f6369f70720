#include "cli/options/search_options.h"

#include "isotherm/core/text.h"
#include "isotherm/fetch/services.h"
#include "isotherm/spectral/catalogue.h"
#include "isotherm/spectral/quality.h"

namespace isotherm::cli {

namespace {

void add_source(Options& options, SearchInputs& inputs) {
  options.group("Source");
  options
      .arguments("sources", inputs.sources, "FILE",
                 "STAC items in files: an item collection, items, NDJSON, a folder of them, a static "
                 "catalogue; '-' is "
                 "standard input.")
      .files = true;
  OptionRow& stac = options.text(
      "stac", inputs.stac, "URL|NAME",
      "A STAC service or static catalogue: its URL, or one of the names below. A folder or file, too.");
  stac.words = words_of(stac_services());
  options
      .text("services", inputs.services, "FILE",
            "More services, as JSON (also taken from the variable ISOTHERM_SERVICES).")
      .files = true;
  options.list("collection", inputs.collections, "LIST",
               "Collections to search, such as landsat-c2-l2. A named service has its own default.");
  options.list("id", inputs.ids, "LIST", "Only the items with these ids.");
}

void add_filters(Options& options, SearchInputs& inputs) {
  options.group("Scenes wanted");
  options
      .text("aoi", inputs.aoi, "FILE|BBOX",
            "Area of interest: a vector file, or west,south,east,north in degrees (or in --aoi-crs). Across "
            "180 "
            "degrees, west is greater than east.")
      .files = true;
  options.text("aoi-crs", inputs.aoi_crs, "CRS", "CRS of the area, where it does not say it itself.")
      .beside = {"aoi"};
  options.text(
      "time", inputs.time, "SPAN",
      "When: 2020-06-01, 2020-06, 2014/2020, 2014-05/.., or RFC 3339 instants; both ends belong to it.");
  options.text("months", inputs.months, "LIST", "Months of the year: 6-8, 11-2, or 5,7-9.");
  options.number("max-cloud", inputs.max_cloud, 0, 100, "PERCENT",
                 "Most cloud in the whole scene, by its metadata.");
  options.number("max-cloud-aoi", inputs.max_cloud_aoi, 0, 100, "PERCENT",
                 "Most cloud, cirrus and cloud shadow over the area itself, looked at in QA_PIXEL: reads the "
                 "blocks over "
                 "the area from each scene left.");
  options.list("platform", inputs.platforms, "LIST", "Satellites: landsat-8, LANDSAT_9, LC08.");
  options.list("path-row", inputs.path_rows, "LIST", "WRS-2 paths and rows: 196/24, or a path alone.");
  options.list("tier", inputs.tiers, "LIST", "T1, T2 or RT.");
  options.list("level", inputs.levels, "LIST", "1, 2, or a processing level such as L2SP.");
  options.number("min-sun", inputs.min_sun, -90, 90, "DEGREES", "Least elevation of the sun.");
  options.text("filter", inputs.filter, "CQL2",
               "A condition on properties, as CQL2 text: \"eo:cloud_cover < 10 AND platform IN "
               "('landsat-8')\". Evaluated "
               "by the service where it can, here otherwise; -v says which.");
  options.integer("limit", inputs.limit, 1, "N", "Stop after so many items that fit.").default_text =
      "100000, and more are an error";
  options.flag("all-versions", inputs.all_versions,
               "Keep every version of a scene. Otherwise: tier T1 before T2 before RT, then the latest "
               "processing; and of "
               "neighbouring rows of a pass one alone when the area lies wholly in it.");
}

void add_assets(Options& options, SearchInputs& inputs) {
  options.group("Assets");
  options
      .list("need", inputs.need, "LIST",
            "Indices or bands to be computed later: chooses the assets they use, with those of the mask, and "
            "leaves out "
            "scenes that lack one.")
      .complete = Catalogue::builtin().names();
  options.list("assets", inputs.assets, "LIST",
               "Further assets, by any of their names: red, SR_B4, lwir11, qa_pixel. For fetch, 'all' is "
               "every asset.");
  OptionRow& mask =
      options.text("mask", inputs.mask, "LIST", "The mask that will be used, as in 'isotherm zonal'.");
  mask.list = mask.repeats = true;
  mask.assign = [&inputs](const auto& words) { inputs.mask = join(words, ","); };
  options.text("sign", inputs.sign, "HOW",
               "How addresses are signed: auto, none, planetary-computer, or a command that gets an address "
               "as its last "
               "argument and prints it signed.");
}

void add_network(Options& options, SearchInputs& inputs) {
  options.group("Network");
  options.number("rate", inputs.rate, 0.01, 10000, "N", "Requests per second to one host.");
  options.integer("retries", inputs.retries, 0, "N",
                  "Tries after the first, for time-outs, broken connections, and statuses 429 and 5xx.");
  options.number("timeout", inputs.timeout, 1, 3600, "SECONDS",
                 "Until a connection stands, and of standing still, before it is given up.");
}

}  // namespace

void add_search_options(Options& options, SearchInputs& inputs) {
  add_source(options, inputs);
  add_filters(options, inputs);
  add_assets(options, inputs);
  add_network(options, inputs);
}

}  // namespace isotherm::cli
