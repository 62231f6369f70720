"""What the tests of this folder share: the program, the sample city, runs that are limited, killed or watched."""
import os
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "testdata" / "sample_city"
PROGRAM = os.path.abspath(os.environ.get("ISOTHERM", ROOT / "build" / "dev" / "isotherm"))
GIB = 1 << 30
# Sanitizers reserve terabytes of addresses and take their time: under one (ISOTHERM_SANITIZED=1) runs have no limit of
# memory, and five times as long.
SANITIZED = "ISOTHERM_SANITIZED" in os.environ
# 0 done; 1 to 9 are the documented refusals. Anything else is a crash.
DOCUMENTED = set(range(0, 10))


def isotherm(*arguments, cwd, limit_s=120, memory=None, file_size=None, environment=None):
    """Runs the program to its end; gives the finished process. A run over its time fails the test."""
    def limits():
        if memory and not SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        if file_size:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, timeout=limit_s * (5 if SANITIZED else 1), capture_output=True, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, preexec_fn=limits,
                          env={**os.environ, **(environment or {})})


def visible(folder):
    """Names in a folder that a user sees."""
    return sorted(p.name for p in Path(folder).iterdir() if not p.name.startswith("."))


class FolderTest(unittest.TestCase):
    """A test in a fresh empty folder."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="isotherm-")
        self.folder = Path(self._folder.name)

    def tearDown(self):
        self._folder.cleanup()

    def assert_refused(self, run, words):
        """A documented exit code, words on standard error, nothing on standard output."""
        self.assertIn(run.returncode, DOCUMENTED - {0}, run.stderr[-2000:])
        self.assertIn(words, run.stderr)
        self.assertEqual(run.stdout, "")


def main():
    print(f"program: {PROGRAM}", file=sys.stderr)
    unittest.main(verbosity=2)
