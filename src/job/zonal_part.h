// The output of a share of a zonal run: a part for `isotherm merge`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/engine/part_file.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/job/zonal.h"
#include "zonal_outputs.h"
#include "zonal_table.h"

namespace isotherm {

/// What the numbers of a run depend on: program, options, content of the input files (by name, size and time,
/// or by digest). Equal for all shares of a run. `inputs`: input_files of the job.
std::vector<Fact> facts_of_run(const ZonalJob& job, std::span<const Observation> observations,
                               std::span<const std::string> inputs);

/// "--stat is mean in a.part and max in b.part"; nothing when they are equal.
std::optional<std::string> first_difference(std::span<const Fact> a, std::span<const Fact> b,
                                            const std::string& a_name, const std::string& b_name);

class ZonalPart {
 public:
  /// Refuses names and options that do not go with a part. Throws Error.
  ZonalPart(const ZonalJob& job, const Share& share, std::vector<Fact> facts, const ZonalTable& table,
            bool wide, const ZonalOutputFacts& outputs, const RunContext& context);
  /// True when the part is there already and of this very run: nothing is left to do. Throws Error(output)
  /// when it is of another run.
  static bool is_done(const ZonalJob& job, const Share& share, std::span<const Fact> facts,
                      const RunContext& context);
  /// Where a job's part goes: its output with {shard} filled in.
  static std::string path_of(const ZonalJob& job, const Share& share);

  /// May be called in several threads at once.
  ZonalRows prepare(const ZonalBatch& batch) const;
  void write(ZonalRows&& rows);
  void finish(const ZonalSummary& summary, std::size_t observations);

 private:
  const ZonalTable& table_;
  std::vector<std::size_t> slots_;
  PartInfo info_;
  PartWriter writer_;
};

}  // namespace isotherm
