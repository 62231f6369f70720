#include "isotherm/fetch/stac_source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestCollection = std::size_t{512} << 20;  ///< of a file or standard input
constexpr int kDeepestFolder = 6;

bool is_url(const std::string& place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

// Features of a document that may be an item, an item collection, or neither. False: enough.
bool take_features(const Json& document, const std::string& base, const ItemSink& sink) {
  if (document.text("type") == "Feature") return sink(read_item(document, base), false);
  const Json* features = document.find("features");
  if (features == nullptr) return true;
  for (const Json& feature : features->items()) {
    if (!sink(read_item(feature, base), false)) return false;
  }
  return true;
}

// A line of text, bounded.
bool get_line(std::istream& input, std::string& line, const std::string& name) {
  line.clear();
  for (int c; (c = input.get()) != std::char_traits<char>::eof();) {
    if (c == '\n') return true;
    if (line.size() >= kLongestCollection) {
      throw Error(ErrorKind::input, name + ": longer than 512 MiB; give it as NDJSON, an item a line");
    }
    line += static_cast<char>(c);
  }
  return !line.empty();
}

bool is_item_line(const std::string& line) {
  if (trim(line).empty() || trim(line).front() != '{') return false;
  try {
    return read_json(line, "").text("type") == "Feature";
  } catch (const Error&) {
    return false;
  }
}

// NDJSON item by item, anything else whole. The document is given back when it is a catalogue.
Json read_stream(std::istream& input, const std::string& name, const std::string& base,
                 const ItemSink& sink) {
  std::string line, rest;
  while (get_line(input, line, name)) {
    if (trim(line).empty()) continue;
    if (rest.empty() && is_item_line(line)) {
      do {
        if (!trim(line).empty() && !sink(read_item(read_json(line, name), base), false)) return {};
      } while (get_line(input, line, name));
      return {};
    }
    if (rest.size() + line.size() > kLongestCollection) {
      throw Error(ErrorKind::input, name + ": longer than 512 MiB; give it as NDJSON, an item a line");
    }
    rest += line;
    rest += '\n';
  }
  if (rest.empty()) throw Error(ErrorKind::input, name + ": is empty");
  Json document = read_json(rest, name);
  const std::string type = document.text("type").value_or("");
  if (type == "Feature" || type == "FeatureCollection") {
    take_features(document, base, sink);
    return {};
  }
  return document;
}

bool is_catalogue(const Json& document) {
  const auto type = document.text("type");
  return type == "Catalog" || type == "Collection" ||
         (document.find("links") != nullptr && document.find("stac_version") != nullptr);
}

void read_file(const std::string& path, const ItemQuery& query, const SourceContext& context,
               const ItemSink& sink) {
  std::ifstream input(path, std::ios::binary);
  if (!input) throw Error(ErrorKind::input, path + ": cannot be read");
  const Json document = read_stream(input, path, path, sink);
  if (document.is_null()) return;
  if (!is_catalogue(document)) {
    throw Error(ErrorKind::input, path + ": is JSON, but no STAC item, item collection or catalogue");
  }
  read_catalogue(path, document, query, context, sink);
}

// All items below a folder, in the order of their paths.
void read_folder(const std::string& folder, const ItemQuery& query, const SourceContext& context,
                 const ItemSink& sink) {
  for (const char* name : {"catalog.json", "collection.json"}) {
    const std::string path = folder + "/" + name;
    if (fs::is_regular_file(path)) return read_file(path, query, context, sink);
  }
  std::vector<std::string> files;
  std::error_code ignored;
  for (auto at = fs::recursive_directory_iterator(folder, ignored); at != fs::recursive_directory_iterator();
       at.increment(ignored)) {
    if (at.depth() >= kDeepestFolder) at.disable_recursion_pending();
    const std::string name = lower(at->path().filename().string());
    const bool fits = (name.ends_with(".json") && !name.ends_with("mtl.json")) ||
                      name.ends_with(".geojson") || name.ends_with(".ndjson");
    if (fits && at->is_regular_file(ignored)) files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  std::size_t taken = 0;
  bool enough = false;
  for (const std::string& path : files) {
    if (enough) return;
    context.stop.check();
    std::ifstream input(path, std::ios::binary);
    try {
      read_stream(input, path, path, [&](StacItem&& item, bool filtered) {
        ++taken;
        enough = !sink(std::move(item), filtered);
        return !enough;
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      context.log.debug(std::string(error.what()) + "; passed over");
    }
  }
  if (taken == 0) throw Error(ErrorKind::input, folder + ": no STAC item in this folder");
}

}  // namespace

Json get_document(const std::string& url, const SourceContext& context, const std::string& what) {
  HttpRequest request;
  request.url = url;
  request.headers = context.headers;
  request.headers.push_back({"Accept", "application/geo+json, application/json"});
  request.longest_body = kLongestDocument;
  const HttpResponse response = context.client.send(request);
  require_success(response, request, what);
  try {
    return read_json(response.body, without_secrets(url));
  } catch (const Error& error) {
    throw Error(ErrorKind::service, error.what());
  }
}

void read_items(const std::string& place, const ItemQuery& query, const SourceContext& context,
                const ItemSink& sink) {
  if (place == "-") {
    const Json document = read_stream(std::cin, "standard input", "", sink);
    if (!document.is_null()) {
      throw Error(ErrorKind::input,
                  "standard input: holds no STAC items (an item collection, items, or NDJSON)");
    }
    return;
  }
  if (!is_url(place)) {
    std::error_code ignored;
    if (fs::is_directory(place, ignored)) return read_folder(place, query, context, sink);
    return read_file(place, query, context, sink);
  }
  const Json document = get_document(place, context, without_secrets(place));
  const std::string type = document.text("type").value_or("");
  if (type == "Feature" || type == "FeatureCollection") {
    take_features(document, place, sink);
    return;
  }
  bool searched = false;
  if (const Json* links = document.find("links")) {
    for (const Json& link : links->items()) searched = searched || link.text("rel") == "search";
  }
  if (searched) return read_service(place, document, query, context, sink);
  if (!is_catalogue(document)) {
    throw Error(ErrorKind::service,
                without_secrets(place) + ": answers with JSON, but no STAC service, catalogue or items");
  }
  read_catalogue(place, document, query, context, sink);
}

}  // namespace isotherm
