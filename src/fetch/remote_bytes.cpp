#include "isotherm/core/error.h"
#include "isotherm/fetch/transfer.h"
#include "range_answer.h"

namespace isotherm {

namespace {

class RangeSink : public HttpSink {
 public:
  RangeSink(const std::string& href, std::uint64_t first, std::uint64_t count, const std::string& known,
            const TransferContext& context)
      : href_(href), first_(first), count_(count), validator_(known), context_(context) {}

  void prepare(HttpRequest& request) override {
    context_.signer.apply(href_, request, refused_);
    refused_ = false;
    request.range_first = first_;
    request.range_last = first_ + count_ - 1;
    request.if_range = validator_;
  }

  void begin(const HttpResponse& head) override {
    body.clear();
    if (head.status != 206) {
      if (validator_.empty()) throw NoRanges();
      throw WrongContent(without_secrets(href_) + ": has changed while it was read");
    }
    const auto range = content_range(head);
    if (!range || range->first != first_ || range->last > first_ + count_ - 1) {
      throw WrongContent(without_secrets(href_) + ": answers another range than was asked for");
    }
    size = range->size;
    validator = validator_of(head);
  }

  void write(std::string_view bytes) override { body.append(bytes); }

  bool renew(const HttpResponse& refusal) override {
    refused_ = context_.signer.may_renew(href_, refusal);
    return refused_;
  }

  std::string body;
  std::string validator;
  std::uint64_t size = 0;

 private:
  const std::string& href_;
  std::uint64_t first_, count_;
  const std::string& validator_;
  const TransferContext& context_;
  bool refused_ = false;
};

}  // namespace

std::string RemoteBytes::read(std::uint64_t first, std::uint64_t count) {
  if (size_ > 0 && first >= size_) return "";
  if (size_ > 0 && count > size_ - first) count = size_ - first;
  RangeSink sink(href_, first, count, validator_, context_);
  HttpRequest http;
  http.compressed = false;
  http.longest_body = count;
  const HttpResponse response = context_.client.stream(http, sink);
  retries += response.retries;
  ++requests;
  http.url = href_;
  require_success(response, http, without_secrets(href_));
  if (size_ > 0 && (sink.size != size_ || (!validator_.empty() && sink.validator != validator_))) {
    throw WrongContent(without_secrets(href_) + ": has changed while it was read");
  }
  size_ = sink.size;
  validator_ = sink.validator;
  received += sink.body.size();
  return std::move(sink.body);
}

}  // namespace isotherm
