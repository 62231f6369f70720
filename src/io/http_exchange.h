// One request and its answer, by libcurl: no redirect followed, nothing tried again.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/run_context.h"
#include "isotherm/io/http.h"

namespace isotherm {

struct ExchangeResult {
  HttpResponse response;
  std::string redirect;    ///< absolute address, when the answer sends elsewhere
  std::string failure;     ///< why there is no whole answer; empty when there is one
  bool transient = false;  ///< of the failure: may be gone at the next try
  ErrorKind kind = ErrorKind::network;
};

/// libcurl handles kept for their connections. Safe to use from any thread.
class ExchangePool {
 public:
  ExchangePool();
  ExchangePool(const ExchangePool&) = delete;
  ExchangePool& operator=(const ExchangePool&) = delete;
  ~ExchangePool();

  /// Throws Error(interrupted) when a stop was asked for, and what the sink throws.
  ExchangeResult exchange(const HttpRequest& request, const HttpOptions& options, const StopToken& stop,
                          HttpSink& sink);

 private:
  void* take(const std::string& host);
  void give(void* handle, const std::string& host);

  struct Idle {
    void* handle;
    std::string host;
  };
  std::mutex mutex_;
  std::vector<Idle> idle_;
};

}  // namespace isotherm
