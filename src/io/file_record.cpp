#include "isotherm/io/file_record.h"

#include <cpl_vsi.h>

#include <ctime>
#include <memory>
#include <vector>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/digest.h"
#include "isotherm/io/http.h"

namespace isotherm {

namespace {

std::string utc(std::int64_t seconds) {
  std::time_t time = seconds;
  std::tm parts{};
  if (seconds <= 0 || gmtime_r(&time, &parts) == nullptr) return "";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string content_digest(const std::string& path) {
  struct Closer {
    void operator()(VSILFILE* file) const { VSIFCloseL(file); }
  };
  const std::unique_ptr<VSILFILE, Closer> file(VSIFOpenL(path.c_str(), "rb"));
  if (!file) throw Error(ErrorKind::input, without_credentials(path) + ": cannot be opened for its digest");
  Digest digest("sha256");
  std::vector<char> buffer(std::size_t{1} << 20);
  while (const std::size_t read = VSIFReadL(buffer.data(), 1, buffer.size(), file.get()))
    digest.add({buffer.data(), read});
  return digest.hex();
}

}  // namespace

std::string without_credentials(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = text.find("://", at);
    if (mark == std::string::npos) return shown + text.substr(at);
    std::size_t start = mark;
    while (start > at && ((text[start - 1] >= 'a' && text[start - 1] <= 'z') ||
                          (text[start - 1] >= '0' && text[start - 1] <= '9')))
      --start;
    const std::size_t end = std::min(text.find_first_of(" \t\n\"'", mark), text.size());
    shown += text.substr(at, start - at);
    shown += without_secrets(text.substr(start, end - start));
    at = end;
  }
  return shown;
}

FileRecord file_record(const std::string& path, bool digest) {
  init_gdal();
  const std::string opened = gdal_path(path);
  FileRecord facts;
  facts.path = without_credentials(path);
  VSIStatBufL status;
  if (VSIStatExL(opened.c_str(), &status, VSI_STAT_EXISTS_FLAG | VSI_STAT_SIZE_FLAG | VSI_STAT_NATURE_FLAG) ==
          0 &&
      !VSI_ISDIR(status.st_mode)) {
    facts.found = true;
    facts.bytes = static_cast<std::uint64_t>(status.st_size);
    facts.modified = utc(static_cast<std::int64_t>(status.st_mtime));
  }
  if (digest && facts.found) facts.sha256 = content_digest(opened);
  return facts;
}

}  // namespace isotherm
