// isotherm weights: spatial weights as a file.
#include <memory>

#include "cli/commands.h"
#include "cli/options/cells.h"
#include "isotherm/core/error.h"
#include "isotherm/job/weights.h"

namespace isotherm::cli {

namespace {

struct Choice {
  WeightsJob job;
  std::vector<std::string> tables;
  int nearest = 0;
};

Work declare(Options& options, RunOptions& run) {
  const auto choice = std::make_shared<Choice>();
  add_cell_options(options, choice->job.cells, choice->tables);
  add_weights_options(options, choice->job.weights, {"weights", "knn"});
  options.integer("knn", choice->nearest, 1, "K", "The same as --weights knn:K.").default_text = "";
  options.group("Output");
  OptionRow& output = options.output(
      "o,output", choice->job.output, "FILE",
      "Where to write: .gal holds links, .gwt links and values, .isow the same compactly; '-' is "
      "standard output, as .gal.");
  output.required = true;
  add_work_options(options, run);
  add_message_options(options, run);
  return [choice](const RunContext& context) {
    WeightsJob job = choice->job;
    job.cells.path = one_table(choice->tables);
    if (choice->nearest > 0) {
      if (!job.weights.spec.empty()) throw Error(ErrorKind::usage, "--knn and --weights exclude each other");
      job.weights.spec = "knn:" + std::to_string(choice->nearest);
    }
    isotherm::run(job, context);
  };
}

}  // namespace

Command weights_command() {
  return {"weights",
          "Models",
          "who is a neighbour of whom, as a file",
          "Writes the spatial weights that 'isotherm regress' would use, in the formats of the field. Where "
          "a cell "
          "has several rows (years), the first counts. Ties between equally near cells go to the smaller "
          "row. Cells "
          "without neighbours are counted and named; links that are not mutual are counted.",
          "The table and its links: about 12 bytes a link.",
          {{"The eight nearest neighbours of every cell", "isotherm weights cells.gpkg --knn 8 -o w.gal"},
           {"Cells that touch, with row-standardised values",
            "isotherm weights cells.gpkg --weights queen -o w.gwt"}},
          declare};
}

}  // namespace isotherm::cli
