// What a person or a machine reads on standard error: notes, warnings, errors and progress, as text or as one
// JSON object a line. Standard output is never touched.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/options/run_options.h"
#include "isotherm/core/error.h"
#include "isotherm/core/run_context.h"

namespace isotherm::cli {

class Messages : public Log, public Progress {
 public:
  ~Messages() override;
  /// Errors name it: "isotherm zonal: ...".
  void set_command(std::string command) { command_ = std::move(command); }
  /// Takes --log, --quiet, --verbose, --progress. Callable again while options become known.
  void configure(const RunOptions& run);

  void write(LogLevel level, std::string_view text) override;
  void error(const Error& error);

  void start(std::string_view what, std::uint64_t steps) override;
  void advance(std::uint64_t steps) override;
  void finish() override;

 private:
  using Clock = std::chrono::steady_clock;
  void put_line(std::string_view level, std::string_view text, std::string_view more = {});
  void show_progress(bool last);
  void clear_bar();

  std::string command_;
  bool json_ = false;
  bool quiet_ = false;
  bool verbose_ = false;
  bool progress_ = false;
  bool terminal_ = false;

  std::mutex mutex_;  // guards what follows and the order of output
  std::string what_;
  std::uint64_t steps_ = 0;
  bool bar_drawn_ = false;
  Clock::time_point started_;

  std::atomic<std::uint64_t> done_{0};
  std::atomic<Clock::rep> next_{0};  ///< when the progress is worth showing again
};

/// `text` between double quotes, as JSON wants it.
std::string json_text(std::string_view text);

}  // namespace isotherm::cli
