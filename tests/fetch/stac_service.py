"""A STAC API over a folder of items, as differently as services behave.

/stac/STYLE is its root. STYLE is words joined by "+", with a number behind ":" where one is meant:
    get         searched by GET only, next links GET with a token in the URL
    post        next links POST with the complete body (Planetary Computer: no "merge")
    nomerge     next links POST, "merge": false, "next" in the body (Earth Search v1)
    merge       next links POST, "merge": true, only the token in the body
    page        next links POST with "page" numbers (Earth Search v0)
    header      next links POST, "merge": true, the token in "headers"
    relative    next links are relative references
    emptylast   the last page still has a next link; behind it is an empty page without
    endless     every page has a next link, to itself
    changing    the count told differs from page to page
    large:N     more than N items in a page are refused with status 413
    cap:N       no page is longer than N, whatever the limit
    many:N      N items made on the fly instead of those of the folder
    query, cql2, cql2json   conformance: the query extension, CQL2 filters as text or as JSON (none of them: item search
                alone)
    bare        no conformsTo at all (Earth Search v0)
    static      a catalogue of plain files: root, a child per collection, items; no search
Items are those of *.json below the folder (items and item collections), "{url}" in them being the server's address.
"""
import json
import re
from urllib.parse import parse_qs, urlencode

CORE = ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"]
CQL2 = ["http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter", "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2", "https://api.stacspec.org/v1.0.0/item-search#filter"]
CQL2_JSON = [*CQL2[:1], "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json", *CQL2[2:]]
QUERY = ["https://api.stacspec.org/v1.0.0/item-search#query"]


def load(folder, url):
    """All items, sorted by id."""
    items = []
    for file in sorted(folder.rglob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8").replace("{url}", url))
        items += told["features"] if told.get("type") == "FeatureCollection" else [told]
    return sorted((item for item in items if item.get("type") == "Feature"), key=lambda item: item["id"])


def made(number):
    """Item number `number` of a service that has very many."""
    day = f"20{number // 100000 % 100:02d}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}T10:00:00Z"
    return {"type": "Feature", "stac_version": "1.0.0", "id": f"made-{number:07d}", "collection": "landsat-c2-l2",
            "bbox": [8, 48, 9, 49], "links": [], "assets": {"red": {"href": f"https://example.org/{number}.tif"}},
            "geometry": {"type": "Polygon", "coordinates": [[[8, 48], [9, 48], [9, 49], [8, 49], [8, 48]]]},
            "properties": {"datetime": day, "eo:cloud_cover": number % 100}}


def bounds(geometry):
    """West, south, east, north of a GeoJSON geometry."""
    flat, stack = [], [geometry.get("coordinates") or [g["coordinates"] for g in geometry.get("geometries", [])]]
    while stack:
        one = stack.pop()
        if one and isinstance(one[0], (int, float)):
            flat.append(one[:2])
        else:
            stack += one
    return (min(p[0] for p in flat), min(p[1] for p in flat), max(p[0] for p in flat), max(p[1] for p in flat))


def compare(value, operator, wanted):
    """One comparison of the query extension or of CQL2."""
    if value is None:
        return False
    if isinstance(wanted, (int, float)):
        value = float(value)
    if operator == "in":
        return value in wanted
    tests = {"eq": "==", "=": "==", "neq": "!=", "<>": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
    sign = tests.get(operator, operator)
    return {"==": value == wanted, "!=": value != wanted, "<": value < wanted, "<=": value <= wanted,
            ">": value > wanted, ">=": value >= wanted}[sign]


def cql2_fits(text, properties):
    """Comparisons joined by AND, which is what the tests send."""
    for part in re.split(r"\s+AND\s+", text, flags=re.I):
        found = re.fullmatch(r"\(*\s*\"?([\w:.-]+?)\"?\s*(<=|>=|<>|=|<|>)\s*('[^']*'|[-\d.]+)\s*\)*", part.strip())
        if not found:
            return None
        name, operator, value = found.groups()
        if not compare(properties.get(name), operator, value[1:-1] if value[0] == "'" else float(value)):
            return False
    return True


def cql2_json_fits(node, properties):
    """The same as JSON."""
    if node["op"] == "and":
        return all(cql2_json_fits(part, properties) for part in node["args"])
    name, wanted = node["args"]
    return compare(properties.get(name["property"]), node["op"], wanted)


def fits(item, search):
    """Whether an item is what a search asks for."""
    if search.get("collections") and item.get("collection") not in search["collections"]:
        return False
    if search.get("ids") and item["id"] not in search["ids"]:
        return False
    place = bounds(search["intersects"]) if search.get("intersects") else search.get("bbox")
    if place:
        west, south, east, north = bounds(item["geometry"])
        if west > place[2] or east < place[0] or south > place[3] or north < place[1]:
            return False
    if search.get("datetime"):
        when = item["properties"]["datetime"]
        first, _, last = search["datetime"].partition("/")
        last = last or (first if "/" not in search["datetime"] else "..")
        if (first not in ("", "..") and when < first) or (last != ".." and when > last):
            return False
    for name, tests in (search.get("query") or {}).items():
        if not all(compare(item["properties"].get(name), operator, wanted) for operator, wanted in tests.items()):
            return False
    if isinstance(search.get("filter"), dict):
        return cql2_json_fits(search["filter"], item["properties"])
    return not search.get("filter") or cql2_fits(search["filter"], item["properties"])


def words_of(style):
    """Words of a style with their numbers."""
    return {word.partition(":")[0]: int(word.partition(":")[2] or 0) for word in style.split("+")}


def root(words, base):
    """The landing page."""
    told = {"type": "Catalog", "stac_version": "1.0.0", "id": "made", "description": "a service made for tests",
            "links": [{"rel": "self", "href": base}, {"rel": "root", "href": base}]}
    if "static" in words:
        told["links"].append({"rel": "child", "href": "./landsat/collection.json"})
        return told
    if "bare" not in words:
        told["conformsTo"] = CORE + (CQL2 if "cql2" in words else []) +\
            (CQL2_JSON if "cql2json" in words else []) + (QUERY if "query" in words else [])
    told["links"].append({"rel": "data", "href": base + "/collections"})
    methods = ["GET"] if "get" in words else ["GET", "POST"]
    told["links"] += [{"rel": "search", "href": base + "/search", "method": method} for method in methods]
    return told


def next_link(words, base, search, token):
    """The link to the page behind this one."""
    kind = next((word for word in ("get", "nomerge", "merge", "page", "header") if word in words), "post")
    href = "search" if "relative" in words else base + "/search"
    body = {key: value for key, value in search.items() if key not in ("token", "next", "page")}
    if kind == "get":
        plain = {key: json.dumps(value) if isinstance(value, dict) else
                 ",".join(map(str, value)) if isinstance(value, list) else value for key, value in body.items()}
        return {"rel": "next", "method": "GET", "href": f"{href}?{urlencode({**plain, 'token': token})}"}
    link = {"rel": "next", "method": "POST", "href": href}
    if kind == "post":
        return {**link, "body": {**body, "token": f"next:{token}"}}
    if kind == "nomerge":
        return {**link, "merge": False, "body": {**body, "next": str(token)}}
    if kind == "page":
        return {**link, "merge": False, "body": {**body, "page": token}}
    if kind == "merge":
        return {**link, "merge": True, "body": {"token": str(token)}}
    return {**link, "merge": True, "headers": {"X-Next": [str(token)]}}


def search_answer(items, words, base, search, headers):
    """One page."""
    limit = int(search.get("limit") or 10)
    if "large" in words and limit > words["large"]:
        return 413, {"code": "TooLarge", "description": "Response payload size exceeded"}, {}
    if "cap" in words:
        limit = min(limit, words["cap"])
    token = search.get("token") or search.get("next") or search.get("page") or headers.get("X-Next") or 0
    at = int(str(token).replace("next:", ""))
    if "many" in words:
        count = words["many"]
        page = [made(number) for number in range(at, min(count, at + limit))]
    else:
        found = [item for item in items if fits(item, search)]
        count, page = len(found), found[at:at + limit]
    told = {"type": "FeatureCollection", "features": page, "links": [{"rel": "root", "href": base}]}
    told["numberMatched"] = count + (at if "changing" in words else 0)
    told["numberReturned"] = len(page)
    if "endless" in words:
        told["links"].append(next_link(words, base, search, at or 1))
    elif at + limit < count or ("emptylast" in words and page):
        told["links"].append(next_link(words, base, search, at + limit))
    return 200, told, {"Content-Type": "application/geo+json"}


def answer(items, url, method, path, query, body, headers):
    """(status, body, headers) for a request below /stac/."""
    style, _, rest = path[6:].partition("/")
    words, base = words_of(style), f"{url}/stac/{style}"
    if rest in ("", "/"):
        return 200, root(words, base), {}
    if "static" in words:
        return static(items, rest)
    if rest == "search":
        if method == "POST" and "get" in words:
            return 405, {"code": "MethodNotAllowed", "description": "GET only"}, {}
        search = json.loads(body) if method == "POST" else {key: value[0] for key, value in parse_qs(query).items()}
        if method == "GET":
            for key in ("collections", "ids"):
                if key in search:
                    search[key] = search[key].split(",")
            if "bbox" in search:
                search["bbox"] = [float(number) for number in search["bbox"].split(",")]
            if "intersects" in search:
                search["intersects"] = json.loads(search["intersects"])
        wanted = "cql2json" if isinstance(search.get("filter"), dict) else "cql2"
        if search.get("filter") and wanted not in words or search.get("query") and "query" not in words:
            return 400, {"code": "BadRequest", "description": "filters are not supported here"}, {}
        if wanted == "cql2" and search.get("filter") and cql2_fits(search["filter"], {}) is None:
            return 400, {"code": "BadRequest", "description": "filter cannot be parsed"}, {}
        return search_answer(items, words, base, search, headers)
    return 404, {"code": "NotFound", "description": "no such place"}, {}


def static(items, rest):
    """Files of a static catalogue."""
    if rest == "landsat/collection.json":
        links = [{"rel": "item", "href": f"./{item['id']}/{item['id']}.json"} for item in items]
        links += [{"rel": "parent", "href": "../"}, {"rel": "child", "href": "../"}]  # a ring: it must not be walked twice
        return 200, {"type": "Collection", "stac_version": "1.0.0", "id": "landsat-c2-l2", "description": "made",
                     "license": "proprietary", "extent": {}, "links": links}, {}
    for item in items:
        if rest == f"landsat/{item['id']}/{item['id']}.json":
            return 200, item, {}
    return 404, {"code": "NotFound", "description": "no such file"}, {}
