#include "isotherm/io/file_record.h"

#include <cpl_vsi.h>

#include <ctime>
#include <memory>
#include <vector>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
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

/// Of database addresses: "PG:host=h password=p", "MSSQL:server=s;pwd=p".
std::string without_passwords(std::string text) {
  const std::string words = lower(text);
  std::string shown;
  std::size_t at = 0;
  for (std::size_t k = 0; k < words.size(); ++k) {
    for (const std::string_view key : {"password=", "passwd=", "pwd="}) {
      if (words.compare(k, key.size(), key) != 0) continue;
      std::size_t end = k + key.size();
      const char quote = end < text.size() && text[end] == '\'' ? '\'' : ' ';
      if (quote == '\'') ++end;
      while (end < text.size() && text[end] != quote && (quote == '\'' || text[end] != ';')) ++end;
      if (quote == '\'' && end < text.size()) ++end;
      shown += text.substr(at, k + key.size() - at) + "...";
      at = end;
      k = end - 1;
      break;
    }
  }
  return shown + text.substr(at);
}

}  // namespace

std::string without_credentials(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = std::min(text.find("://", at), text.find("/vsicurl?", at));
    if (start == std::string::npos) return without_passwords(shown + text.substr(at));
    // Another address may follow behind a comma.
    const std::size_t next = text[start] == ':' ? text.find("://", start + 3) : std::string::npos;
    std::size_t end = std::min({text.find_first_of(" \t\n\"'", start), next, text.size()});
    // Behind an address a sentence may go on.
    while (end > start + 1 && std::string_view(":;,.)").find(text[end - 1]) != std::string_view::npos) --end;
    shown += text.substr(at, start - at);
    const std::string address = text.substr(start, end - start);
    shown += address.starts_with("/vsicurl?") ? "/vsicurl?..." : without_secrets(address);
    at = end;
  }
  return without_passwords(shown);
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
