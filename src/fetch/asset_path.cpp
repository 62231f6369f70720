#include "isotherm/fetch/asset_path.h"

#include <algorithm>
#include <array>

#include "isotherm/core/text.h"
#include "isotherm/io/digest.h"

namespace isotherm {

namespace {

constexpr std::size_t kLongestExtension = 10;

/// Names of devices on Windows, alone or before any extension.
constexpr std::array kDevices{"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"};
/// Files that a fetch writes itself.
constexpr std::array kOwnNames{"collection.json", "catalog.json", "fetch.json", "manifest.jsonl"};

bool is_device(std::string_view name) {
  const std::string stem = lower(name.substr(0, name.find('.')));
  if (std::find(kDevices.begin(), kDevices.end(), stem) != kDevices.end()) return true;
  const bool numbered = stem.starts_with("com") || stem.starts_with("lpt");
  return numbered && stem.size() == 4 && stem[3] >= '0' && stem[3] <= '9';
}

bool harmless(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-+=").find(c) != std::string_view::npos;
}

/// ".TIF" of "a.TIF"; empty when there is none that looks like one.
std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "";
  const std::string_view extension = name.substr(dot);
  return extension.size() < 2 || extension.size() > kLongestExtension ? "" : std::string(extension);
}

std::string marked(const std::string& name, std::string_view what) {
  const std::string extension = extension_of(name);
  std::string stem = name.substr(0, name.size() - extension.size());
  stem.resize(std::min(stem.size(), kLongestName - 9 - extension.size()));
  return stem + "-" + text_digest("sha256", what).substr(0, 8) + extension;
}

std::string_view last_part(std::string_view href) {
  href = href.substr(0, href.find_first_of("?#"));
  const std::size_t slash = href.find_last_of("/\\");
  return slash == std::string_view::npos ? href : href.substr(slash + 1);
}

std::string_view extension_for(std::string_view media_type) {
  const std::string type = lower(media_type);
  if (type.find("tiff") != std::string::npos) return ".tif";
  if (type.find("json") != std::string::npos) return ".json";
  if (type.find("xml") != std::string::npos) return ".xml";
  if (type.starts_with("text/plain")) return ".txt";
  if (type.starts_with("image/jp2")) return ".jp2";
  if (type.starts_with("image/jpeg")) return ".jpeg";
  if (type.starts_with("image/png")) return ".png";
  return ".bin";
}

}  // namespace

std::string safe_name(std::string_view name) {
  std::string safe;
  for (const char c : name) safe += harmless(c) ? c : '_';
  while (!safe.empty() && safe.back() == '.') safe.pop_back();
  if (safe.empty() || safe.front() == '.' || safe.front() == '-') safe.insert(0, 1, '_');
  const std::string small = lower(safe);
  if (is_device(safe) || small.ends_with(".part") ||
      std::find(kOwnNames.begin(), kOwnNames.end(), small) != kOwnNames.end()) {
    safe.insert(0, 1, '_');
    if (small.ends_with(".part")) safe += '_';
  }
  return safe == name && safe.size() <= kLongestName ? safe : marked(safe, name);
}

std::string asset_file_name(std::string_view href, std::string_view key, std::string_view media_type) {
  const std::string_view last = last_part(href);
  if (!extension_of(last).empty()) return safe_name(last);
  const std::string by_key(key);
  return safe_name(extension_of(by_key).empty() ? by_key + std::string(extension_for(media_type)) : by_key);
}

std::string FolderNames::take(const std::string& name, std::string_view what) {
  std::string free = name;
  for (int n = 2; !taken_.insert(lower(free)).second; ++n) {
    free = marked(name, std::string(what) + (n == 2 ? "" : " " + std::to_string(n)));
  }
  return free;
}

}  // namespace isotherm
