// Static catalogues: documents that link to each other.
#include <fstream>
#include <unordered_set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/stac_source.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostDocuments = 1000000;
constexpr int kDeepest = 20;

bool is_url(const std::string& place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

class Walker {
 public:
  Walker(const ItemQuery& query, const SourceContext& context, const ItemSink& sink)
      : query_(query), context_(context), sink_(sink) {}

  // False: enough.
  bool document(const std::string& place, const Json& document, int depth) {
    context_.stop.check();
    if (document.text("type") == "Feature") return sink_(read_item(document, place), false);
    if (const Json* features = document.find("features")) {
      for (const Json& feature : features->items()) {
        if (!sink_(read_item(feature, place), false)) return false;
      }
    }
    if (!wanted(document)) return true;
    const Json* links = document.find("links");
    if (links == nullptr || depth == kDeepest) return true;
    for (const Json& link : links->items()) {
      const std::string rel = link.text("rel").value_or(""), href = link.text("href").value_or("");
      if (rel != "child" && rel != "item" && rel != "items") continue;
      if (!href.empty() && !follow(place, href, depth)) return false;
    }
    return true;
  }

  void start(const std::string& place) { seen_.insert(place); }

 private:
  // Collections that were not asked for are not walked.
  bool wanted(const Json& document) const {
    if (document.text("type") != "Collection" || query_.collections.empty()) return true;
    const std::string id = document.text("id").value_or("");
    for (const std::string& name : query_.collections) {
      if (name == id) return true;
    }
    return false;
  }

  bool follow(const std::string& from, const std::string& href, int depth) {
    const std::string place = resolve_url(from, href);
    const bool remote = is_url(place);
    if (!remote && (is_url(from) || place.find("://") != std::string::npos || place.starts_with("/vsi"))) {
      context_.log.warning(without_secrets(from) + ": its link to " + without_secrets(place) +
                           " is not followed; only http and https are");
      return true;
    }
    if (!seen_.insert(place).second) return true;
    if (seen_.size() > kMostDocuments) {
      throw Error(ErrorKind::service, without_secrets(from) + ": a catalogue of more than 1000000 documents");
    }
    return document(place, read(place, remote), depth + 1);
  }

  Json read(const std::string& place, bool remote) {
    if (remote) return get_document(place, context_, without_secrets(place));
    std::ifstream input(place, std::ios::binary | std::ios::ate);
    if (!input) throw Error(ErrorKind::input, place + ": cannot be read, though a catalogue links to it");
    const auto size = static_cast<std::size_t>(input.tellg());
    if (size > kLongestDocument) throw Error(ErrorKind::input, place + ": is longer than 64 MiB");
    std::string text(size, '\0');
    input.seekg(0);
    input.read(text.data(), static_cast<std::streamsize>(size));
    return read_json(text, place);
  }

  const ItemQuery& query_;
  const SourceContext& context_;
  const ItemSink& sink_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

void read_catalogue(const std::string& place, const Json& document, const ItemQuery& query,
                    const SourceContext& context, const ItemSink& sink) {
  Walker walker(query, context, sink);
  walker.start(place);
  walker.document(place, document, 0);
}

}  // namespace isotherm
