#include "cli/options/invocation.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "isotherm/core/error.h"

namespace isotherm::cli {

namespace {

constexpr std::array<std::string_view, 5> kHowNotWhat{"Output", "Records", "Large runs", "Running",
                                                      "Messages"};

}  // namespace

Invocation invocation_of(std::string_view command, const Options& options) {
  Invocation invocation{std::string(command), {}};
  for (const OptionRow& row : options.rows()) {
    if (row.name == "help") continue;
    Invocation::Option option;
    option.name = row.title();
    option.values = options.given(row.name);
    option.given = !option.values.empty();
    if (!option.given && !row.default_text.empty()) option.values = {row.default_text};
    if (row.is_flag()) option.values = {option.given ? "yes" : "no"};
    const bool how = std::ranges::find(kHowNotWhat, row.group) != kHowNotWhat.end();
    option.shapes_result = !how && !row.positional;
    option.file = row.files && !how;
    invocation.options.push_back(std::move(option));
  }
  return invocation;
}

void run_recorded(const ProvenanceInputs& provenance, const Invocation& invocation,
                  std::vector<std::string> outputs, const RunContext& context,
                  const std::function<void()>& work) {
  std::erase(outputs, "");
  if (!provenance.path.empty() && provenance.path == "beside" && outputs.empty()) {
    throw Error(ErrorKind::usage,
                "--provenance beside: there is no output to stand beside; name one with -o, or "
                "give --provenance a file name");
  }
  check_provenance(provenance, outputs, context);
  const auto start = std::chrono::steady_clock::now();
  work();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_provenance(provenance, {{}, std::move(outputs), {}, {{"total", seconds}}}, invocation, context);
}

void add_provenance_options(Options& options, ProvenanceInputs& provenance,
                            const std::vector<std::string>& digests_beside) {
  options.group("Records");
  OptionRow& path = options.output("provenance", provenance.path, "FILE",
                                   "Write where the result comes from as JSON: inputs with size and time, "
                                   "versions, all options, counts, timings.");
  path.words = {{"beside", "OUTPUT.provenance.json beside every output"}};
  options
      .flag("hash-inputs", provenance.digests,
            "Records and parts tell inputs apart by the SHA-256 of their content, not by their time.")
      .beside = digests_beside;
}

}  // namespace isotherm::cli
