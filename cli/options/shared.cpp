#include "cli/options/shared.h"

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/spectral/catalogue.h"
#include "isotherm/spectral/formula.h"
#include "isotherm/spectral/quality.h"
#include "isotherm/zones/grid.h"

namespace isotherm::cli {

namespace {

std::vector<Word> mask_choices() {
  std::vector<Word> words{{"default", "the words marked (default)"},
                          {"none", "drop nothing but what the file says"}};
  for (const MaskWord& row : mask_words()) {
    words.push_back({std::string(row.name), std::string(row.help) + (row.by_default ? " (default)" : "")});
  }
  return words;
}

std::vector<Word> function_words() {
  std::vector<Word> words;
  for (const FormulaFunction& row : formula_functions()) {
    const std::string arguments = row.arguments < 0    ? "a, b, ..."
                                  : row.arguments == 1 ? "a"
                                  : row.arguments == 2 ? "a, b"
                                                       : "a, b, c";
    words.push_back({std::string(row.name) + "(" + arguments + ")", std::string(row.help)});
  }
  return words;
}

std::vector<Word> format_words() {
  std::vector<Word> words;
  for (const TableFormat& row : table_formats()) {
    const std::string what = std::string(row.extension) + ": " + std::string(row.help);
    if (words.empty() || words.back().name != row.driver) words.push_back({std::string(row.driver), what});
  }
  return words;
}

std::vector<Word> grid_words() {
  std::vector<Word> words;
  for (const GridForm& row : grid_forms()) words.push_back({std::string(row.form), std::string(row.help)});
  return words;
}

}  // namespace

void add_scene_options(Options& options, SceneInputs& input) {
  options.group("Scenes");
  options
      .arguments("scenes", input.scenes, "SCENE",
                 "A Landsat product folder, its *_MTL.json, *_MTL.txt or *_MTL.xml, a product .tar, a STAC "
                 "item, or any "
                 "raster. @FILE reads more of them from a text file, one a line.")
      .files = true;
  options
      .repeated("band", input.bands, "NAME=FILE",
                "A named band, NAME=FILE[:BAND][,scale=..,offset=..,nodata=..]; those given make one scene.")
      .files = true;
  OptionRow& mask =
      options.text("mask", input.mask, "LIST",
                   "Pixels to drop, by the quality bands. A word may carry a confidence: cloud:medium "
                   "also drops possible clouds (low, medium, high).");
  mask.words = mask_choices();
  mask.list = mask.repeats = true;
  mask.assign = [&input](const auto& words) { input.mask = join(words, ","); };
  options.flag("keep-invalid", input.keep_invalid,
               "Keep values outside the product's published valid range (negative reflectance over water, "
               "for example).");
  options.text("raster-crs", input.raster_crs, "CRS",
               "CRS of rasters that do not say theirs, such as EPSG:32632.");
}

void add_formula_options(Options& options, FormulaInputs& formulas) {
  options.group("Formulas");
  options
      .list("index", formulas.index, "LIST",
            "Names from the catalogue ('isotherm index --list' prints it), of --expr formulas, or of bands.")
      .complete = Catalogue::builtin().names();
  OptionRow& expr =
      options.repeated("expr", formulas.expr, "FORMULA",
                       "A formula of your own, 'name = expression', over bands, constants, indices and "
                       "other formulas: + - * / ^, comparisons, &&, ||, !, and the functions below.");
  expr.words = function_words();
  options.repeated("set", formulas.set, "NAME=NUMBER", "A constant for formulas, such as t0=21.");
  options
      .text("catalog", formulas.catalog, "FILE",
            "More indices, from a JSON file in the layout of 'awesome spectral indices'.")
      .files = true;
  options.flag("compat-273", formulas.compat_273,
               "Kelvin to Celsius by 273 instead of 273.15, to reproduce published tables made that way.");
}

void add_backend_options(Options& options, BackendChoice& backend) {
  options.group("Processor");
  std::vector<Word> words{{"auto", "the processor; the GPU is taken when it is asked for by name"}};
  for (const Word& word : words_of(backends())) words.push_back(word);
  options.choice("backend", backend.name, words, "Where pixels are evaluated and gathered.");
  options.group("Running");
  options
      .list("gpu", backend.gpus, "N", "Cards that share the work, counted from 0 as 'isotherm doctor' does.")
      .default_text = "the first";
  options
      .bytes("gpu-memory", backend.gpu_memory,
             "Memory to take of each card for pixels; spans and sums of zones come on top. The result does "
             "not depend on it.")
      .default_text = "half of what is free";
}

void add_zone_options(Options& options, ZoneInputs& zones) {
  options.group("Zones");
  OptionRow& zone = options.text("zones", zones.zones, "GRID|FILE",
                                 "A grid of cells, a vector file of polygons, or a raster of labels. Cells "
                                 "sit on a lattice anchored to the "
                                 "CRS, so a cell keeps its id in every run.");
  zone.words = grid_words();
  zone.complete = {"hex:", "square:", "tile:"};
  zone.files = true;
  zone.required = true;
  options.text(
      "crs", zones.crs, "CRS",
      "CRS of the lattice: 'utm' (of the data; the rule when nothing is given), 'equal-area', or any other.");
  options
      .text("snap", zones.snap, "RASTER",
            "Make square cells of whole pixels of this raster, in its CRS; their side is a whole number of "
            "pixels.")
      .files = true;
  options
      .text("aoi", zones.aoi, "FILE|BBOX",
            "Area of interest: a vector file, or west,south,east,north in degrees (or in --aoi-crs); across "
            "the "
            "antimeridian west is the larger number.")
      .files = true;
  options.text("aoi-crs", zones.aoi_crs, "CRS", "CRS of a bounding box given as --aoi.").beside = {"aoi"};
  options
      .choice("aoi-rule", zones.aoi_rule, words_of(area_rules()),
              "Which cells belong to the area of interest.")
      .beside = {"aoi"};
  options.text("layer", zones.layer, "NAME", "Layer of a vector file with several.");
  options.text("id", zones.id_field, "FIELD", "Attribute of a vector file that names its zones.");
  options.text("zones-crs", zones.zones_crs, "CRS", "CRS of a vector file that does not say its own.");
  options.list("keep", zones.keep, "LIST", "Attributes of a vector file to carry into the table.");
}

OptionRow& add_table_options(Options& options, TableOutput& output, std::string_view templates) {
  options.group("Output");
  OptionRow& path = options.output("o,output", output.path, "FILE",
                                   "Table to write; its extension says the format, '-' is standard output." +
                                       (templates.empty() ? "" : " " + std::string(templates)));
  path.required = true;
  OptionRow& format =
      options.text("format", output.format, "NAME",
                   "Format, when the extension does not say it: one of these, or a driver of GDAL.");
  format.words = format_words();
  options.flag("wkt", output.wkt, "CSV: add the outline as a column of well-known text.");
  return path;
}

void require_scenes(const SceneInputs& input) {
  if (!input.scenes.empty() || !input.bands.empty()) return;
  throw Error(
      ErrorKind::usage,
      "no scene given; name a product folder, a metadata file or a raster, or give bands with --band");
}

}  // namespace isotherm::cli
