#!/usr/bin/env python3
"""A small HTTP server on loopback for tests: files, recorded STAC services, a made STAC service, and faults on demand.

Run: server.py [--files DIR] [--recorded DIR] [--items DIR] [--rules FILE] [--log FILE] [--tls DIR] [-- COMMAND...]

With a command: runs it by bash with $URL set to the server's address, ends when it ends, with its exit code.
Without: prints its address as the first line and serves until standard input is closed or it is killed.
With --tls it speaks https, by a certificate it makes (openssl) in DIR/cert.pem; $PLAIN is then its address by http.

    /files/...        files below --files: Range, If-Range, ETag (MD5 of the content), Last-Modified, HEAD
    /HOST/...         what HOST answered, from --recorded (see replay.py)
    /stac/STYLE/...   a STAC API over the items below --items (see stac_service.py); STYLE chooses how it behaves
    /_log             the requests so far, JSON lines: method, path, range, status, bytes (of the body, as sent)
    /_rules           POST a JSON list of rules (they come before the older ones); DELETE forgets all

A rule is an object; the first that fits is used:
    path      regular expression, searched in "path?query"
    after     requests that fit and are let pass first (0)
    times     requests it is used for, then it is spent (1; -1: always)
    do        one of
      status    answers with "status" (503), "retry_after" (seconds, or "date:SECONDS" for a date so far ahead), "body"
      redirect  to "to" ("{url}" is the server's address, "{path}" the path asked for)
      slow      waits "seconds" (1), then sends "rate" bytes a second (0: all at once)
      silent    never answers (the connection stays open for "seconds", 30)
      reset     resets the connection after "bytes" (0) of the body
      cut       closes it after "bytes" of the body, the announced length being the whole
      length    announces "add" (1) bytes more than there are, or fewer
      chunked   sends the body in chunks of "bytes" (1000)
      gzip      sends the body packed, when the request accepts that
      replace   sends "body" in its place (status 200)
      corrupt   turns over a bit of the byte at "bytes"
Python's standard library only.
"""
import argparse
import email.utils
import gzip
import hashlib
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import replay  # noqa: E402
import stac_service  # noqa: E402


class Answer:
    """What is about to be sent."""

    def __init__(self, status=200, body=b"", headers=None):
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = headers or {}


class Rules:
    """Faults still to come."""

    def __init__(self):
        self.lock, self.rules = threading.Lock(), []

    def add(self, rules):
        with self.lock:
            self.rules = [dict(rule) for rule in rules] + self.rules

    def clear(self):
        with self.lock:
            self.rules = []

    def take(self, path):
        """The rule for this request, none when it is to be answered as usual."""
        with self.lock:
            for rule in self.rules:
                if rule.get("times", 1) == 0 or not re.search(rule["path"], path):
                    continue
                if rule.get("after", 0) > 0:
                    rule["after"] -= 1
                    continue
                if rule.get("times", 1) > 0:
                    rule["times"] = rule.get("times", 1) - 1
                return dict(rule)
        return None


class Log:
    """Every request with the bytes its answer took."""

    def __init__(self, path):
        self.lock, self.lines = threading.Lock(), []
        self.file = open(path, "w", encoding="utf-8") if path else None

    def add(self, line):
        text = json.dumps(line)
        with self.lock:
            self.lines.append(text)
            if self.file:
                self.file.write(text + "\n")
                self.file.flush()


def file_answer(folder, name, headers, digests={}):
    """A file, whole or the range asked for (RFC 9110, section 14)."""
    path = (folder / name).resolve() if folder else None
    if path is None or folder.resolve() not in path.parents or not path.is_file():
        return Answer(404, {"code": "NotFound", "description": "no such file"})
    content = path.read_bytes()
    key = (str(path), path.stat().st_mtime_ns, len(content))
    if key not in digests:
        digests[key] = hashlib.md5(content).hexdigest()
    etag = f'"{digests[key]}"'
    modified = email.utils.formatdate(int(path.stat().st_mtime), usegmt=True)
    kind = "application/json" if path.suffix in (".json", ".geojson") else "application/octet-stream"
    told = {"ETag": etag, "Last-Modified": modified, "Accept-Ranges": "bytes", "Content-Type": kind}
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", headers.get("Range", ""))
    if not asked or asked.group(0) == "bytes=-" or headers.get("If-Range", etag) not in (etag, modified):
        return Answer(200, content, told)
    first, last = asked.group(1), asked.group(2)
    if first == "":
        begin, end = max(0, len(content) - int(last)), len(content)
    else:
        begin, end = int(first), min(len(content), int(last) + 1 if last else len(content))
    if begin >= end:
        return Answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
    told["Content-Range"] = f"bytes {begin}-{end - 1}/{len(content)}"
    return Answer(206, content[begin:end], told)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True  # head and body are sent apart; waiting for an acknowledgement costs 40 ms

    def log_message(self, *_):
        pass

    def answer(self, body):
        """The answer of a server without faults."""
        path, _, query = self.path.partition("?")
        options = self.server.options
        if path.startswith("/files/"):
            return file_answer(options.files, path[7:], self.headers)
        if path.startswith("/stac/"):
            return Answer(*stac_service.answer(self.server.items, self.server.url, self.command, path, query, body,
                                               self.headers))
        return Answer(*replay.answer(self.server.recorded, self.server.url, self.command, path, query, body))

    def control(self, body):
        """Log and rules."""
        if self.path == "/_log":
            return Answer(200, "".join(line + "\n" for line in list(self.server.log.lines)).encode())
        if self.command == "POST":
            self.server.rules.add(json.loads(body))
        else:
            self.server.rules.clear()
        return Answer(204)

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_"):
            self.send(self.control(body), {})
            return
        rule = self.server.rules.take(self.path) or {}
        do = rule.get("do", "")
        if do == "status":
            answer = Answer(rule.get("status", 503), rule.get("body", b""))
            wait = str(rule.get("retry_after", ""))
            if wait.startswith("date:"):
                wait = email.utils.formatdate(time.time() + float(wait[5:]), usegmt=True)
            if wait:
                answer.headers["Retry-After"] = wait
        elif do == "redirect":
            to = rule["to"].replace("{url}", self.server.url).replace("{path}", self.path)
            answer = Answer(rule.get("status", 302), b"", {"Location": to})
        elif do == "replace":
            text = rule["body"]
            answer = Answer(200, text.encode() if isinstance(text, str) else text)
        else:
            answer = self.answer(body)
        line = {"method": self.command, "path": self.path, "range": self.headers.get("Range", ""),
                "status": answer.status, "rule": do, "bytes": 0}
        for name in ("Authorization", "x-amz-request-payer", "If-Range"):
            if self.headers.get(name):
                line[name.lower()] = self.headers[name]
        if body:
            line["body"] = body.decode(errors="replace")
        try:
            line["bytes"] = self.send(answer, rule)
        except (BrokenPipeError, ConnectionError) as error:
            line["broken"] = str(error)
            self.close_connection = True
        self.server.log.add(line)

    do_GET = do_HEAD = do_POST = do_DELETE = handle_request

    def send(self, answer, rule):
        """Sends the answer with the fault a rule wants. Returns the bytes of the body that went out."""
        do, body = rule.get("do", ""), answer.body
        if do == "silent":
            self.close_connection = True
            time.sleep(rule.get("seconds", 30))
            return 0
        if do == "slow":
            time.sleep(rule.get("seconds", 1))
        if do == "corrupt" and body:
            at = rule.get("bytes", 0) % len(body)
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        if do == "gzip" and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            answer.headers["Content-Encoding"] = "gzip"
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if do == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != 204:
            self.send_header("Content-Length", str(len(body) + (rule.get("add", 1) if do == "length" else 0)))
        self.end_headers()
        if self.command == "HEAD":
            return 0
        if do == "chunked":
            step = rule.get("bytes", 1000)
            for start in range(0, len(body), step):
                piece = body[start:start + step]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return len(body)
        if do in ("reset", "cut"):
            body = body[:rule.get("bytes", 0)]
        if do == "slow" and rule.get("rate", 0) > 0:
            for start in range(0, len(body), rule["rate"]):
                self.wfile.write(body[start:start + rule["rate"]])
                time.sleep(1)
        else:
            self.wfile.write(body)
        if do in ("reset", "cut", "length"):
            self.close_connection = True
        if do == "reset":
            time.sleep(0.05)  # what was sent is to arrive before the reset overtakes it
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        return len(body)

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass  # the connection was reset on purpose


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, options):
        super().__init__(("127.0.0.1", 0), Handler)
        self.options = options
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        if options.tls:
            self.use_tls(options.tls)
        self.rules, self.log = Rules(), Log(options.log)
        self.recorded = replay.load(options.recorded) if options.recorded else []
        self.items = stac_service.load(options.items, self.url) if options.items else []
        if options.rules:
            self.rules.add(json.loads(options.rules if options.rules.startswith("[") else
                                      Path(options.rules).read_text(encoding="utf-8")))

    def use_tls(self, folder):
        """Makes a certificate nobody trusts, and speaks by it."""
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    def handle_error(self, *_):
        pass  # clients that hang up belong to the tests


def main():
    parser = argparse.ArgumentParser(description="HTTP server for tests")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--recorded", type=Path)
    parser.add_argument("--items", type=Path)
    parser.add_argument("--rules", help="a file, or the list itself")
    parser.add_argument("--log")
    parser.add_argument("--tls", type=Path)
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    server = Server(options)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if options.command:
        environment = {**os.environ, "URL": server.url, "PLAIN": server.url.replace("https:", "http:"),
                       "no_proxy": "127.0.0.1"}
        sys.exit(subprocess.run(["bash", "-c", " ".join(options.command)], env=environment, check=False).returncode)
    print(server.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
