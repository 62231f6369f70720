#include "isotherm/fetch/transfer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "range_answer.h"

namespace isotherm {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::output, path + ": " + why + " (" + std::strerror(errno) + ")");
}

/// The file bytes are added to. Never through a link: a folder may hold what someone else put there.
class PartFile {
 public:
  explicit PartFile(const std::string& path) : path_(path) {
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file_ < 0) fail(path, "cannot be written");
    const off_t end = ::lseek(file_, 0, SEEK_END);
    if (end < 0) fail(path, "cannot be written");
    size_ = static_cast<std::uint64_t>(end);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() { ::close(file_); }

  std::uint64_t size() const { return size_; }
  void empty() {
    if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) != 0) fail(path_, "cannot be written");
    size_ = 0;
  }
  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail(path_, "cannot be written");
      size_ += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  std::string path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

class FileSink : public HttpSink {
 public:
  FileSink(const TransferRequest& request, const TransferContext& context, TransferResult& result)
      : wanted_(request),
        context_(context),
        result_(result),
        part_(request.part),
        validator_(request.validator) {
    result_.size = request.size;
    if (validator_.empty() || (wanted_.size > 0 && part_.size() > wanted_.size)) part_.empty();
  }

  bool complete() const { return result_.size > 0 && part_.size() == result_.size; }
  std::uint64_t size() const { return part_.size(); }

  void prepare(HttpRequest& request) override {
    // What cannot be continued begins anew: a server without validators gives no other choice.
    if (part_.size() > 0 && validator_.empty()) part_.empty();
    context_.signer.apply(wanted_.href, request, refused_);
    refused_ = false;
    request.range_first.reset();
    request.if_range.clear();
    if (part_.size() > 0) {
      request.range_first = part_.size();
      request.if_range = validator_;
    }
  }

  void begin(const HttpResponse& head) override {
    if (!wanted_.page && lower(head.header("content-type")).starts_with("text/html")) {
      throw Error(ErrorKind::service,
                  without_secrets(wanted_.href) +
                      ": a web page came in place of the file: it asks to log in (USGS_TOKEN, "
                      "ISOTHERM_TOKENS), or another address is needed (--prefer s3)");
    }
    if (const std::string coding = lower(head.header("content-encoding"));
        !coding.empty() && coding != "identity") {
      throw Error(ErrorKind::service, without_secrets(wanted_.href) + ": is sent packed (" + coding +
                                          ") although it was asked for as it is");
    }
    const auto range = content_range(head);
    if (head.status == 206) {
      const bool fits =
          range && range->first == part_.size() && (result_.size == 0 || range->size == result_.size);
      if (!fits) {
        throw WrongContent(without_secrets(wanted_.href) + ": answers another range than was asked for");
      }
      result_.size = range->size;
    } else {
      part_.empty();
      result_.size = content_length(head);
    }
    if (result_.size > context_.longest_file) {
      throw Error(ErrorKind::service, without_secrets(wanted_.href) + ": has " +
                                          std::to_string(result_.size) + " bytes, more than the " +
                                          std::to_string(context_.longest_file) + " that are taken");
    }
    result_.etag = head.header("etag");
    result_.etag_is_md5 = is_md5_etag(head);
    const std::string validator = validator_of(head);
    if (part_.size() == 0) {
      validator_ = validator;
      if (wanted_.started) wanted_.started(validator_, result_.size);
    } else if (!validator.empty() && validator != validator_) {
      changed();
    }
  }

  void write(std::string_view bytes) override {
    result_.received += bytes.size();
    if (result_.size > 0 && part_.size() + bytes.size() > result_.size) {
      throw WrongContent(without_secrets(wanted_.href) + ": sends more bytes than it announced");
    }
    part_.add(bytes);
  }

  bool renew(const HttpResponse& refusal) override {
    if (refusal.status == 416 && part_.size() > 0) {  // the file has become shorter
      part_.empty();
      validator_.clear();
      result_.size = 0;
      return true;
    }
    refused_ = context_.signer.may_renew(wanted_.href, refusal);
    return refused_;
  }

 private:
  /// A server that ignores If-Range gave the end of another file.
  [[noreturn]] void changed() {
    throw WrongContent(without_secrets(wanted_.href) + ": has changed while it was fetched");
  }

  const TransferRequest& wanted_;
  const TransferContext& context_;
  TransferResult& result_;
  PartFile part_;
  std::string validator_;
  bool refused_ = false;
};

}  // namespace

void transfer(const TransferRequest& request, const TransferContext& context, TransferResult& result) {
  FileSink sink(request, context, result);
  if (sink.complete()) return;
  HttpRequest http;
  http.compressed = false;
  http.longest_body = context.longest_file;
  const HttpResponse response = context.client.stream(http, sink);
  result.retries += response.retries;
  http.url = request.href;
  require_success(response, http, without_secrets(request.href));
  if (result.size == 0) result.size = sink.size();
  if (sink.size() != result.size) {
    throw WrongContent(without_secrets(request.href) + ": " + std::to_string(sink.size()) +
                       " bytes came of " + std::to_string(result.size));
  }
}

std::string verify(const std::string& path, const Expected& expected, const TransferResult& result) {
  const std::uint64_t size = std::filesystem::file_size(path);
  if (expected.size && *expected.size != size) {
    throw WrongContent("has " + std::to_string(size) + " bytes, its item says " +
                       std::to_string(*expected.size));
  }
  if (const auto checksum = parse_multihash(expected.checksum)) {
    if (file_digest(checksum->algorithm, path) != checksum->hex) {
      throw WrongContent("has another " + checksum->algorithm + " checksum than its item says");
    }
    return checksum->algorithm;
  }
  if (result.etag_is_md5) {
    if ("\"" + file_digest("md5", path) + "\"" != lower(result.etag)) {
      throw WrongContent("has another MD5 checksum than its ETag says");
    }
    return "etag";
  }
  return "";
}

void put_in_place(const std::string& from, const std::string& to) {
  const int file = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(from, "cannot be opened again");
  const int synced = ::fsync(file);
  ::close(file);
  if (synced != 0) fail(from, "cannot be synced");
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot be put in place");
}

}  // namespace isotherm
