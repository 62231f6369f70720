#!/usr/bin/env python3
"""Times the cases of scripts/bench.sh and prints Markdown tables.

Floor and case run in turn, several times; medians of wall time and their ratio, processor seconds and peak memory.
Peers that are found on PATH (gdal_calc.py, ogr2ogr, exactextract) run once after their case. --only TEXT runs the
cases whose title holds it.
"""
import argparse
import json
import math
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

MEANS = "mean,min,max,stdev,count"


def run(command, **more):
    """Wall seconds, processor seconds and peak memory in MiB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, **more)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(str(word) for word in command)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def star(generator, x, y):
    """An irregular ring of 30 corners about a place, 300 m to 1.5 km wide."""
    points = []
    for k in range(30):
        angle, radius = 2 * math.pi * (k + generator.random() * 0.9) / 30, generator.uniform(150, 750)
        points.append([x + radius * math.cos(angle), y + radius * math.sin(angle)])
    return points + points[:1]


def make_polygons(path, west, north, width, height):
    generator = random.Random(1)
    features = []
    for n in range(3000):
        x, y = west + generator.random() * width, north - generator.random() * height
        features.append({"type": "Feature", "properties": {"id": n},
                         "geometry": {"type": "Polygon", "coordinates": [star(generator, x, y)]}})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    Path(path).write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))


class Bench:
    def __init__(self, options):
        self.o, self.out = options, Path(options.out)
        self.worker = ["--overwrite", "--quiet"]
        self.polygons = self.out / "polygons.json"
        if not self.polygons.exists():
            make_polygons(self.polygons, 480000, 5760000, 60000, 60000)

    def files(self, scene, bands):
        return [path for band in bands for path in sorted(Path(scene).glob(f"*_{band}.TIF"))]

    def decode(self, scene, bands, threads=None):
        return [self.o.floor, threads or self.o.threads, *self.files(scene, bands)]

    def zonal(self, scenes, zones, stats, name, *more, threads=None):
        scenes = scenes if isinstance(scenes, list) else [scenes]
        return [self.o.program, "zonal", *scenes, "--index", "ndvi,lst_c", "--zones", zones, "--stat", stats, "-o",
                self.out / name, *self.worker, "--threads", threads or self.o.threads, *more]

    def index(self, indices, name, compression):
        return [self.o.program, "index", self.o.scene, "--index", indices, "--mask", "none", "--compress", compression,
                "-o", self.out / name, *self.worker, "--threads", self.o.threads]

    def wanted(self, title):
        return self.o.only.lower() in title.lower()

    def case(self, title, command, floor=None, encode=None):
        """A row of the first table. `encode`: (compression, output) whose writing belongs to the floor."""
        if not self.wanted(title):
            return None
        run(command)  # warm, and there is an output to encode again
        rows, floors = [], []
        for _ in range(self.o.runs):
            base, work = run(floor)[:2] if floor else (0, 0)
            if encode:
                again = [self.o.encode, self.o.threads, encode[0], self.out / encode[1], self.out / "again.tif"]
                more = subprocess.run([str(word) for word in again], check=True, capture_output=True, text=True).stdout
                base, work = base + float(more.split()[0]), work + float(more.split()[1])
            floors.append((base, work))
            rows.append(run(command))
        wall, cpu, peak = (statistics.median(row[k] for row in rows) for k in range(3))
        show = ["", "", "", ""]
        if floor:
            show[:2] = (f"{statistics.median(each[k] for each in floors):.2f}" for k in range(2))
            show[2:] = (f"{statistics.median(row[k] / each[k] for row, each in zip(rows, floors)):.2f}" for k in range(2))
        print(f"| {title} | {wall:.2f} | {cpu:.2f} | {' | '.join(show)} | {peak:.0f} |", flush=True)
        return wall

    def peer(self, title, tool, command):
        if shutil.which(tool) and self.wanted(title):
            wall, cpu, peak = run(command, stderr=subprocess.DEVNULL)
            print(f"| {tool}: {title} | {wall:.2f} | {cpu:.2f} | | | | | {peak:.0f} |", flush=True)

    def rasters(self):
        two = self.decode(self.o.scene, ("SR_B4", "SR_B5"))
        red, nir = self.files(self.o.scene, ("SR_B4", "SR_B5"))
        for word, gdal in (("none", "NONE"), ("deflate", "DEFLATE")):
            name = f"ndvi_{word}.tif"
            self.case(f"NDVI of the scene, float32, {word}", self.index("ndvi", name, word), two, (gdal, name))
            self.peer(f"NDVI of the scene, float32, {word}", "gdal_calc.py",
                      ["gdal_calc.py", "-A", nir, "-B", red, "--calc", "(A.astype(float32)-B)/(A.astype(float32)+B)", "--type",
                       "Float32", "--co", "TILED=YES", "--co", f"COMPRESS={gdal}", "--overwrite", "--quiet", "--outfile",
                       self.out / "peer.tif"])
        bands = [f"SR_B{k}" for k in range(2, 8)]
        if len(self.files(self.o.scene, bands)) == 6:
            ten = "ndvi,ndbi,ndwi,mndwi,savi,evi,bsi,nbr,ui,msavi"
            self.case("ten indices in one pass, float32, none", self.index(ten, "ten.tif", "none"),
                      self.decode(self.o.scene, bands), ("NONE", "ten.tif"))

    def tables(self):
        bands = ("SR_B4", "SR_B5", "ST_B10", "QA_PIXEL")
        crop, full = self.decode(self.o.crop, bands), self.decode(self.o.scene, bands)
        lean = ("--columns", "cell_id")
        self.case("crop, 360,000 squares of 100 m, means, CSV", self.zonal(self.o.crop, "square:100", MEANS, "sq.csv"), crop)
        means = self.case("crop, hexagons of 100 m, means, CSV", self.zonal(self.o.crop, "hex:100", MEANS, "hex.csv"), crop)
        self.ready(lean)
        more = self.case("crop, hexagons, means, median, p10, p90, CSV",
                         self.zonal(self.o.crop, "hex:100", MEANS + ",median,p10,p90", "hexq.csv"), crop)
        if means and more:
            print(f"| (quantiles added: {more / means:.2f} times the means) | | | | | | | |")
        self.case("crop, hexagons of 100 m, means, GeoJSON", self.zonal(self.o.crop, "hex:100", MEANS, "hex.geojson"), crop)
        self.case("scene, hexagons of 100 m, means, CSV of ids and values",
                  self.zonal(self.o.scene, "hex:100", MEANS, "full.csv", *lean), full)
        self.case("scene, squares of 100 m, means, CSV of ids and values",
                  self.zonal(self.o.scene, "square:100", MEANS, "full.csv", *lean), full)
        self.case("scene, hexagons of 100 m, means, CSV with all columns",
                  self.zonal(self.o.scene, "hex:100", MEANS, "full.csv"), full)
        self.case("scene, 3,000 irregular polygons, mean, median, stdev, mode",
                  self.zonal(self.o.scene, self.polygons, "mean,median,stdev,mode", "polygons.csv"), None)
        folded = ("--period", "year", *lean)
        one = self.case("scene, hexagons, one date folded into its year",
                        self.zonal(self.o.scene, "hex:100", MEANS, "one.csv", *folded), full)
        two = self.case("scene, hexagons, two dates folded into their year",
                        self.zonal([self.o.scene, self.o.second], "hex:100", MEANS, "two.csv", *folded), full)
        if one and two:
            run(full)
            base = statistics.median(run(full)[0] for _ in range(self.o.runs))
            print(f"| (one more date: {two - one:.2f} s, {(two - one) / base:.2f} times decoding it) | | | | | | | |")

    def ready(self, lean):
        """The two quantities as rasters of their own, which is what tools are given that know no bands."""
        both = self.out / "ready.tif"
        title = "crop, NDVI and LST ready as float32 rasters, {}, means, CSV of ids and values"
        kinds = (("squares of 100 m", "square:100"), ("hexagons of 100 m", "hex:100"))
        if any(self.wanted(title.format(name)) for name, _ in kinds):
            run([self.o.program, "index", self.o.crop, "--index", "ndvi,lst_c", "--compress", "none", "-o", both, *self.worker])
        for name, zones in kinds:
            self.case(title.format(name),
                      [self.o.program, "zonal", both, "--zones", zones, "--stat", MEANS, "-o", self.out / "ready.csv",
                       *self.worker, "--threads", self.o.threads, *lean], [self.o.floor, self.o.threads, both])

    def cells(self):
        name = self.out / "cells.geojson"
        command = [self.o.program, "grid", self.o.crop, "--zones", "hex:100", "-o", name, *self.worker, "--threads",
                   self.o.threads]
        wall = self.case("crop, hexagons written as GeoJSON", command)
        if wall:
            cells = sum(1 for line in open(name, encoding="ascii") if line.startswith('{"type":"Feature",'))
            print(f"| ({cells / wall:,.0f} cells a second) | | | | | | | |")
            stored = self.out / "cells.gpkg"
            run([*command[:5], "-o", stored, *self.worker])
            self.peer("crop, hexagons written as GeoJSON", "ogr2ogr",
                      ["ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=7",
                       self.out / "peer.geojson", stored])
            (self.out / "peer.geojson").unlink(missing_ok=True)

    def threads(self):
        if not self.wanted("threads"):
            return
        print("\n| case | one thread s | two threads s | times as fast |\n| --- | --- | --- | --- |")
        for title, scene, zones in (("crop, hexagons of 100 m, means", self.o.crop, "hex:100"),
                                    ("scene, hexagons of 100 m, means", self.o.scene, "hex:100"),
                                    ("scene, 3,000 polygons", self.o.scene, self.polygons)):
            walls = [statistics.median(run(self.zonal(scene, zones, MEANS, "t.csv", "--columns", "cell_id", threads=n))[0]
                                       for _ in range(self.o.runs)) for n in (1, 2)]
            print(f"| {title} | {walls[0]:.2f} | {walls[1]:.2f} | {walls[0] / walls[1]:.2f} |", flush=True)

    def memory(self):
        if not self.wanted("memory"):
            return
        print("\n| pixels | cells | budget | peak MiB | blocks decoded again |\n| --- | --- | --- | --- | --- |")
        timing = self.out / "timing.json"
        for side in (4, 2, 1):
            width, height = 7600 / side * 30, 7700 / side * 30
            box = f"389985,{5850015 - height},{389985 + width},5850015"
            for budget in ("1G", "256M"):
                peak = run(self.zonal(self.o.scene, "hex:100", MEANS, "m.csv", "--aoi", box, "--aoi-crs", "EPSG:32632",
                                      "--memory", budget, "--timing", timing))[2]
                seen = json.loads(timing.read_text())
                print(f"| {7600 * 7700 // side ** 2:,} | {seen['zones']:,} | {budget} | {peak:.0f} | "
                      f"{seen['blocks_repeated']} of {seen['blocks_decoded']} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "floor", "encode", "scene", "second", "crop", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    bench = Bench(parser.parse_args())
    print(f"{date.today()}, {bench.o.threads} threads, {platform.machine()}, medians of {bench.o.runs} runs\n")
    print("| case | wall s | CPU s | floor: wall s | floor: CPU s | times the floor: wall | CPU | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    bench.rasters()
    bench.tables()
    bench.cells()
    bench.threads()
    bench.memory()


if __name__ == "__main__":
    main()
