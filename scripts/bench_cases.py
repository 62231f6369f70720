#!/usr/bin/env python3
"""Times the cases of scripts/bench.sh: floor and case in turn, medians of several runs, peak memory, as a Markdown table."""
import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path


def run(command):
    """Wall seconds, processor seconds and peak memory in MiB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def median(rows, column):
    return statistics.median(row[column] for row in rows)


def cases(options):
    """(title, bands decoded, scene, command)."""
    program, out = options.program, Path(options.out)
    def zonal(scene, zones, stats, name, *more):
        return [program, "zonal", scene, "--index", "ndvi,lst_c", "--zones", zones, "--stat", stats, "-o", str(out / name),
                "--overwrite", "--quiet", "--threads", str(options.threads), *more]
    def index(name, compression):
        return [program, "index", options.scene, "--index", "ndvi", "--mask", "none", "--compress", compression, "-o",
                str(out / name), "--overwrite", "--quiet", "--threads", str(options.threads)]
    means, more = "mean,min,max,stdev,count", "mean,min,max,stdev,count,median,p10,p90"
    two, four = ("SR_B4", "SR_B5"), ("SR_B4", "SR_B5", "ST_B10", "QA_PIXEL")
    return [
        ("NDVI of the scene, float32, uncompressed", two, options.scene, index("ndvi.tif", "none")),
        ("NDVI of the scene, float32, DEFLATE", two, options.scene, index("ndvi_deflate.tif", "deflate")),
        ("crop 2000 x 2000, squares of 100 m, means, CSV", four, options.crop, zonal(options.crop, "square:100", means, "sq.csv")),
        ("crop, hexagons of 100 m, means, CSV", four, options.crop, zonal(options.crop, "hex:100", means, "hex.csv")),
        ("crop, the same with median, p10, p90", four, options.crop, zonal(options.crop, "hex:100", more, "hexq.csv")),
        ("crop, hexagons of 100 m, means, GeoJSON", four, options.crop, zonal(options.crop, "hex:100", means, "hex.geojson")),
        ("scene, hexagons of 100 m, means, CSV", four, options.scene, zonal(options.scene, "hex:100", means, "full.csv")),
        ("the same, --memory 256M", four, options.scene,
         zonal(options.scene, "hex:100", means, "full.csv", "--memory", "256M")),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "floor", "scene", "crop", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    print(f"{date.today()}, {options.threads} threads, {platform.machine()}, medians of {options.runs} runs\n")
    print("| case | wall s | CPU s | floor s | times the floor | peak MiB |\n| --- | --- | --- | --- | --- | --- |")
    for title, bands, scene, command in cases(options):
        files = [str(path) for band in bands for path in sorted(Path(scene).glob(f"*_{band}.TIF"))]
        floor = [options.floor, str(options.threads), *files]
        run(floor), run(command)  # warm
        floors, rows = [], []
        for _ in range(options.runs):
            floors.append(run(floor))
            rows.append(run(command))
        wall, base = median(rows, 0), median(floors, 0)
        print(f"| {title} | {wall:.2f} | {median(rows, 1):.2f} | {base:.2f} | {wall / base:.1f} | {median(rows, 2):.0f} |",
              flush=True)


if __name__ == "__main__":
    main()
