// The client against a server that does everything that servers do wrong. Each test names the fault and its
// outcome.
#include <filesystem>
#include <fstream>
#include <thread>

#include "fetch/test_server.h"
#include "isotherm/core/error.h"
#include "isotherm/io/http.h"

namespace isotherm {
namespace {

class Silent : public Log {
 public:
  void write(LogLevel, std::string_view text) override { said += std::string(text) + "\n"; }
  std::string said;
};

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("isotherm-http-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    content_.resize(20000);
    for (std::size_t n = 0; n < content_.size(); ++n)
      content_[n] = static_cast<char>('a' + (n * 7 + n / 251) % 26);
    std::ofstream(folder_ / "a.bin", std::ios::binary) << content_;
    options_.wait = [this](double seconds) { waits_.push_back(seconds); };
    options_.idle_seconds = 1;
    options_.requests_per_second = 0;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // The file, asked for from a server with these rules (JSON).
  HttpResponse get(const std::string& rules, const std::string& path = "/files/a.bin") {
    server_ = std::make_unique<TestServer>(
        std::vector<std::string>{"--files", folder_.string(), "--rules", "[" + rules + "]"});
    HttpClient client(options_, stop_, log_);
    HttpRequest request;
    request.url = server_->url() + path;
    request.longest_body = longest_;
    return client.send(request);
  }

  ErrorKind failure(const std::string& rules) {
    try {
      get(rules);
    } catch (const Error& error) {
      text_ = error.what();
      return error.kind();
    }
    ADD_FAILURE() << "no error";
    return ErrorKind::internal;
  }

  std::filesystem::path folder_;
  std::string content_, text_;
  HttpOptions options_;
  std::uint64_t longest_ = 1 << 20;
  StopToken stop_;
  Silent log_;
  std::vector<double> waits_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(HttpClientTest, AFileComesWhole) {
  const HttpResponse response = get("");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, content_);
  EXPECT_EQ(response.bytes, content_.size());
  EXPECT_FALSE(response.header("etag").empty());
}

TEST_F(HttpClientTest, RetryAfterInSecondsIsWaitedFor) {
  const HttpResponse response = get(R"({"path":"a.bin","do":"status","status":429,"retry_after":7})");
  EXPECT_EQ(response.body, content_);
  EXPECT_EQ(response.retries, 1);
  ASSERT_EQ(waits_.size(), 1u);
  EXPECT_EQ(waits_[0], 7);
}

TEST_F(HttpClientTest, RetryAfterAsADateIsWaitedFor) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"status","status":503,"retry_after":"date:9"})").body, content_);
  ASSERT_EQ(waits_.size(), 1u);
  EXPECT_GT(waits_[0], 6);  // the date has whole seconds, and a moment has passed
  EXPECT_LE(waits_[0], 9);
}

TEST_F(HttpClientTest, ServerErrorsAreTriedAgainWithGrowingJitteredWaits) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"status","status":502,"times":3})").body, content_);
  ASSERT_EQ(waits_.size(), 3u);
  for (std::size_t n = 0; n < 3; ++n) {
    const double full = 0.5 * (1 << n);
    EXPECT_GE(waits_[n], full / 2);
    EXPECT_LE(waits_[n], full);
  }
  const std::vector<double> first = waits_;
  waits_.clear();
  get(R"({"path":"a.bin","do":"status","status":502,"times":3})");
  EXPECT_EQ(waits_, first) << "the same seed waits alike";
}

TEST_F(HttpClientTest, TriesEndAndTheLastAnswerIsGiven) {
  options_.retries = 2;
  EXPECT_EQ(get(R"({"path":"a.bin","do":"status","status":504,"times":-1})").status, 504);
  EXPECT_EQ(waits_.size(), 2u);
}

TEST_F(HttpClientTest, AWaitBeyondTheBudgetIsNotBegun) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"status","status":429,"retry_after":86400,"times":-1})").status, 429);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HttpClientTest, AResetInTheBodyIsTriedAgain) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"reset","bytes":5000})").body, content_);
  EXPECT_EQ(waits_.size(), 1u);
}

TEST_F(HttpClientTest, ACutBodyIsTriedAgain) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"cut","bytes":5000})").body, content_);
  EXPECT_EQ(waits_.size(), 1u);
}

TEST_F(HttpClientTest, AWrongLengthIsTriedAgainAndThenAnError) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"length","add":10})").body, content_);
  options_.retries = 1;
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"length","add":10,"times":-1})"), ErrorKind::network);
  EXPECT_NE(text_.find("broke off"), std::string::npos) << text_;
}

TEST_F(HttpClientTest, ASilentServerIsATimeOut) {
  options_.retries = 0;
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"silent","seconds":5})"), ErrorKind::network);
  EXPECT_NE(text_.find("no answer in time"), std::string::npos) << text_;
}

TEST_F(HttpClientTest, PackedAndChunkedBodiesComeWhole) {
  EXPECT_EQ(get(R"({"path":"a.bin","do":"gzip"})").body, content_);
  EXPECT_EQ(get(R"({"path":"a.bin","do":"chunked","bytes":333})").body, content_);
}

TEST_F(HttpClientTest, ABodyBeyondTheBoundIsAnErrorEvenWhenPackedSmall) {
  longest_ = 10000;
  EXPECT_EQ(failure(""), ErrorKind::service);
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"gzip"})"), ErrorKind::service);
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"chunked"})"), ErrorKind::service);
  EXPECT_TRUE(waits_.empty()) << "not tried again";
}

TEST_F(HttpClientTest, ARedirectIsFollowed) {
  const HttpResponse response =
      get(R"({"path":"b.bin","do":"redirect","to":"/files/a.bin"})", "/files/b.bin");
  EXPECT_EQ(response.body, content_);
  EXPECT_TRUE(response.url.ends_with("/files/a.bin"));
}

TEST_F(HttpClientTest, ARedirectLoopEnds) {
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"redirect","to":"{url}{path}","times":-1})"), ErrorKind::service);
  EXPECT_NE(text_.find("redirects in a row"), std::string::npos) << text_;
}

TEST_F(HttpClientTest, RedirectsToOtherSchemesAreRefused) {
  for (const char* to :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "s3://bucket/key"}) {
    EXPECT_EQ(failure(std::string(R"({"path":"a.bin","do":"redirect","to":")") + to + "\"}"),
              ErrorKind::service)
        << to;
    EXPECT_NE(text_.find("only http and https"), std::string::npos) << text_;
  }
}

TEST_F(HttpClientTest, NoNetworkIsSaid) {
  options_.retries = 1;
  HttpClient client(options_, stop_, log_);
  HttpRequest request;
  request.url = "http://127.0.0.1:1/x?sig=topsecret";
  try {
    client.send(request);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::network);
    EXPECT_EQ(std::string(error.what()).find("topsecret"), std::string::npos);
  }
  EXPECT_EQ(log_.said.find("topsecret"), std::string::npos);
}

TEST_F(HttpClientTest, AStopEndsATransfer) {
  options_.idle_seconds = 30;
  std::thread later([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop_.request();
  });
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"silent","seconds":3})"), ErrorKind::interrupted);
  later.join();
}

TEST_F(HttpClientTest, AStopEndsAWait) {
  options_.wait = nullptr;
  std::thread later([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop_.request();
  });
  EXPECT_EQ(failure(R"({"path":"a.bin","do":"status","status":429,"retry_after":100})"),
            ErrorKind::interrupted);
  later.join();
}

// A sink that goes on where it was.
class Resuming : public HttpSink {
 public:
  void prepare(HttpRequest& request) override {
    ++tries;
    if (!bytes.empty()) request.range_first = bytes.size();
  }
  void begin(const HttpResponse& head) override {
    if (head.status == 200) bytes.clear();
  }
  void write(std::string_view part) override { bytes += part; }
  std::string bytes;
  int tries = 0;
};

TEST_F(HttpClientTest, AStreamGoesOnWhereItBroke) {
  const TestServer server(
      {"--files", folder_.string(), "--rules",
       R"([{"path":"a.bin","do":"reset","bytes":7000},{"path":"a.bin","do":"cut","bytes":3000}])"});
  HttpClient client(options_, stop_, log_);
  HttpRequest request;
  request.url = server.url() + "/files/a.bin";
  request.compressed = false;
  Resuming sink;
  const HttpResponse response = client.stream(request, sink);
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(sink.bytes, content_);
  EXPECT_EQ(sink.tries, 3);
}

TEST_F(HttpClientTest, ManyThreadsShareAClient) {
  const TestServer server(
      {"--files", folder_.string(), "--rules", R"([{"path":"a.bin","do":"status","status":503,"times":5}])"});
  options_.connections = 3;
  options_.wait = nullptr;
  options_.first_wait_seconds = 0.01;
  HttpClient client(options_, stop_, log_);
  std::vector<std::thread> threads;
  std::atomic<int> fine{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        HttpRequest request;
        request.url = server.url() + "/files/a.bin";
        if (client.send(request).body == content_) ++fine;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fine, 40);
}

}  // namespace
}  // namespace isotherm
