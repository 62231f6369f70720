#include "cli/signals.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "isotherm/core/error.h"
#include "isotherm/io/output_file.h"

namespace isotherm::cli {

namespace {

// A handler gets no argument, so what it acts on must be known to the file.
std::atomic<StopToken*> stop_token{nullptr};
std::atomic<std::int64_t> first_ms{0};

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int) {
  StopToken* stop = stop_token.load();
  if (stop != nullptr && !stop->requested()) {
    first_ms = now_ms();
    stop->request();
    return;
  }
  // timeout(1) signals the process and then its group: two signals that are meant as one.
  if (now_ms() - first_ms < 200) return;
  remove_unfinished_outputs();
  _exit(exit_code(ErrorKind::interrupted));
}

}  // namespace

void watch_signals(StopToken& stop) {
  stop_token = &stop;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // the job looks at the token; its system calls need not fail
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  // Broken pipes and full files are errors of a write, told in words.
  action.sa_handler = SIG_IGN;
  for (const int number : {SIGPIPE, SIGXFSZ}) sigaction(number, &action, nullptr);
}

bool reader_is_gone() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

}  // namespace isotherm::cli
