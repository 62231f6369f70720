"""Answers of recorded services: NAME.exchange.json (method, URI, body, status) beside NAME.response.json.

A request to /HOST/PATH is answered with what HOST said. Recorded addresses in bodies are turned into addresses of the
test server. A POST fits when its paging members (token, next, page) and what it asks for (collections, ids) are the
recorded ones; other members (limit, bbox written otherwise) may differ, for they are the client's choice.
"""
import json
import re
from urllib.parse import parse_qs, urlsplit


def load(folder):
    """List of exchanges: (method, host, path, query, body, status, content type, response text)."""
    exchanges, services = [], set()
    for file in sorted(folder.rglob("*.exchange.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        request = told["request"]
        uri = urlsplit(request["uri"])
        services.add(f"{uri.scheme}://{uri.netloc}")
        text = file.with_name(file.name.replace(".exchange.", ".response.")).read_text(encoding="utf-8")
        exchanges.append((request["method"], uri.netloc, uri.path.rstrip("/"), parse_qs(uri.query),
                          request["body"] or {}, told["status"], told["content_type"], text))
    pattern = re.compile("|".join(re.escape(service) for service in sorted(services)) or "$^")
    return [(*exchange[:7], pattern.sub(lambda found: "{url}/" + found.group(0).split("//")[1], exchange[7]))
            for exchange in exchanges]


def same(one, other):
    """Whether two request bodies ask for the same page of the same things."""
    listed = ("collections", "ids")
    plain = ("token", "next", "page")
    return (all(sorted(one.get(key) or []) == sorted(other.get(key) or []) for key in listed) and
            all(one.get(key) == other.get(key) for key in plain))


def from_query(query):
    """A search as its body would say it."""
    told = {key: values[0] for key, values in query.items()}
    for key in ("collections", "ids"):
        if key in told:
            told[key] = told[key].split(",")
    return told


def answer(exchanges, url, method, path, query, body):
    """(status, body, headers) for a request."""
    host, _, rest = path.lstrip("/").partition("/")
    rest = ("/" + rest).rstrip("/")
    asked = from_query(parse_qs(query))
    try:
        sent = json.loads(body) if body else {}
    except ValueError:
        sent = {}
    for told_method, told_host, told_path, told_query, told_body, status, kind, text in exchanges:
        if (told_method, told_host, told_path) != (method, host, rest):
            continue
        if same(sent, told_body) and same(asked, from_query(told_query)):
            return status, text.replace("{url}", url).encode(), {"Content-Type": kind}
    return 404, {"code": "NotFound", "description": f"not recorded: {method} /{host}{rest}"}, {}
