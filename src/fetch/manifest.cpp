#include "isotherm/fetch/manifest.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/json.h"

namespace isotherm {

namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 16;

Json number(std::uint64_t value) { return Json(Json::Number{std::to_string(value)}); }

std::string text_of(const ManifestLine& line) {
  Json out = Json::object();
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) out.append(key, value);
  };
  const auto count = [&](const char* key, std::uint64_t value) {
    if (value != 0) out.append(key, number(value));
  };
  text("item", line.item);
  text("asset", line.asset);
  text("status", line.status);
  text("path", line.path);
  text("cut", line.cut);
  text("source", line.source);
  text("validator", line.validator);
  count("size", line.size);
  if (line.status != "started") {
    out.append("bytes", number(line.bytes));
    count("stored", line.stored);
    text("sha256", line.sha256);
    text("verified", line.verified);
    out.append("retries", line.retries);
    out.append("seconds", Json::Number{fixed_text(line.seconds, 3)});
  }
  text("error", line.error);
  return write_json(out) + "\n";
}

std::uint64_t count_of(const Json& json, const char* key) {
  const auto value = json.number(key);
  return value && *value >= 0 && *value < 9e15 ? static_cast<std::uint64_t>(*value) : 0;
}

std::optional<ManifestLine> line_of(const std::string& text) {
  try {
    const Json json = read_json(text, "manifest");
    const auto get = [&](const char* key) { return json.text(key).value_or(""); };
    ManifestLine line{get("item"),
                      get("asset"),
                      get("path"),
                      get("status"),
                      get("cut"),
                      get("source"),
                      get("validator"),
                      count_of(json, "size"),
                      count_of(json, "bytes"),
                      count_of(json, "stored"),
                      get("sha256"),
                      get("verified")};
    line.error = get("error");
    if (line.item.empty() || line.status.empty()) return std::nullopt;
    return line;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Manifest::Manifest(const std::string& path) : path_(path) {
  const auto fail = [&](const std::string& why) { throw Error(ErrorKind::output, path + ": " + why); };
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file_ < 0) fail(std::string("cannot be written (") + std::strerror(errno) + ")");
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    ::close(file_);
    fail("another fetch is at work in this folder; wait for it, or choose another folder");
  }
  read(path);
}

Manifest::~Manifest() { ::close(file_); }

void Manifest::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  bool whole = true;
  while (std::getline(file, text)) {
    whole = !file.eof();
    if (text.size() > kLongestLine) continue;
    if (auto line = line_of(text)) last_.insert_or_assign({line->item, line->asset}, std::move(*line));
  }
  // A torn last line ends here, so that the next one stands alone.
  if (!whole && ::write(file_, "\n", 1) != 1) throw Error(ErrorKind::output, path + ": cannot be written");
}

std::optional<ManifestLine> Manifest::find(const std::string& item, const std::string& asset) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_.find({item, asset});
  return found == last_.end() ? std::nullopt : std::optional(found->second);
}

void Manifest::add(const ManifestLine& line) {
  const std::string text = text_of(line);
  const std::lock_guard lock(mutex_);
  if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw Error(ErrorKind::output, path_ + ": cannot be written (" + std::strerror(errno) + ")");
  }
  last_.insert_or_assign({line.item, line.asset}, line);
}

}  // namespace isotherm
