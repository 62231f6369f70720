#!/usr/bin/python3
"""The laws of large runs on full-size scenes: whatever cuts the work, the bytes are the same, and no pixel is lost.

Run: [ISOTHERM=program] [SEED=1] large_laws.py FOLDER [hexagons|squares|triangles]...

FOLDER holds the scenes of scripts/bench.sh (scripts/make_bench_scene.py makes one). Not a part of the suite: it takes
minutes. Needs python3-numpy and python3-gdal. For hexagons, squares of another CRS and overlapping triangles, drawn by
the seed, one run is the measure; runs with other threads, memory, shares and coverage from a file must give its bytes.
Counts over a grid must add up to the valid pixels, which are counted here from the stored numbers.
"""
import csv
import filecmp
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from osgeo import gdal

gdal.UseExceptions()
PROGRAM = os.path.abspath(os.environ.get("ISOTHERM", "build/release/isotherm"))
CLEAR = 21824  # of QA_PIXEL in the made scenes: the one value without cloud, rim, shadow or fill
TRUSTED = (293, 61440)  # stored ST_B10 of Collection 2
COUNTS = 1e-8  # relative: weights are kept as float32, numbers in the table have ten digits


def layer(scene, suffix):
    return gdal.Open(str(next(scene.glob("*_" + suffix)))).ReadAsArray()


def valid_pixels(scene):
    stored = layer(scene, "ST_B10.TIF")
    clear = layer(scene, "QA_PIXEL.TIF") == CLEAR
    return int(numpy.count_nonzero(clear & (stored >= TRUSTED[0]) & (stored <= TRUSTED[1])))


def triangles(scene, chance, path):
    """Overlapping triangles from a few pixels to a quarter of the scene."""
    data = gdal.Open(str(next(scene.glob("*_ST_B10.TIF"))))
    west, pixel, _, north, _, _ = data.GetGeoTransform()
    features = []
    for number in range(400):
        x = west + pixel * data.RasterXSize * chance.random()
        y = north - pixel * data.RasterYSize * chance.random()
        reach = 10 ** chance.uniform(1.5, 4.8)
        start = chance.uniform(0, 2 * math.pi)
        ring = [[x + reach * math.cos(start + k * 2.1), y + reach * math.sin(start + k * 2.1)] for k in range(3)]
        features.append({"type": "Feature", "properties": {"n": number},
                         "geometry": {"type": "Polygon", "coordinates": [ring + ring[:1]]}})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


class Laws:
    def __init__(self, scenes, folder):
        self.scenes, self.folder, self.chance, self.broken = scenes, folder, random.Random(), 0

    def run(self, *arguments):
        started = time.monotonic()
        subprocess.run([PROGRAM, *map(str, arguments), "--quiet", "--overwrite"], check=True, cwd=self.folder)
        return time.monotonic() - started

    def say(self, holds, what, seconds):
        self.broken += not holds
        print(f"  {'ok    ' if holds else 'BROKEN'} {what}, {seconds:.1f} s", flush=True)

    def cut_in_any_way(self, title, *zones):
        print(title, flush=True)
        work = ["zonal", *self.scenes, "--index", "lst_c,ndvi", "--stat", "mean,count,stdev,median,max", *zones]
        seconds = self.run(*work, "--threads", 2, "--memory", "1G", "-o", "one.csv")
        print(f"  measure: 2 threads, 1G, {seconds:.1f} s", flush=True)

        def same(what, seconds):
            self.say(filecmp.cmp(self.folder / "one.csv", self.folder / "other.csv", shallow=False), what, seconds)

        for threads, memory in ((1, f"{self.chance.randint(200, 400)}M"), (self.chance.randint(3, 7), "2G")):
            seconds = self.run(*work, "--threads", threads, "--memory", memory, "-o", "other.csv")
            same(f"threads {threads}, memory {memory}", seconds)
        shares = self.chance.randint(3, 7)
        seconds = sum(self.run(*work, "--threads", self.chance.randint(1, 3), "--shard", f"{k}/{shares}", "-o", f"{k}.part")
                      for k in range(1, shares + 1))
        seconds += self.run("merge", *(f"{k}.part" for k in range(shares, 0, -1)), "-o", "other.csv")
        same(f"{shares} shares, merged", seconds)
        same("while coverage is saved", self.run(*work, "--save-coverage", "c.cov", "-o", "other.csv"))
        same("coverage loaded, 3 threads, 300M",
             self.run(*work, "--coverage-from", "c.cov", "--threads", 3, "--memory", "300M", "-o", "other.csv"))

    def nothing_lost(self, title):
        """Sums of the counts of the last measure, by scene."""
        sums = {}
        with open(self.folder / "one.csv", newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                sums.setdefault(row["scene"], []).append(float(row["lst_c_count"]))
        for scene in self.scenes:
            valid, counted = valid_pixels(scene), math.fsum(sums[scene.name])
            self.say(abs(counted - valid) <= COUNTS * valid, f"{title}: {counted:.6f} counted, {valid} valid pixels", 0)


def main():
    source, seed = Path(sys.argv[1]).resolve(), int(os.environ.get("SEED", "1"))
    scenes = sorted(p for p in source.glob("LC0*") if p.is_dir())
    print(f"program {PROGRAM}, seed {seed}, {len(scenes)} scenes")
    with tempfile.TemporaryDirectory(prefix="isotherm-laws-") as name:
        laws = Laws(scenes, Path(name))
        for shape in sys.argv[2:] or ["hexagons", "squares", "triangles"]:
            laws.chance = chance = random.Random(f"{seed} {shape}")
            if shape == "hexagons":
                laws.cut_in_any_way(shape, "--zones", f"hex:{chance.randint(250, 500)}")
            elif shape == "squares":
                laws.cut_in_any_way("squares of another CRS", "--zones", f"square:{chance.randint(250, 500)}", "--crs", "EPSG:32633")
            else:
                path = Path(name) / "t.geojson"
                laws.cut_in_any_way("overlapping triangles", "--zones", triangles(scenes[0], chance, path))
            if shape != "triangles":
                laws.nothing_lost(shape)
    print("all laws hold" if laws.broken == 0 else f"{laws.broken} laws broken")
    return 1 if laws.broken else 0


if __name__ == "__main__":
    sys.exit(main())
