#include "isotherm/job/weights.h"

#include <set>

#include "cell_places.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/text_file.h"
#include "weights_source.h"

namespace isotherm {

void run(const WeightsJob& job, const RunContext& context) {
  if (job.weights.spec.empty())
    throw Error(ErrorKind::usage, "which neighbours? give --weights, as knn:8 or queen");
  const std::string name = lower(job.output);
  const bool valued = name.ends_with(".gwt"), binary = name.ends_with(".isow");
  if (!valued && !binary && !name.ends_with(".gal") && job.output != "-") {
    throw Error(ErrorKind::usage,
                "'" + job.output +
                    "': weights are written as .gal (links), .gwt (links and values) or .isow "
                    "(the same, compact)");
  }
  TextOutput output(job.output, context);
  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  ReadTable cells = read_table(job.cells.path, options, context.log);
  place_by_names(cells, job.cells.id);
  const std::vector<std::string> ids = id_texts(cells.table, id_column(cells.table, job.cells.id));
  std::vector<std::size_t> rows;
  std::set<std::string> seen;
  NamedWeights named;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    if (!seen.insert(ids[row]).second) continue;
    rows.push_back(row);
    named.names.push_back(ids[row]);
  }
  const WeightsSource source(job.weights, cells, ids);
  named.weights = source.of_rows(rows, context);
  const std::size_t one_way = one_way_links(named.weights);
  context.log.note(std::to_string(rows.size()) + " cells, " + std::to_string(named.weights.links()) +
                   " links (" + source.describe() + "), " + std::to_string(one_way) + " of them one way");
  output.write(binary ? weights_binary(named) : valued ? gwt_text(named) : gal_text(named));
  output.finish();
}

}  // namespace isotherm
