#include "weights_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/text_file.h"
#include "isotherm/model/recipe.h"

namespace isotherm {

namespace {

constexpr std::array<WeightsRow, 8> kWeightsRows{{
    {"knn:K", "the K nearest others by their centres (great circles where coordinates are degrees)"},
    {"distance:METRES", "all others whose centres lie within that distance"},
    {"triangular:METRES", "those, counting 1 - d/METRES"},
    {"epanechnikov:METRES", "those, counting 3/4 (1 - (d/METRES)^2)"},
    {"gaussian:METRES", "those, counting exp(-(d/METRES)^2 / 2)"},
    {"queen", "polygons that share a vertex"},
    {"rook", "polygons that share an edge"},
    {"FILE.gal, FILE.gwt, FILE.isow", "weights from a file, matched by the names of cells"},
}};

constexpr std::array<std::string_view, 3> kIdNames{"cell_id", "id", "zone"};

std::size_t require_column(const Table& table, const std::string& name) {
  if (const auto position = table.find(name)) return *position;
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.info.name);
  throw Error(ErrorKind::input, "the table has no column '" + name + "'" + suggestion(name, names) +
                                    "; there are " + join(names, ", "));
}

/// Metres called longitudes would give great circles between places that do not exist.
void require_degrees(const ReadTable& cells) {
  for (std::size_t row = 0; row < cells.anchors.size(); ++row) {
    const Point& place = cells.anchors[row];
    const bool known = std::isfinite(place.x) && std::isfinite(place.y);
    if (!known || (std::abs(place.y) <= 90.0000001 && std::abs(place.x) <= 540)) continue;
    throw Error(ErrorKind::input,
                "row " + std::to_string(row + 1) + ": longitude " + number_text(place.x) + ", latitude " +
                    number_text(place.y) +
                    " is no place; are these metres? Call the columns x and y, or give their "
                    "CRS with --table-crs");
  }
}

}  // namespace

std::span<const WeightsRow> weights_rows() { return kWeightsRows; }

std::optional<std::size_t> id_column(const Table& table, const std::string& asked) {
  if (!asked.empty()) return require_column(table, asked);
  for (std::string_view name : kIdNames) {
    if (const auto position = table.find(name)) return position;
  }
  return {};
}

std::vector<std::string> id_texts(const Table& table, std::optional<std::size_t> column) {
  std::vector<std::string> texts(table.rows());
  for (std::size_t row = 0; row < texts.size(); ++row)
    texts[row] = column ? text_at(table.columns[*column], row) : std::to_string(row + 1);
  return texts;
}

std::vector<std::int64_t> codes_of_column(const Table& table, const std::string& name,
                                          std::span<const std::size_t> rows) {
  const Column& column = table.columns[require_column(table, name)];
  std::unordered_map<std::string, std::int64_t> known;
  std::vector<std::int64_t> codes;
  codes.reserve(rows.size());
  for (std::size_t row : rows) {
    const std::string text = text_at(column, row);
    const bool missing = text.empty();
    codes.push_back(missing ? -1
                            : known.try_emplace(text, static_cast<std::int64_t>(known.size())).first->second);
  }
  return codes;
}

WeightsSource::WeightsSource(const WeightsInputs& inputs, const ReadTable& cells,
                             std::vector<std::string> ids)
    : inputs_(inputs), cells_(cells), ids_(std::move(ids)) {
  const std::string& spec = inputs.spec;
  const std::string word = lower(spec);
  const std::size_t colon = word.find(':');
  const std::string head = word.substr(0, colon);
  const auto kernels = kernel_shapes();
  const auto kernel = std::find_if(kernels.begin(), kernels.end(),
                                   [&](const KernelShapeRow& row) { return row.name == head; });
  const bool is_kernel = kernel != kernels.end();
  if (head == "knn" || head == "distance" || is_kernel) {
    kind_ = head == "knn" ? Kind::nearest : is_kernel ? Kind::kernel : Kind::distance;
    if (is_kernel) shape_ = kernel->shape;
    const auto number = parse_number(colon == std::string::npos ? "" : word.substr(colon + 1));
    const bool whole = number && *number == static_cast<double>(static_cast<long long>(*number));
    if (!number || !(*number > 0) || (kind_ == Kind::nearest && (!whole || *number > 10000))) {
      throw Error(ErrorKind::usage, "weights '" + spec + "': write for example knn:8 or distance:500");
    }
    number_ = *number;
  } else if (word == "queen" || word == "rook") {
    kind_ = word == "queen" ? Kind::queen : Kind::rook;
  } else if (word.ends_with(".gal") || word.ends_with(".gwt") || word.ends_with(".isow")) {
    kind_ = Kind::file;
    const std::string text = read_text(spec);
    file_ = word.ends_with(".gal")   ? parse_gal(text, spec)
            : word.ends_with(".gwt") ? parse_gwt(text, spec)
                                     : parse_weights_binary(text, spec);
  } else {
    std::vector<std::string> names, forms;
    for (const WeightsRow& row : kWeightsRows) {
      forms.emplace_back(row.name);
      names.push_back(forms.back().substr(0, forms.back().find(':')));
    }
    throw Error(ErrorKind::usage,
                "unknown weights '" + spec + "'; there are " + join(forms, ", ") + suggestion(head, names));
  }
  const bool by_place = kind_ == Kind::nearest || kind_ == Kind::distance || kind_ == Kind::kernel;
  if (by_place && cells.anchors.empty()) {
    throw Error(ErrorKind::input, "weights " + spec +
                                      " need places: the table has neither geometry nor columns x, y "
                                      "(or lon, lat)");
  }
  if ((kind_ == Kind::queen || kind_ == Kind::rook) && cells.table.geometry.empty()) {
    throw Error(ErrorKind::input, "weights " + spec + " need polygons, and the table has none");
  }
  if (!cells.table.crs.empty()) {
    degrees_ = is_geographic(cells.table.crs);
    if (!degrees_) unit_m_ = metres_per_unit(cells.table.crs);
  }
  if (degrees_ && by_place) require_degrees(cells);
}

Weights WeightsSource::from_file(std::span<const std::size_t> rows) const {
  std::unordered_map<std::string_view, std::int32_t> in_file;
  for (std::size_t k = 0; k < file_.names.size(); ++k)
    in_file.emplace(file_.names[k], static_cast<std::int32_t>(k));
  std::vector<std::int32_t> here(file_.names.size(), -1);  // position among the rows
  std::vector<std::int32_t> origin(rows.size(), -1);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto found = in_file.find(ids_[rows[k]]);
    if (found == in_file.end()) continue;  // an island: the file knows no neighbour of it
    origin[k] = found->second;
    here[static_cast<std::size_t>(found->second)] = static_cast<std::int32_t>(k);
  }
  if (std::all_of(origin.begin(), origin.end(), [](std::int32_t o) { return o < 0; })) {
    throw Error(ErrorKind::input, inputs_.spec + ": holds none of the cells, whose first is called '" +
                                      ids_[rows[0]] + "'; name their column with --id");
  }
  Weights weights;
  for (std::int32_t file_row : origin) {
    std::vector<std::pair<std::int32_t, double>> links;
    if (file_row >= 0) {
      const auto row = static_cast<std::size_t>(file_row);
      for (std::size_t k = 0; k < file_.weights.degree(row); ++k) {
        const std::int32_t other = here[static_cast<std::size_t>(file_.weights.neighbours(row)[k])];
        if (other >= 0) links.emplace_back(other, file_.weights.weights(row)[k]);
      }
    }
    std::sort(links.begin(), links.end());
    for (const auto& [column, value] : links) {
      weights.columns.push_back(column);
      weights.values.push_back(value);
    }
    weights.starts.push_back(static_cast<std::int64_t>(weights.columns.size()));
  }
  return weights;
}

Weights WeightsSource::links(std::span<const std::size_t> rows, const RunContext& context) const {
  if (kind_ == Kind::file) return from_file(rows);
  if (kind_ == Kind::queen || kind_ == Kind::rook) {
    std::vector<MultiPolygon> outlines;
    for (std::size_t row : rows) outlines.push_back(cells_.table.geometry[row]);
    return contiguous(outlines, kind_ == Kind::queen ? Contiguity::queen : Contiguity::rook);
  }
  std::vector<Point> places;
  for (std::size_t row : rows) places.push_back(cells_.anchors[row]);
  if (kind_ == Kind::nearest)
    return nearest_neighbours(places, static_cast<int>(number_), degrees_, context.threads);
  if (kind_ == Kind::kernel)
    return kernel_weights(places, number_ / unit_m_, shape_, degrees_, context.threads);
  return neighbours_within(places, number_ / unit_m_, degrees_, context.threads);
}

Weights WeightsSource::of_rows(std::span<const std::size_t> rows, const RunContext& context) const {
  std::unordered_set<std::string_view> seen;
  for (std::size_t row : rows) {
    if (seen.insert(ids_[row]).second) continue;
    throw Error(ErrorKind::input, "cell " + ids_[row] +
                                      " stands in several rows, which would be neighbours of each other; "
                                      "name the column of periods with --by, or of cells with --id");
  }
  Weights weights = links(rows, context);
  if (inputs_.symmetric) weights = symmetrised(weights);
  if (const std::size_t alone = islands(weights); alone > 0) {
    std::string first;
    for (std::size_t row = 0; row < weights.rows() && first.empty(); ++row) {
      if (weights.degree(row) == 0) first = ids_[rows[row]];
    }
    context.log.warning("weights " + inputs_.spec + ": " + std::to_string(alone) + " of " +
                        std::to_string(weights.rows()) + " cells have no neighbour (the first is " + first +
                        "); their lags are 0");
  }
  if (!inputs_.binary) standardise(weights);
  return weights;
}

std::string WeightsSource::describe() const {
  return inputs_.spec + (inputs_.symmetric ? ", symmetrised" : "") +
         (inputs_.binary ? ", binary" : ", row-standardised");
}

}  // namespace isotherm
