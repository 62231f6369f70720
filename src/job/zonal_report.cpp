#include "zonal_report.h"

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

void refuse_empty(const ZonalSummary& summary) {
  if (summary.zones == 0) {
    throw Error(ErrorKind::no_data,
                "no zone lies in the area asked for; check --zones and --aoi, or give --allow-empty");
  }
  if (summary.with_values == 0) {
    throw Error(ErrorKind::no_data,
                "no zone has a valid pixel: all are masked, missing or out of range; look at the scenes with "
                "'isotherm info', loosen --mask, or give --allow-empty");
  }
}

void report_zones(const ZonalSummary& summary, std::size_t observations, std::span<const std::string> outputs,
                  Log& log) {
  if (summary.outside > 0) {
    log.note(std::to_string(summary.outside) + " of " + std::to_string(summary.zones) +
             " zones lie outside every scene; their counts are 0");
  }
  log.note(std::to_string(summary.zones) + " zones, " + std::to_string(summary.with_values) +
           " with values, from " + std::to_string(observations) +
           (observations == 1 ? " observation" : " observations") + " -> " + join(outputs, ", "));
}

}  // namespace isotherm
