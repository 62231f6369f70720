// What a STAC service says: its landing page and the pages of a search, or a static catalogue. The input is
// the bodies of its answers, parted by empty lines; the answer after the last is 404.
#include <deque>

#include "isotherm/fetch/stac_source.h"
#include "target.h"

namespace {

using namespace isotherm;

class Quiet : public Progress {
 public:
  void start(std::string_view, std::uint64_t) override {}
  void advance(std::uint64_t) override {}
  void finish() override {}
};

class ToldClient : public HttpClient {
 public:
  ToldClient(const std::string& answers, const StopToken& stop, Log& log) : HttpClient({}, stop, log) {
    for (std::size_t at = 0; at < answers.size();) {
      const std::size_t end = std::min(answers.find("\n\n", at), answers.size());
      bodies_.push_back(answers.substr(at, end - at));
      at = end + 2;
    }
  }

  HttpResponse send(const HttpRequest& request) override {
    url_parts(request.url);  // nothing else may be asked for
    HttpResponse response;
    response.status = bodies_.empty() ? 404 : 200;
    if (!bodies_.empty()) {
      response.body = bodies_.front();
      bodies_.pop_front();
    }
    return response;
  }

 private:
  std::deque<std::string> bodies_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Silence log;
  Quiet progress;
  const StopToken stop;
  ToldClient client(fuzz::text_of(data, size), stop, log);
  ItemQuery query;
  query.max_cloud = 20;
  fuzz::value_or_error([&] {
    read_items("https://stac.example.org/v1", query, {client, log, progress, stop},
               [](StacItem&& item, bool) { return item.id != "enough"; });
  });
  return 0;
}
