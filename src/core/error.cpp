#include "isotherm/core/error.h"

#include <array>

namespace isotherm {

namespace {
constexpr std::array<ExitCode, 11> kExitCodes{{
    {0, ErrorKind::internal, "success"},
    {1, ErrorKind::internal, "internal error: a broken promise inside the program"},
    {2, ErrorKind::usage, "usage: an option, name or combination is wrong; nothing was written"},
    {3, ErrorKind::input, "input: a file is missing, unreadable, corrupt or not what it should be"},
    {4, ErrorKind::output, "output: the result cannot be written, or exists and --overwrite was not given"},
    {5, ErrorKind::no_data,
     "no data: nothing to compute, such as zones outside the raster, or no scene found"},
    {6, ErrorKind::network, "network: no service could be reached, or none answered in time"},
    {7, ErrorKind::service, "service: a service refused, failed, or answered with something else"},
    {8, ErrorKind::some_failed, "some failed: part of what was asked for is there, the rest is named"},
    {9, ErrorKind::all_failed, "all failed: nothing of what was asked for could be had"},
    {130, ErrorKind::interrupted, "interrupted by a signal; no output was left behind"},
}};
}  // namespace

std::span<const ExitCode> exit_codes() { return kExitCodes; }

int exit_code(ErrorKind kind) {
  for (const ExitCode& row : std::span(kExitCodes).subspan(1)) {
    if (row.kind == kind) return row.code;
  }
  return 1;
}

}  // namespace isotherm
