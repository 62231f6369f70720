#!/usr/bin/env python3
"""Kills a fetch without notice at random moments and lets it go on.

Run: kill_test.py PROGRAM [rounds] [seed]

Each round fetches 200 assets (25 items of 8) from loopback, is killed (SIGKILL) at one to three random moments, and goes
on with --resume. In the end every file has the server's bytes, nothing else lies in the folder, nothing that was whole
at a kill was asked for again, and what was in part was asked for from where its part ended.
"""
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stores  # noqa: E402

ITEMS, ASSETS = 25, 8


class SlowWriter:
    """Sends in pieces, with pauses, so that kills meet files in part."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        for start in range(0, len(data), 16384):
            self.file.write(data[start:start + 16384])
            time.sleep(0.004)

    def __getattr__(self, name):
        return getattr(self.file, name)


class Handler(stores.Handler):
    def setup(self):
        super().setup()
        self.wfile = SlowWriter(self.wfile)


def make_files(folder):
    """Files of 0 to 300 kB and their items."""
    chance, items = random.Random(7), []
    for n in range(ITEMS):
        item = {"type": "Feature", "stac_version": "1.0.0", "id": f"scene-{n:02d}", "collection": "c", "bbox": [8, 48, 9, 49],
                "geometry": {"type": "Point", "coordinates": [8.5, 48.5]}, "links": [], "assets": {},
                "properties": {"datetime": f"2020-06-{n + 1:02d}T10:00:00Z"}}
        (folder / item["id"]).mkdir(parents=True)
        for k in range(ASSETS):
            (folder / item["id"] / f"b{k}.bin").write_bytes(chance.randbytes(chance.choice([0, 500, 20000, 100000, 300000])))
            item["assets"][f"b{k}"] = {"href": f"{{url}}/files/{item['id']}/b{k}.bin"}
        items.append(item)
    return {"type": "FeatureCollection", "features": items}


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix == ".bin"}


def state(out):
    """What a killed fetch left: paths that are whole by the manifest, and sizes of parts that may be continued."""
    last = {}
    manifest = out / "manifest.jsonl"
    for line in manifest.read_text().splitlines() if manifest.exists() else []:
        try:
            told = json.loads(line)
            last[told["path"]] = told
        except ValueError:
            pass  # torn by the kill
    whole = {path for path, told in last.items() if told["status"] == "done"}
    parts = {path: (out / (path + ".part")).stat().st_size for path, told in last.items()
             if told["status"] == "started" and (out / (path + ".part")).exists()}
    return whole, {path: size for path, size in parts.items() if size > 0}


def check_requests(lines, whole, parts):
    """No request after a kill asks for what was there."""
    for line in lines:
        path = line["path"].removeprefix("/files/")
        assert path not in whole, f"{path} was whole and is asked for again"
        if path in parts:
            size = parts.pop(path)  # the first request for it; a later one would be a new try
            first = int(re.fullmatch(r"bytes=(\d+)-", line["range"] or "bytes=0-").group(1))
            assert first == size, f"{path}: {size} bytes were there, asked for from {first}"


def one_round(program, server, items, out, whole_time, chance):
    shutil.rmtree(out, ignore_errors=True)
    environment = {**os.environ, "no_proxy": "127.0.0.1"}
    first = [program, "fetch", str(items), "--assets", "all", "-o", str(out), "--rate", "10000", "-q"]
    words, kills = first, 0
    for _ in range(chance.randint(1, 3)):
        process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, whole_time))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        time.sleep(0.05)  # the server notices
        words = [program, "fetch", "--resume", str(out), "--rate", "10000", "-q"] if (out / "fetch.json").exists() else first
        whole, parts = state(out)
        mark = len(server.log.lines)
    done = subprocess.run(words, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = kills, len(whole), len(parts)
    check_requests(map(json.loads, server.log.lines[mark:]), whole, parts)
    return counts


def main():
    program = str(Path(sys.argv[1]).resolve())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory(prefix="isotherm-kill-") as name:
        folder = Path(name)
        collection = make_files(folder / "files")
        server = stores.start(folder / "files")
        server.RequestHandlerClass = Handler
        items, out = folder / "items.json", folder / "out"
        items.write_text(json.dumps(collection).replace("{url}", server.url))
        wanted = digests(folder / "files")
        begin = time.time()
        subprocess.run([program, "fetch", str(items), "--assets", "all", "-o", str(out), "--rate", "10000", "-q"], check=True,
                       env={**os.environ, "no_proxy": "127.0.0.1"})
        whole_time = time.time() - begin
        expected = sorted(str(path.relative_to(out)) for path in out.rglob("*"))
        killed = 0
        for n in range(rounds):
            kills, whole, parts = one_round(program, server, items, out, whole_time, chance)
            killed += kills
            assert digests(out) == wanted, "the bytes differ"
            found = sorted(str(path.relative_to(out)) for path in out.rglob("*"))
            assert found == expected, f"files left over: {set(found) ^ set(expected)}"
            print(f"round {n + 1}: {kills} kills; at the last {whole} files whole, {parts} in part", flush=True)
        assert killed > 0, "no fetch was killed while at work"
        print(f"{rounds} rounds, {killed} kills, {len(wanted)} files each: same bytes, nothing twice, nothing left over")


if __name__ == "__main__":
    main()
