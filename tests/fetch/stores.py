"""Servers of files that want something before they give them, for tests: a bucket of S3's kind, signed addresses.

    /bucket/KEY       the file KEY of --files for requests signed by AWS signature version 4 (checked, with the key
                      "id"/"secret"), of region us-west-2, that agree to pay (x-amz-request-payer: requester)
    /signed/PATH      the file PATH for addresses with the signature of the day (?sig=...); `expire()` makes it old
    /sas/sign?href=   signs an address, as the Planetary Computer's service does
    /sas/token/A/C    a token for a container
"""
import hashlib
import hmac
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, unquote

sys.path.insert(0, str(Path(__file__).resolve().parent))
import server  # noqa: E402

REGION, KEY_ID, SECRET = "us-west-2", "id", "secret"


def signature(method, path, query, headers, signed, date, region):
    """Signature version 4 of a request (AWS General Reference, "Signing AWS API requests")."""
    canonical = "\n".join([method, path, "&".join(sorted(query.split("&"))) if query else "",
                           *[f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed], "",
                           ";".join(signed), headers.get("x-amz-content-sha256", hashlib.sha256(b"").hexdigest())])
    scope = f"{date[:8]}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET).encode()
    for part in (date[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def bucket_refusal(method, path, query, headers):
    """Why a bucket gives nothing; None when it does."""
    given = dict(part.strip().split("=", 1) for part in headers.get("Authorization", " ").split(" ", 1)[1].split(",")
                 if "=" in part)
    if "Signature" not in given:
        return server.Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
    if "x-amz-content-sha256" not in headers:
        return server.Answer(400, b"<Error><Code>InvalidRequest</Code></Error>")
    region = given["Credential"].split("/")[2]
    if region != REGION:
        return server.Answer(400, b"<Error><Code>AuthorizationHeaderMalformed</Code></Error>",
                             {"x-amz-bucket-region": REGION})
    right = signature(method, path, query, headers, given["SignedHeaders"].split(";"), headers["X-Amz-Date"], region)
    if given["Credential"].split("/")[0] != KEY_ID or given["Signature"] != right:
        return server.Answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
    if headers.get("x-amz-request-payer") != "requester" or "x-amz-request-payer" not in given["SignedHeaders"]:
        return server.Answer(403, b"<Error><Code>AccessDenied: requester pays</Code></Error>")
    return None


class Handler(server.Handler):
    def answer(self, body):
        path, _, query = self.path.partition("?")
        stores = self.server.stores
        if path.startswith("http://"):  # asked as a proxy: the host is another, the files are these
            path = "/" + path[7:].partition("/")[2]
        if path.startswith("/bucket/"):
            refusal = bucket_refusal(self.command, path, query, self.headers)
            if refusal:
                return refusal
            answer = server.file_answer(self.server.options.files, unquote(path[8:]), self.headers)
            answer.headers["x-amz-request-id"] = "1"
            return answer
        if path.startswith("/signed/"):
            if parse_qs(query).get("sig") != [f"secret{stores.day}"]:
                return server.Answer(403, b"signature expired")
            stores.count()
            return server.file_answer(self.server.options.files, path[8:], self.headers)
        if path == "/sas/sign":
            href = parse_qs(query)["href"][0].partition("?")[0]
            return server.Answer(200, {"href": f"{href}?sig=secret{stores.day}", "msft:expiry": "2999-01-01T00:00:00Z"})
        if path.startswith("/sas/token/"):
            return server.Answer(200, {"token": f"sig=secret{stores.day}", "msft:expiry": stores.token_end})
        if "Authorization" in self.headers and path.startswith("/login/"):
            ok = self.headers["Authorization"] == "Bearer opensesame"
            return server.file_answer(self.server.options.files, path[7:], self.headers) if ok else server.Answer(401)
        if path.startswith("/login/"):
            return server.Answer(200, b"<html>log in</html>", {"Content-Type": "text/html; charset=utf-8"})
        return super().answer(body)


class Stores:
    """What the signature of the day is, and when it ends."""

    def __init__(self):
        self.lock, self.day, self.given, self.ends_after = threading.Lock(), 1, 0, -1
        self.token_end = "2999-01-01T00:00:00Z"

    def expire(self):
        with self.lock:
            self.day += 1

    def count(self):
        """A request was let pass; the signature ends after so many."""
        with self.lock:
            self.given += 1
            if self.given == self.ends_after:
                self.day += 1


class Options(SimpleNamespace):
    """The server's options; those not given are off."""

    def __getattr__(self, name):
        return None


def start(files, items=None):
    """A running server with stores."""
    made = server.Server(Options(files=Path(files), items=items))
    made.stores = Stores()
    made.RequestHandlerClass = Handler
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made


def quoted(href):
    return quote(href, safe="")
