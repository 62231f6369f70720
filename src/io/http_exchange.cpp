#include "http_exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <exception>

#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::uint64_t kLongestRefusal = std::uint64_t{64}
                                          << 10;  ///< kept of the body of a status outside 2xx
constexpr std::size_t kMostHeaders = 200, kLongestHeader = 16384;

// What goes on while libcurl calls back; it must not be left by an exception.
struct Exchange {
  const HttpRequest& request;
  const StopToken& stop;
  HttpSink& sink;
  HttpResponse response;
  bool begun = false, too_long = false, wrong_headers = false;
  std::exception_ptr thrown;
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void take_header(Exchange& exchange, std::string_view line) {
  if (line.starts_with("HTTP/")) {  // a new answer: after "100 Continue" or a proxy's own
    exchange.response.headers.clear();
    const std::size_t space = std::min(line.find(' '), line.size() - 1);
    exchange.response.status = static_cast<int>(parse_integer(line.substr(space + 1, 3)).value_or(0));
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  if (exchange.response.headers.size() >= kMostHeaders || line.size() > kLongestHeader) {
    exchange.wrong_headers = true;
    return;
  }
  exchange.response.headers.push_back(
      {lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
}

// The body of 2xx to the sink, of others as far as it is worth reading.
bool take_body(Exchange& exchange, std::string_view bytes) {
  HttpResponse& response = exchange.response;
  response.bytes += bytes.size();
  if (!response.success()) {
    if (is_redirect(response.status)) return response.bytes <= kLongestRefusal;
    const std::uint64_t room =
        kLongestRefusal - std::min<std::uint64_t>(kLongestRefusal, response.body.size());
    response.body.append(bytes.substr(0, static_cast<std::size_t>(room)));
    return room > 0;
  }
  if (response.bytes > exchange.request.longest_body) {
    exchange.too_long = true;
    return false;
  }
  if (!exchange.begun) exchange.sink.begin(response);
  exchange.begun = true;
  exchange.sink.write(bytes);
  return true;
}

// Runs `work`, keeping what it throws for after libcurl has returned.
template <class Work>
bool guarded(Exchange& exchange, Work&& work) {
  try {
    return work();
  } catch (...) {
    exchange.thrown = std::current_exception();
    return false;
  }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t length = size * count;
  const bool fine = guarded(exchange, [&] {
    take_header(exchange, trim(std::string_view(data, length)));
    return !exchange.wrong_headers;
  });
  return fine ? length : 0;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t length = size * count;
  const bool fine = guarded(exchange, [&] { return take_body(exchange, std::string_view(data, length)); });
  return fine ? length : 0;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Exchange*>(user)->stop.requested() ? 1 : 0;
}

bool is_transient(CURLcode code) {
  constexpr std::array kCodes{CURLE_COULDNT_RESOLVE_PROXY,
                              CURLE_COULDNT_RESOLVE_HOST,
                              CURLE_COULDNT_CONNECT,
                              CURLE_PARTIAL_FILE,
                              CURLE_OPERATION_TIMEDOUT,
                              CURLE_SSL_CONNECT_ERROR,
                              CURLE_GOT_NOTHING,
                              CURLE_SEND_ERROR,
                              CURLE_RECV_ERROR,
                              CURLE_HTTP2,
                              CURLE_HTTP2_STREAM,
                              CURLE_WEIRD_SERVER_REPLY};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

std::string failure_text(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "no such host, or no network";
    case CURLE_COULDNT_CONNECT:
      return "no connection";
    case CURLE_OPERATION_TIMEDOUT:
      return "no answer in time";
    case CURLE_PARTIAL_FILE:
      return "the answer broke off";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its certificate is not trusted (CURL_CA_BUNDLE names a file of further certificates)";
    case CURLE_SSL_CACERT_BADFILE:
      return "there are no certificates to trust on this machine, or they cannot be read (Debian's package "
             "ca-certificates brings them; CURL_CA_BUNDLE names a file of others)";
    default:
      return lower(curl_easy_strerror(code));
  }
}

// Header lines of a request, as libcurl takes them.
class HeaderList {
 public:
  explicit HeaderList(const HttpRequest& request) {
    for (const HttpHeader& header : request.headers) add(header.name + ": " + header.value);
    if (!request.if_range.empty()) add("If-Range: " + request.if_range);
    if (request.method == "POST") add("Expect:");  // no wait for "100 Continue"
  }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  curl_slist* get() const { return list_; }

 private:
  void add(const std::string& line) {
    if (line.find_first_of("\r\n") != std::string::npos) {
      throw Error(ErrorKind::usage, "a header holds a line break: '" + line.substr(0, line.find(':')) + "'");
    }
    list_ = curl_slist_append(list_, line.c_str());
  }
  curl_slist* list_ = nullptr;
};

std::string range_text(const HttpRequest& request) {
  if (!request.range_first) return "";
  return std::to_string(*request.range_first) + "-" +
         (request.range_last ? std::to_string(*request.range_last) : "");
}

void set_up(CURL* handle, const HttpRequest& request, const HttpOptions& options) {
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_seconds * 1000));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.idle_bytes_per_second));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.idle_seconds));
  set(CURLOPT_BUFFERSIZE, 131072L);
  if (!options.certificates.empty()) set(CURLOPT_CAINFO, options.certificates.c_str());
  if (request.compressed && !request.range_first) set(CURLOPT_ACCEPT_ENCODING, "");
  if (request.aws) {
    set(CURLOPT_AWS_SIGV4, ("aws:amz:" + request.aws->region + ":s3").c_str());
    set(CURLOPT_USERNAME, request.aws->id.c_str());
    set(CURLOPT_PASSWORD, request.aws->secret.c_str());
  }
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
}

// What is left to say of an exchange once libcurl has returned.
void judge(CURL* handle, CURLcode code, Exchange& exchange, ExchangeResult& result) {
  exchange.stop.check();
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  HttpResponse& response = exchange.response;
  if (exchange.too_long) {
    result.failure = "the answer is longer than " + std::to_string(exchange.request.longest_body) +
                     " bytes, the most that is taken";
    result.kind = ErrorKind::service;
  } else if (exchange.wrong_headers) {
    result.failure = "the answer has too many or too long headers";
    result.kind = ErrorKind::service;
  } else if (is_redirect(response.status)) {
    char* target = nullptr;
    curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &target);
    if (target != nullptr) result.redirect = target;
    // libcurl leaves schemes it does not know to the caller.
    if (const std::string told = response.header("location"); target == nullptr && !told.empty()) {
      result.redirect = resolve_url(exchange.request.url, told);
    }
  } else if (code != CURLE_OK &&
             !(code == CURLE_WRITE_ERROR && response.status != 0 && !response.success())) {
    result.failure = failure_text(code);
    result.transient = is_transient(code);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_BAD_CONTENT_ENCODING) {
      result.kind = ErrorKind::service;
    }
  } else if (response.success() && !exchange.begun) {
    exchange.sink.begin(response);  // an empty body
  }
}

}  // namespace

ExchangePool::ExchangePool() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

ExchangePool::~ExchangePool() {
  for (const Idle& idle : idle_) curl_easy_cleanup(idle.handle);
}

// The handle that spoke to this host last: its connection may still stand.
void* ExchangePool::take(const std::string& host) {
  const std::lock_guard lock(mutex_);
  for (std::size_t n = idle_.size(); n-- > 0;) {
    if (idle_[n].host != host) continue;
    void* handle = idle_[n].handle;
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(n));
    return handle;
  }
  void* handle = curl_easy_init();
  if (handle == nullptr) throw Error(ErrorKind::internal, "libcurl gives no handle");
  return handle;
}

void ExchangePool::give(void* handle, const std::string& host) {
  constexpr std::size_t kMostIdle = 64;
  curl_easy_reset(handle);  // connections stay
  const std::lock_guard lock(mutex_);
  idle_.push_back({handle, host});
  if (idle_.size() > kMostIdle) {
    curl_easy_cleanup(idle_.front().handle);
    idle_.erase(idle_.begin());
  }
}

ExchangeResult ExchangePool::exchange(const HttpRequest& request, const HttpOptions& options,
                                      const StopToken& stop, HttpSink& sink) {
  stop.check();
  const std::string host = url_parts(request.url).host;
  const HeaderList headers(request);
  const std::string range = range_text(request);
  Exchange exchange{request, stop, sink, {}, false, false, false, nullptr};
  exchange.response.url = request.url;
  CURL* handle = take(host);
  set_up(handle, request, options);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (!range.empty()) curl_easy_setopt(handle, CURLOPT_RANGE, range.c_str());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &exchange);
  ExchangeResult result;
  const CURLcode code = curl_easy_perform(handle);
  try {
    judge(handle, code, exchange, result);
  } catch (...) {
    give(handle, host);
    throw;
  }
  give(handle, host);
  result.response = std::move(exchange.response);
  return result;
}

}  // namespace isotherm
