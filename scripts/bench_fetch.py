#!/usr/bin/env python3
"""Benchmarks of `isotherm fetch` on loopback; prints the tables of docs/benchmarks/fetch.md.

Run: scripts/bench_fetch.py PROGRAM [FOLDER of a full-size scene, from scripts/make_bench_scene.py]

Many small files: 500 items with 3,000 assets of 2 kB, eight at a time; beside it curl with the same addresses, eight at a
time. The server is Python's, in a process of its own, and is the limit of both.
Cutting: bytes that came over the network for windows of a full-size scene, beside those of the blocks that cover them.
"""
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "tests" / "fetch" / "server.py"


class Loopback:
    """The test server in another process."""

    def __init__(self, files):
        self.process = subprocess.Popen([sys.executable, SERVER, "--files", str(files)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def timed(words):
    """Wall and processor seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    subprocess.run(words, check=True, env={**os.environ, "no_proxy": "127.0.0.1"}, stdout=subprocess.DEVNULL)
    wall, after = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def item(name, assets):
    return {"type": "Feature", "stac_version": "1.0.0", "id": name, "collection": "c", "bbox": [-180, -90, 180, 90], "links": [],
            "geometry": {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]},
            "assets": assets,
            "properties": {"datetime": "2020-06-01T10:00:00Z"}}


def many_small(program, folder):
    files, items = folder / "files", []
    for n in range(500):
        (files / f"i{n}").mkdir(parents=True)
        for k in range(6):
            (files / f"i{n}" / f"b{k}.bin").write_bytes(os.urandom(2000))
    with Loopback(files) as server:
        for n in range(500):
            items.append(item(f"i{n}", {f"b{k}": {"href": f"{server.url}/files/i{n}/b{k}.bin"} for k in range(6)}))
        (folder / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": items}))
        (folder / "urls").write_text("".join(f'url = "{server.url}/files/i{n}/b{k}.bin"\noutput = "{folder}/curl/{n}_{k}"\n'
                                             for n in range(500) for k in range(6)))
        print("| run | wall s | requests/s | processor s | share of wall time waiting |\n| --- | --- | --- | --- | --- |")
        for _ in range(3):
            shutil.rmtree(folder / "out", ignore_errors=True)
            wall, cpu = timed([program, "fetch", folder / "items.json", "--assets", "all", "-o", folder / "out", "--rate",
                               "10000", "--jobs", "8", "-q"])
            print(f"| isotherm fetch | {wall:.2f} | {3000 / wall:.0f} | {cpu:.2f} | {1 - cpu / wall:.2f} |")
            shutil.rmtree(folder / "curl", ignore_errors=True)
            (folder / "curl").mkdir()
            wall, cpu = timed(["curl", "-s", "-S", "--no-progress-meter", "--parallel", "--parallel-max", "8", "-K", folder / "urls"])
            print(f"| curl --parallel | {wall:.2f} | {3000 / wall:.0f} | {cpu:.2f} | {1 - cpu / wall:.2f} |", flush=True)
        wall, _ = timed([program, "fetch", "--resume", folder / "out", "-q"])
        print(f"| isotherm fetch --resume, all there | {wall:.2f} | 0 | | |")


def tiff_blocks(path):
    """Width of blocks and table of their sizes, from the first directory of a classic TIFF."""
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack(order + "I", data[4:8])[0]
    tags = {}
    for n in range(struct.unpack(order + "H", data[at:at + 2])[0]):
        tag, kind, count, value = struct.unpack(order + "HHII", data[at + 2 + 12 * n:at + 14 + 12 * n])
        size = {3: 2, 4: 4}.get(kind)
        if size:
            where = at + 10 + 12 * n if size * count <= 4 else value
            tags[tag] = struct.unpack(f"{order}{count}{'H' if size == 2 else 'I'}", data[where:where + size * count])
    return tags[256][0], tags[322][0], tags[325]


def covering_bytes(path, window):
    width, block, sizes = tiff_blocks(path)
    across = -(-width // block)
    col, row, columns, rows = window
    return sum(sizes[y * across + x] for y in range(row // block, -(-(row + rows) // block))
               for x in range(col // block, -(-(col + columns) // block)))


def cutting(program, scene, folder):
    band = next(scene.glob("*_SR_B4.TIF"))
    with Loopback(scene) as server:
        href = f"{server.url}/files/{band.name}"
        (folder / "one.json").write_text(json.dumps(item("scene", {"red": {"href": href, "type": "image/tiff"}})))
        info = json.loads(subprocess.run([program, "info", str(scene), "--json"], check=True, capture_output=True).stdout)
        grid = info["scenes"][0]["grid"]
        left, step, top = grid["transform"][0], grid["transform"][1], grid["transform"][3]
        print("\n| window, pixels | received, bytes | covering blocks, bytes | ratio with 16 KiB of header | whole file, bytes |\n"
              "| --- | --- | --- | --- | --- |")
        for side in (100, 300, 1000, 3000):
            out = folder / f"cut{side}"
            col = row = 3000
            box = [left + step * col, top - step * (row + side), left + step * (col + side), top - step * row]
            # A rectangle of the raster's own CRS, so that the window is known.
            area = folder / f"area{side}.geojson"
            ring = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]], [box[0], box[1]]]
            area.write_text(json.dumps({"type": "Polygon", "coordinates": [ring],
                                        "crs": {"type": "name", "properties": {"name": grid["crs"]}}}))
            subprocess.run([program, "fetch", folder / "one.json", "--assets", "red", "--aoi", area, "--clip", "-o", out, "-q"],
                           check=True, env={**os.environ, "no_proxy": "127.0.0.1"})
            line = json.loads((out / "manifest.jsonl").read_text().splitlines()[-1])
            made = json.loads((out / "scene" / "scene.json").read_text())["properties"]
            transform, (height, width) = made["proj:transform"], made["proj:shape"]
            window = (round((transform[2] - left) / step), round((top - transform[5]) / step), width, height)
            blocks = covering_bytes(band, window)
            print(f"| {width} x {height} | {line['bytes']:,} | {blocks:,} | {line['bytes'] / (blocks + 16384):.3f} | "
                  f"{line['size']:,} |", flush=True)


def main():
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="isotherm-bench-") as name:
        many_small(program, Path(name))
        if len(sys.argv) > 2:
            cutting(program, Path(sys.argv[2]), Path(name))


if __name__ == "__main__":
    main()
