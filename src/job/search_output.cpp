// What a search found, as a table for a person or as items for a program.
#include <algorithm>
#include <cstdio>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/text_file.h"
#include "isotherm/job/search.h"

namespace isotherm {

namespace {

// The item with the assets that are wanted; all when no choice was made.
Json chosen_json(const FoundScenes& found, std::size_t n) {
  StacItem item = found.item(n);
  const std::vector<std::string>& keys = found.scenes[n].assets;
  if (!keys.empty()) {
    std::erase_if(item.assets, [&](const StacAsset& asset) {
      return std::find(keys.begin(), keys.end(), asset.key) == keys.end();
    });
  }
  return item_json(item);
}

std::string share(const std::optional<double>& percent) { return percent ? fixed_text(*percent, 2) : "-"; }

std::string path_row(const ItemFacts& facts) {
  if (!facts.path || !facts.row) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%03d/%03d", *facts.path % 1000, *facts.row % 1000);
  return text;
}

// Columns as wide as their longest cell, two spaces between.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k)
      line += row[k] + std::string(widths[k] - row[k].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

// Names come from strangers: nothing in them may steer a terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

void write_table(const FoundScenes& found, bool with_area, TextOutput& output) {
  std::vector<std::vector<std::string>> rows{{"date", "platform", "path/row", "tier", "cloud", "sun", "id"}};
  if (with_area) rows.front().insert(rows.front().begin() + 5, "cloud(aoi)");
  for (std::size_t n = 0; n < found.size(); ++n) {
    const ItemFacts& facts = found.scenes[n].facts;
    std::vector<std::string> row{facts.day.empty() ? "-" : facts.day,
                                 facts.spacecraft.empty() ? "-" : printable(facts.spacecraft),
                                 path_row(facts),
                                 facts.tier.empty() ? "-" : printable(facts.tier),
                                 share(facts.cloud_cover),
                                 facts.sun_elevation ? fixed_text(*facts.sun_elevation, 1) : "-",
                                 printable(facts.id)};
    if (with_area) {
      row.insert(row.begin() + 5, share(found.item(n).properties.number("isotherm:cloud_cover_aoi")));
    }
    rows.push_back(std::move(row));
  }
  output.write(aligned(rows));
}

void write_items(const FoundScenes& found, bool lines, TextOutput& output) {
  if (!lines) {
    output.write("{\"type\":\"FeatureCollection\",\"numberReturned\":" + std::to_string(found.size()) +
                 ",\"features\":[\n");
  }
  for (std::size_t n = 0; n < found.size(); ++n) {
    output.write(write_json(chosen_json(found, n)) + (lines || n + 1 == found.size() ? "\n" : ",\n"));
  }
  if (!lines) output.write("]}\n");
}

std::string format_of(const SearchJob& job) {
  if (!job.format.empty()) return job.format;
  const std::string name = lower(job.output);
  return name.ends_with(".ndjson") || name.ends_with(".jsonl") || name.ends_with(".geojsonl") ? "ndjson"
                                                                                              : "json";
}

}  // namespace

void run(const SearchJob& job, const RunContext& context) {
  check(job.search);
  TextOutput output(job.output, context);
  HttpClient client(http_options(job.search), context.stop, context.log);
  try {
    const FoundScenes found = find_scenes(job.search, client, context);
    const std::string format = format_of(job);
    if (job.count) {
      output.write(std::to_string(found.size()) + "\n");
    } else if (format == "table") {
      write_table(found, job.search.max_cloud_aoi < 100, output);
    } else {
      write_items(found, format == "ndjson", output);
    }
  } catch (const Error& error) {
    if (job.count && error.kind() == ErrorKind::no_data) {
      output.write("0\n");
      output.finish();
    }
    throw;
  }
  output.finish();
}

}  // namespace isotherm
