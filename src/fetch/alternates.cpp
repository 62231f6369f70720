#include "isotherm/fetch/alternates.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "isotherm/core/rows.h"
#include "isotherm/io/http.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr std::array<PlaceRow, 3> kPlaces{{
    {"local", Place::local, "files of this machine"},
    {"s3", Place::s3, "buckets, with the user's own key"},
    {"https", Place::https, "http and https"},
}};

/// The scheme of an href, in lower case; empty for a path.
std::string scheme_of(const std::string& href) {
  const std::size_t colon = href.find(':');
  if (colon == std::string::npos || href.find('/') < colon) return "";
  return lower(std::string_view(href).substr(0, colon));
}

/// Where an href leads; nothing when it is none that is ever followed.
std::optional<AssetSource> source_of(const std::string& href) {
  if (href.empty() || href.size() > 8192 ||
      href.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
    return std::nullopt;
  }
  const std::string scheme = scheme_of(href);
  if (scheme == "http" || scheme == "https") return AssetSource{Place::https, href};
  if (scheme == "s3") return AssetSource{Place::s3, "s3" + href.substr(2)};
  if (scheme == "file" && href.starts_with("file:///")) return AssetSource{Place::local, href.substr(7)};
  if (!scheme.empty() || lower(href).starts_with("/vsi") || href.starts_with("//")) return std::nullopt;
  return AssetSource{Place::local, href};
}

bool allowed(const AssetSource& source, const SourceRules& rules) {
  if (source.place != Place::local || rules.allow_local) return true;
  return std::any_of(rules.roots.begin(), rules.roots.end(),
                     [&](const std::string& root) { return lies_in(source.href, root); });
}

}  // namespace

std::span<const PlaceRow> places() { return kPlaces; }

bool lies_in(const std::string& path, const std::string& folder) {
  std::error_code failed;
  const fs::path inner = fs::weakly_canonical(path, failed);
  if (failed) return false;
  const fs::path outer = fs::canonical(folder, failed);
  if (failed) return false;
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

std::vector<AssetSource> sources_of(const StacAsset& asset, const SourceRules& rules,
                                    std::vector<std::string>& refused) {
  std::vector<std::string> hrefs{asset.href};
  if (const Json* list = asset.other.find("alternate")) {
    for (const auto& [name, alternate] : list->members()) {
      if (const auto href = alternate.text("href")) hrefs.push_back(*href);
    }
  }
  std::vector<AssetSource> found;
  for (const std::string& href : hrefs) {
    const auto source = source_of(href);
    if (!source || !allowed(*source, rules)) {
      const bool local = source && source->place == Place::local;
      refused.push_back(without_secrets(href.substr(0, 200)) +
                        (local
                             ? ": a file of this machine, named by a document from elsewhere (--allow-local)"
                             : ": such addresses are not followed"));
      continue;
    }
    const bool twice =
        std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.href == source->href; });
    if (!twice) found.push_back(*source);
  }
  if (rules.prefer.empty()) return found;
  std::vector<AssetSource> ordered;
  for (const std::string& name : rules.prefer) {
    const Place place = row_named(kPlaces, name, "place").place;
    std::copy_if(found.begin(), found.end(), std::back_inserter(ordered),
                 [&](const AssetSource& source) { return source.place == place; });
  }
  if (ordered.empty() && !found.empty()) {
    refused.push_back(without_secrets(found.front().href) + ": --prefer names no place of this kind");
  }
  return ordered;
}

}  // namespace isotherm
