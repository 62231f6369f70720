#!/usr/bin/env python3
"""Runs killed without notice at random moments: under the final name stands the whole result, the old file, or nothing.

Run: [ISOTHERM=program] [ROUNDS=100] kill_test.py
"""
import hashlib
import os
import random
import signal
import subprocess
import time

from harness import PROGRAM, SAMPLE, FolderTest, isotherm, main, visible

ROUNDS = int(os.environ.get("ROUNDS", "6"))


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Killed(FolderTest):
    def command(self, output, *more):
        return ["zonal", SAMPLE, "--index", "ndvi,lst_c", "--zones", "hex:60", "--threads", "2", "-o", output, *more]

    def kill_at(self, moment, arguments):
        """Starts the program and kills it after `moment` seconds; says whether it was still at work."""
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        running = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        return running

    def rounds(self, name, seed, *more, old=None):
        """Kills runs of one command; `old` is what stood under the name before."""
        started = time.monotonic()
        run = isotherm(*self.command("whole_" + name, *more), cwd=self.folder)
        lasted = time.monotonic() - started
        self.assertEqual(run.returncode, 0, run.stderr)
        whole = digest(self.folder / ("whole_" + name))
        result = self.folder / name
        moments = random.Random(seed)
        killed = 0
        for _ in range(ROUNDS):
            result.unlink(missing_ok=True)
            if old is not None:
                result.write_bytes(old)
            killed += self.kill_at(moments.uniform(0, lasted), self.command(name, *more))
            if result.exists():
                expected = {whole} if old is None else {whole, hashlib.sha256(old).hexdigest()}
                self.assertIn(digest(result), expected, "a partial file under the final name")
            else:
                self.assertIsNone(old, "the old file is gone")
        self.assertGreater(killed, 0, "no run was killed while at work")
        again = isotherm(*self.command(name, *more, "--overwrite"), cwd=self.folder)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(digest(result), whole, "the rerun gives other bytes")
        leavings = [p.name for p in self.folder.iterdir() if p.name.startswith(".")]
        self.assertEqual(leavings, [], "what killed runs left is still there after a whole one")
        self.assertEqual(visible(self.folder), sorted([name, "whole_" + name]))

    def test_new_geojson(self):
        self.rounds("cells.geojson", 1)

    def test_new_csv(self):
        self.rounds("cells.csv", 2)

    def test_share(self):
        self.rounds("cells.part", 4, "--shard", "2/3")

    def test_replaced_csv(self):
        self.rounds("cells.csv", 3, "--overwrite", old=b"the old table\n")


if __name__ == "__main__":
    main()
