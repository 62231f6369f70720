// How fast one host may be asked: requests per second (a token bucket), at a time, and pauses it asked for
// itself.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "isotherm/core/run_context.h"

namespace isotherm {

class HostPace {
 public:
  struct Limits {
    double requests_per_second = 0;  ///< 0: no limit
    int burst = 1;
    int connections = 1;
  };

  HostPace(Limits limits, const StopToken& stop) : limits_(limits), stop_(stop) {}

  /// One request's place; given back when it goes out of scope.
  class Place {
   public:
    Place(HostPace& pace, const std::string& host) : pace_(pace), host_(host) { pace_.enter(host_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { pace_.leave(host_); }

   private:
    HostPace& pace_;
    const std::string& host_;
  };

 private:
  struct Host {
    int active = 0;
    double filled_at = 0;  ///< when the bucket is full again, seconds of the steady clock
  };

  void enter(const std::string& host);
  void leave(const std::string& host);

  const Limits limits_;
  const StopToken& stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Host> hosts_;
};

/// Sleeps, waking early with Error(interrupted) when a stop is asked for.
void sleep_seconds(double seconds, const StopToken& stop);

}  // namespace isotherm
