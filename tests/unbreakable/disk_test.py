#!/usr/bin/env python3
"""Disks that fill, folders that cannot be written, inputs that are cut or change under the reader.

Run: [ISOTHERM=program] disk_test.py
"""
import os
import shutil
import subprocess
import unittest

from harness import PROGRAM, SAMPLE, FolderTest, isotherm, main, visible

SCENE = "LC08_L2SP_196024_20210614_20210622_02_T1"
OUTPUTS = ["cells.csv", "cells.geojson", "cells.gpkg"]


def zonal(output, scenes=SAMPLE, size=60):
    return ["zonal", scenes, "--index", "ndvi,lst_c", "--zones", f"hex:{size}", "-o", output]


class FullDisk(FolderTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "isotherm-test", self.disk], capture_output=True)
        if mount.returncode != 0:
            self.skipTest("a small disk can only be mounted by root")

    def tearDown(self):
        subprocess.run(["umount", self.disk], capture_output=True)
        super().tearDown()

    def test_tables(self):
        for name in OUTPUTS:
            with self.subTest(name):
                run = isotherm(*zonal(self.disk / name, size=30), cwd=self.folder)
                self.assert_refused(run, name)
                self.assertEqual(visible(self.disk), [])
                self.assertEqual(os.listdir(self.disk), [], "the unfinished file is removed")

    def test_the_old_file_stays(self):
        (self.disk / "cells.csv").write_text("old")
        run = isotherm(*zonal(self.disk / "cells.csv", size=30), "--overwrite", cwd=self.folder)
        self.assert_refused(run, "cells.csv")
        self.assertEqual((self.disk / "cells.csv").read_text(), "old")

    def test_rasters(self):
        run = isotherm("index", SAMPLE / SCENE, "--index", "ndvi", "--compress", "none", "-o", self.disk / "ndvi.tif",
                       cwd=self.folder)
        if run.returncode == 0:
            self.fail("the raster of the sample was to be larger than the disk")
        self.assert_refused(run, "ndvi.tif")
        self.assertEqual(os.listdir(self.disk), [])


class LargestFile(FolderTest):
    """A limit on the size of files fails a write in the middle, on any machine."""

    def test_tables(self):
        for name in OUTPUTS:
            with self.subTest(name):
                run = isotherm(*zonal(name, size=30), cwd=self.folder, file_size=200_000)
                self.assert_refused(run, name)
                self.assertEqual(os.listdir(self.folder), [])


class ReadOnlyFolder(FolderTest):
    def test_refused_at_once(self):
        shut = self.folder / "shut"
        shut.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "isotherm-test", shut], capture_output=True)
        if mount.returncode != 0:
            shut.chmod(0o500)
            if os.access(shut, os.W_OK):
                self.skipTest("this user writes anywhere and cannot mount")
        try:
            run = isotherm(*zonal(shut / "cells.csv"), cwd=self.folder)
            self.assert_refused(run, "cannot be written")
        finally:
            subprocess.run(["umount", shut], capture_output=True)
            shut.chmod(0o700)


class CutInput(FolderTest):
    """A band file that ends early, as an interrupted download leaves it."""

    def scene_with(self, change):
        scene = self.folder / SCENE
        shutil.copytree(SAMPLE / SCENE, scene)
        change(scene / f"{SCENE}_SR_B4.TIF")
        return scene

    def test_cut_anywhere(self):
        size = (SAMPLE / SCENE / f"{SCENE}_SR_B4.TIF").stat().st_size
        for share in (0, 0.001, 0.1, 0.5, 0.9, 0.999):
            with self.subTest(share=share):
                scene = self.scene_with(lambda band: os.truncate(band, int(size * share)))
                run = isotherm(*zonal("cells.csv", scene), cwd=self.folder)
                self.assert_refused(run, "SR_B4.TIF")
                self.assertEqual(visible(self.folder), [SCENE])
                shutil.rmtree(scene)

    def test_bytes_of_another_file(self):
        def overwrite(band):
            data = bytearray(band.read_bytes())
            middle = len(data) // 2
            data[middle:middle + 2000] = bytes(2000)
            band.write_bytes(data)
        scene = self.scene_with(overwrite)
        run = isotherm(*zonal("cells.csv", scene), cwd=self.folder)
        self.assert_refused(run, "SR_B4.TIF")
        self.assertEqual(visible(self.folder), [SCENE])

    def test_changed_while_it_is_read(self):
        """A pipe that is not read holds the run in the middle; then the band is replaced."""
        scene = self.scene_with(lambda band: None)
        band = scene / f"{SCENE}_SR_B4.TIF"
        process = subprocess.Popen([PROGRAM, "zonal", scene, "--index", "ndvi", "--zones", "hex:10", "-o", "-", "--format",
                                    "CSV"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(100)  # the run is at work, and can only fill the pipe
        shutil.copy(band, band.with_suffix(".new"))
        os.replace(band.with_suffix(".new"), band)
        _, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 3, errors)
        self.assertIn("SR_B4.TIF: changed while it was read", errors.decode())


if __name__ == "__main__":
    main()
