// Items from wherever they are: a STAC API, a static catalogue (here or on the web), a folder, an item
// collection, one item, NDJSON, or standard input. They come one by one; nothing holds more than a page.
//
// Limits against endless or hostile sources: bytes of a document, depth and number of documents of a
// catalogue, pages that come again, pages without anything new. Links of a remote document are followed to
// http and https only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/fetch/item.h"
#include "isotherm/fetch/item_query.h"
#include "isotherm/io/http.h"

namespace isotherm {

struct SourceContext {
  HttpClient& client;
  Log& log;
  Progress& progress;
  const StopToken& stop;
  std::vector<HttpHeader> headers = {};  ///< for the service itself, not for others it leads to
  int page_limit = 100;                  ///< items asked for at a time
};

/// Takes an item; `filtered` tells that the source has evaluated the query's filter. False: enough.
using ItemSink = std::function<bool(StacItem&& item, bool filtered)>;

/// `place` is a URL, a path, or "-". Throws Error: network, service, input, usage (a request the service
/// calls wrong).
void read_items(const std::string& place, const ItemQuery& query, const SourceContext& context,
                const ItemSink& sink);

/// A STAC API, by its landing page at `url`.
void read_service(const std::string& url, const Json& landing_page, const ItemQuery& query,
                  const SourceContext& context, const ItemSink& sink);

/// Catalogues, collections, items and item collections linked with each other, from a document at `place`.
void read_catalogue(const std::string& place, const Json& document, const ItemQuery& query,
                    const SourceContext& context, const ItemSink& sink);

/// A JSON document from the web, bounded. `what` names it in messages.
Json get_document(const std::string& url, const SourceContext& context, const std::string& what);

}  // namespace isotherm
