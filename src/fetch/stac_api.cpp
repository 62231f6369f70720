// STAC APIs: what is asked of them, and their pages.
//
// Sources: STAC API item-search 1.0.0 (paging of POST by `body`, `merge`, `headers`), filter and query
// extensions.
#include <algorithm>
#include <functional>
#include <unordered_set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/stac_source.h"
#include "isotherm/io/geo_area.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostVertices =
    2000;                                ///< of an area that is sent as it is; otherwise boxes of its parts
constexpr int kMostEmptyPages = 3;       ///< in a row, each with a link to another
constexpr std::size_t kMostRepeats = 2;  ///< pages in a row without an item that is new

// What a service can do, by its landing page.
struct Abilities {
  std::string search;  ///< address
  bool post = false, get = false;
  bool cql2_json = false, cql2_text = false, query = false;
};

Abilities abilities_of(const std::string& url, const Json& page) {
  Abilities can;
  bool untold = false;
  for (const Json& link : page.find("links")->items()) {
    if (link.text("rel") != "search" || !link.text("href")) continue;
    if (can.search.empty()) can.search = resolve_url(url, *link.text("href"));
    const auto method = link.text("method");
    can.post = can.post || (method && lower(*method) == "post");
    can.get = can.get || (method && lower(*method) == "get");
    untold = untold || !method;
  }
  if (untold && !can.post) can.post = true;  // older services do not say; tried, and GET after a refusal
  const Json* told = page.find("conformsTo");
  bool filter = false, text = false, json = false;
  for (const Json& entry : told != nullptr ? told->items() : Json::Array{}) {
    const std::string word = entry.text().value_or("");
    filter = filter || word.ends_with("item-search#filter") || word.ends_with("/conf/filter");
    text = text || word.ends_with("cql2-text");
    json = json || word.ends_with("cql2-json");
    can.query = can.query || word.ends_with("item-search#query");
  }
  can.cql2_json = filter && json;
  can.cql2_text = filter && text;
  return can;
}

struct PageRequest {
  bool post = true;
  std::string url;
  Json body = Json::object();
  std::vector<HttpHeader> headers;
};

Json text_list(const std::vector<std::string>& words) {
  Json list = Json::array();
  for (const std::string& word : words) list.push(word);
  return list;
}

// The area itself, or boxes around its parts when it has very many vertices (what they let through is looked
// at here).
Json sent_area(const Area& area) {
  std::size_t vertices = 0;
  for (const Polygon& polygon : area.outline()) {
    for (const Ring& ring : polygon.rings) vertices += ring.size();
  }
  if (vertices <= kMostVertices) return geometry_json(area.outline());
  MultiPolygon boxes;
  for (const Polygon& polygon : area.outline()) {
    const Extent e = extent_of({polygon});
    boxes.push_back({{{{e.xmin, e.ymin}, {e.xmax, e.ymin}, {e.xmax, e.ymax}, {e.xmin, e.ymax}}}});
  }
  return boxes.size() > kMostVertices / 4 ? geometry_json(Area(boxes, area.crs()).outline())
                                          : geometry_json(boxes);
}

class Service {
 public:
  Service(const std::string& url, const Json& page, const ItemQuery& query, const SourceContext& context,
          const ItemSink& sink)
      : name_(without_secrets(url)),
        host_(url_parts(url).host),
        query_(query),
        context_(context),
        sink_(sink),
        can_(abilities_of(url, page)),
        limit_(context.page_limit) {}

  void read() {
    if (can_.search.empty())
      throw Error(ErrorKind::service, name_ + ": its landing page names no place to search");
    PageRequest request = first_request(can_.post);
    for (;;) {
      context_.stop.check();
      const Json page = get_page(request);
      if (!take_page(page)) return;
      if (!go_on(page, request)) break;
    }
    if (told_count_ && *told_count_ != static_cast<double>(taken_)) {
      context_.log.debug(name_ + ": told of " + number_text(*told_count_) + " items and gave " +
                         std::to_string(taken_));
    }
  }

 private:
  // The search, with what the service can filter itself.
  PageRequest first_request(bool post) {
    PageRequest request;
    request.post = post;
    request.url = can_.search;
    Json& body = request.body;
    if (!query_.collections.empty()) body.set("collections", text_list(query_.collections));
    if (!query_.ids.empty()) body.set("ids", text_list(query_.ids));
    if (query_.area) body.set("intersects", sent_area(*query_.area));
    if (!query_.time.open()) body.set("datetime", query_.time.text());
    add_filter(body, post);
    body.set("limit", limit_);
    if (!post) request.url = with_query(can_.search, body);
    return request;
  }

  void add_filter(Json& body, bool post) {
    std::vector<Cql2> wanted;
    if (query_.max_cloud < 100) wanted.push_back(Cql2::at_most("eo:cloud_cover", query_.max_cloud));
    if (query_.filter) wanted.push_back(*query_.filter);
    filtered_ = false;
    if (wanted.empty()) return;
    const Cql2 filter = Cql2::all_of(std::move(wanted));
    const bool json = post && can_.cql2_json;
    if (json || can_.cql2_text) {
      body.set("filter-lang", json ? "cql2-json" : "cql2-text");
      body.set("filter", json ? filter.json() : Json(filter.text()));
      filtered_ = true;
      context_.log.debug(name_ + ": filters itself, by CQL2: " + filter.text());
    } else if (can_.query && post) {
      std::optional<Cql2> rest;
      const Json query = filter.query(rest);
      if (!query.members().empty()) body.set("query", query);
      context_.log.debug(name_ + ": filters itself by the query extension: " + write_json(query) +
                         (rest ? "; filtered here: " + rest->text() : ""));
      filtered_ = !rest;
    } else {
      context_.log.debug(name_ + ": offers no filters; filtered here: " + filter.text());
    }
  }

  static std::string with_query(const std::string& url, const Json& body) {
    std::string out = url;
    char mark = url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [key, value] : body.members()) {
      std::string text;
      if (value.is_array()) {
        for (const Json& item : value.items()) text += (text.empty() ? "" : ",") + item.scalar().value_or("");
      } else {
        text = value.scalar().value_or(write_json(value));
      }
      out += mark + key + "=" + url_escape(text);
      mark = '&';
    }
    return out;
  }

  HttpResponse send(const PageRequest& page, HttpRequest& request) {
    request = {};
    request.method = page.post ? "POST" : "GET";
    request.url = page.url;
    request.longest_body = kLongestDocument;
    // Credentials are for the service alone, wherever its links lead.
    if (url_parts(page.url).host == host_) request.headers = context_.headers;
    request.headers.insert(request.headers.end(), page.headers.begin(), page.headers.end());
    request.headers.push_back({"Accept", "application/geo+json, application/json"});
    if (page.post) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = write_json(page.body);
    }
    return context_.client.send(request);
  }

  Json get_page(PageRequest& page) {
    HttpRequest request;
    for (;;) {
      std::string trouble;
      try {
        const HttpResponse response = send(page, request);
        const int status = response.status;
        if (page.post && pages_ == 0 && (status == 404 || status == 405 || status == 501)) {
          context_.log.debug(name_ + ": does not search by POST; asked by GET");
          page = first_request(false);
          continue;
        }
        if (response.success()) return read_json(response.body, "search of " + name_);
        // Sizes that gateways refuse come as any of these.
        if (status != 413 && status != 500 && status != 502 && status != 504) {
          require_success(response, request, "search of " + name_);
        }
        if (limit_ == 1) require_success(response, request, "search of " + name_);
        trouble = "status " + std::to_string(status);
      } catch (const Error& error) {
        const bool too_long = error.kind() == ErrorKind::service && limit_ > 1 &&
                              std::string_view(error.what()).find("longer than") != std::string_view::npos;
        if (error.kind() == ErrorKind::input) throw Error(ErrorKind::service, error.what());
        if (!too_long) throw;
        trouble = "too long a page";
      }
      limit_ = std::max(1, limit_ / 4);
      context_.log.debug(name_ + ": " + trouble + "; asked for pages of " + std::to_string(limit_) +
                         " items");
      set_limit(page);
    }
  }

  // Puts the page size of now into a request, wherever it stands.
  void set_limit(PageRequest& page) const {
    if (page.post) {
      page.body.set("limit", limit_);
      return;
    }
    const std::size_t question = page.url.find('?');
    if (question == std::string::npos) return;
    std::string query;
    for (const std::string& member : split(page.url.substr(question + 1), '&')) {
      if (!member.starts_with("limit=")) query += (query.empty() ? "" : "&") + member;
    }
    page.url = page.url.substr(0, question + 1) + query + (query.empty() ? "" : "&") +
               "limit=" + std::to_string(limit_);
  }

  // False: enough.
  bool take_page(const Json& page) {
    const Json* features = page.find("features");
    if (features == nullptr || !features->is_array()) {
      throw Error(ErrorKind::service, "search of " + name_ + ": the answer is JSON, but no page of items");
    }
    ++pages_;
    const Json* context = page.find("context");
    auto matched = page.number("numberMatched");
    if (!matched && context != nullptr) matched = context->number("matched");
    if (matched && *matched >= 0 && *matched < 1e15) {
      if (!told_count_) context_.progress.start("items", static_cast<std::uint64_t>(*matched));
      told_count_ = matched;
    }
    std::size_t fresh = 0;
    for (const Json& feature : features->items()) {
      ++taken_;
      StacItem item;
      try {
        item = read_item(feature, can_.search);
      } catch (const Error& error) {
        context_.log.warning(std::string(error.what()) + "; passed over");
        continue;
      }
      if (!seen_.insert(std::hash<std::string>()(item.collection + "\n" + item.id)).second) continue;
      ++fresh;
      if (!sink_(std::move(item), filtered_)) return false;
    }
    context_.progress.advance(features->items().size());
    empty_ = features->items().empty() ? empty_ + 1 : 0;
    repeats_ = fresh == 0 && !features->items().empty() ? repeats_ + 1 : 0;
    return true;
  }

  // Turns the request into that of the next page; false when there is none.
  bool go_on(const Json& page, PageRequest& request) {
    const Json* next = nullptr;
    if (const Json* links = page.find("links")) {
      for (const Json& link : links->items()) {
        if (link.text("rel") == "next" && link.text("href")) next = &link;
      }
    }
    if (next == nullptr) return false;
    if (repeats_ >= kMostRepeats || empty_ >= kMostEmptyPages) {
      context_.log.warning(name_ + ": its pages go on without anything new; the search ends here");
      return false;
    }
    follow(*next, request);
    const std::string key = request.url + "\n" + write_json(request.body) + header_text(request);
    if (!asked_.insert(std::hash<std::string>()(key)).second) {
      context_.log.warning(name_ + ": its next page is one that was read already; the search ends here");
      return false;
    }
    return true;
  }

  static std::string header_text(const PageRequest& request) {
    std::string text;
    for (const HttpHeader& header : request.headers) text += "\n" + header.name + ": " + header.value;
    return text;
  }

  void follow(const Json& link, PageRequest& request) {
    std::string url = resolve_url(request.url, *link.text("href"));
    const UrlParts here = url_parts(can_.search);
    UrlParts there;
    try {
      there = url_parts(url);
    } catch (const Error&) {
      throw Error(ErrorKind::service, "search of " + name_ + ": its next page is at " + without_secrets(url) +
                                          "; only http and https are followed");
    }
    if (here.scheme == "https" && there.scheme == "http") {
      if (here.host != there.host) {
        throw Error(ErrorKind::service, "search of " + name_ + ": its next page is at " +
                                            without_secrets(url) +
                                            ", which is not encrypted; that is not followed");
      }
      url = "https" + url.substr(4);  // services behind a gateway often do not know better
    }
    const auto method = link.text("method");
    const Json* body = link.find("body");
    request.post = method ? lower(*method) == "post" : body != nullptr;
    const Json* merge = link.find("merge");
    const bool merged = merge != nullptr && merge->truth().value_or(false);
    if (!merged) {
      request.body = body != nullptr ? *body : request.post ? request.body : Json::object();
      request.headers.clear();
    } else if (body != nullptr) {
      for (const auto& [key, value] : body->members()) request.body.set(key, value);
    }
    if (const Json* headers = link.find("headers")) take_headers(*headers, request);
    request.url = url;
    if (request.post || url.find("limit=") != std::string::npos) set_limit(request);
    if (!request.post) request.body = Json::object();
  }

  // Headers a service asks to be sent with the next page: texts, and none that steer the connection.
  static void take_headers(const Json& headers, PageRequest& request) {
    for (const auto& [name, value] : headers.members()) {
      const std::string small = lower(name);
      const bool steering = small == "host" || small == "content-length" || small == "transfer-encoding" ||
                            small == "connection" || small == "authorization" || small == "cookie";
      const Json& one = value.is_array() && !value.items().empty() ? value.items().front() : value;
      const std::string text = one.scalar().value_or("");
      if (steering || text.empty() || text.size() > 4096 || (name + text).find_first_of("\r\n:") == 0 ||
          (name + text).find_first_of("\r\n") != std::string::npos) {
        continue;
      }
      std::erase_if(request.headers, [&](const HttpHeader& header) { return lower(header.name) == small; });
      request.headers.push_back({name, text});
    }
  }

  const std::string name_, host_;
  const ItemQuery& query_;
  const SourceContext& context_;
  const ItemSink& sink_;
  const Abilities can_;
  int limit_;
  bool filtered_ = false;
  std::size_t pages_ = 0, taken_ = 0, repeats_ = 0;
  int empty_ = 0;
  std::optional<double> told_count_;
  std::unordered_set<std::size_t> seen_, asked_;
};

}  // namespace

void read_service(const std::string& url, const Json& landing_page, const ItemQuery& query,
                  const SourceContext& context, const ItemSink& sink) {
  Service(url, landing_page, query, context, sink).read();
}

}  // namespace isotherm
