#!/usr/bin/env python3
"""Files made or known to break readers: each is read or refused in words, in bounded time and memory.

Run: [ISOTHERM=program] hostile_test.py
"""
import shutil
import struct
import unittest

from harness import DOCUMENTED, GIB, ROOT, FolderTest, isotherm, main, visible

COLLECTION = ROOT.parent / "shared" / "data" / "hostile"


def tiff(entries, data=b"", order="<"):
    """A classic TIFF of one directory: (tag, type, count, value) rows, then the data."""
    mark = b"II" if order == "<" else b"MM"
    body = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in sorted(entries):
        body += struct.pack(order + "HHII", tag, kind, count, value)
    return mark + struct.pack(order + "HI", 42, 8) + body + struct.pack(order + "I", 0) + data


def plain(width, height, **changes):
    """Entries of a one-band 8-bit file; `changes` replace values by tag name."""
    names = dict(width=(256, 4), height=(257, 4), bits=(258, 3), compression=(259, 3), photometric=(262, 3),
                 offset=(273, 4), samples=(277, 3), rows=(278, 4), count=(279, 4), planar=(284, 3), format=(339, 3))
    values = dict(width=width, height=height, bits=8, compression=1, photometric=1, offset=200, samples=1, rows=height,
                  count=width * height, planar=1, format=1)
    values.update(changes)
    return [(names[n][0], names[n][1], 1, v) for n, v in values.items()]


MADE = {
    "sound": tiff(plain(4, 4), bytes(100)),
    "promises_more_than_it_has": tiff(plain(1000, 1000), bytes(64)),
    "four_billion_wide": tiff(plain(4294967295, 4294967295, rows=1, count=4294967295)),
    "a_strip_of_no_bytes": tiff(plain(64, 64, count=0)),
    "offset_past_the_end": tiff(plain(64, 64, offset=4294967000)),
    "bits_of_zero": tiff(plain(64, 64, bits=0)),
    "65535_samples": tiff(plain(64, 64, samples=65535)),
    "rows_of_zero": tiff(plain(64, 64, rows=0)),
    "deflate_of_noise": tiff(plain(64, 64, compression=8), bytes(range(256)) * 20),
    "directory_of_itself": b"II" + struct.pack("<HI", 42, 8) + struct.pack("<H", 1) + struct.pack("<HHII", 256, 3, 1, 4) + struct.pack("<I", 8),
    "only_a_header": b"II*\0\x08\0\0\0",
    "big_endian_cut": tiff(plain(64, 64), order=">")[:40],
    "nothing": b"",
}
SOUND = {"sound"}


class Hostile(FolderTest):
    def assert_survives(self, file, *arguments):
        """Result or refusal: a documented exit code, an error in words, no partial output."""
        run = isotherm(*arguments, cwd=self.folder, limit_s=60, memory=4 * GIB)
        self.assertIn(run.returncode, DOCUMENTED, f"{file}: {run.stderr[-500:]}")
        if run.returncode != 0:
            self.assertRegex(run.stderr, r"^isotherm[a-z ]*: .", file)
            self.assertNotIn("internal", run.stderr, file)
            self.assertFalse((self.folder / "out.csv").exists() or (self.folder / "out.tif").exists(), file)
        for name in ("out.csv", "out.tif"):
            (self.folder / name).unlink(missing_ok=True)
        return run.returncode

    def check_raster(self, file):
        self.assert_survives(file, "info", file)
        return self.assert_survives(file, "index", file, "--expr", "x = b1 + 1", "-o", "out.tif", "--overwrite")

    def test_made_rasters(self):
        for name, data in MADE.items():
            with self.subTest(name):
                file = self.folder / f"{name}.tif"
                file.write_bytes(data)
                code = self.check_raster(file)
                self.assertEqual(code == 0, name in SOUND)

    def collection(self, kind, *patterns):
        files = sorted(f for p in patterns for f in (COLLECTION / kind).rglob(p))
        if not files:
            self.skipTest(f"{COLLECTION / kind} is not here")
        return files

    def test_rasters_of_the_collection(self):
        for file in self.collection("tiff", "*.tif", "*.tiff", "*.TIF"):
            with self.subTest(file.name):
                self.check_raster(file)

    def test_json_of_the_collection(self):
        for file in self.collection("json", "*.json"):
            with self.subTest(file.name):
                shutil.copy(file, self.folder / "item.json")
                self.assert_survives(file.name, "info", "item.json")

    def test_polygons_of_the_collection(self):
        scene = ROOT / "testdata" / "sample_city" / "LC08_L2SP_196024_20210614_20210622_02_T1"
        for file in self.collection("geojson", "*.geojson", "*.json"):
            with self.subTest(file.name):
                self.assert_survives(file.name, "zonal", scene, "--index", "ndvi", "--zones", file, "-o", "out.csv")
                self.assertIn(visible(self.folder), ([], ["item.json"]))


if __name__ == "__main__":
    main()
