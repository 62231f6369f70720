// The one error type. Thrown where something is wrong, caught once in main.
//
// An error says what was tried, on what, why it failed and, where there is one, a way out:
//   "zonal: districts.gpkg has no CRS; give one with --zones-crs"
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace isotherm {

enum class ErrorKind {
  usage,    ///< options that do not exist, do not fit each other, or name something unknown
  input,    ///< a file that is missing, unreadable, corrupt or not what it should be
  output,   ///< a result that cannot be written, or would replace a file without leave
  no_data,  ///< nothing to compute: zones outside the raster, every pixel masked, no scene found
  network,  ///< no answer from a service: no network, no such host, only time-outs
  service,  ///< a service answered, but not with what was asked: refused, failing, not following its rules
  some_failed,  ///< of many things to get, some are there and some are not
  all_failed,   ///< of many things to get, none is there
  interrupted,  ///< stopped by a signal
  internal,     ///< a broken promise inside the program
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// A row of the table of exit codes; help, manual pages and tests read the same table.
struct ExitCode {
  int code;
  ErrorKind kind;  ///< meaningless for code 0
  std::string_view meaning;
};

/// All exit codes in ascending order, success first.
std::span<const ExitCode> exit_codes();

/// The process exit code of an error of this kind.
int exit_code(ErrorKind kind);

}  // namespace isotherm
