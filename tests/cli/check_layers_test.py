#!/usr/bin/env python3
"""The layer check finds what it is there to find: one planted include each, and nothing in a sound tree."""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")

# File, its only include, what the check should say (nothing: it is allowed).
CASES = [
    ("src/zones/a.cpp", '"isotherm/core/error.h"', ""),
    ("src/zones/a.cpp", '"isotherm/spectral/scene.h"', "zones may not include spectral"),
    ("include/isotherm/core/a.h", '"isotherm/io/crs.h"', "core may not include io"),
    ("src/io/a.cpp", "<gdal_priv.h>", ""),
    ("src/job/a.cpp", "<gdal_priv.h>", "GDAL belongs to io only"),
    ("src/io/a.cpp", "<tbb/parallel_for.h>", "TBB belongs to engine only"),
    ("src/engine/a.cpp", "<nlohmann/json.hpp>", "nlohmann-json belongs to io only"),
    ("src/job/a.cpp", "<CLI/CLI.hpp>", "CLI11 belongs to cli only"),
    ("src/stats/a.cpp", "<unistd.h>", "POSIX belongs to io, fetch, cli only"),
    ("src/stats/a.cpp", "<vector>", ""),
    ("src/stats/a.cpp", "<boost/math.hpp>", "unknown library"),
    ("src/io/a.cpp", '"hidden.h"', "no such file in the project"),
    ("src/io/a.cpp", '"src/zones/lattice.h"', "private header of zones"),
]


TWICE = {f"src/{module}/a.h": "namespace isotherm {\nstruct Sums {\n};\n}\n" for module in ("stats", "model")}


def check(files):
    """What the check says about a tree with these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "CMakeLists.txt").write_text(BUILD, encoding="utf-8")
        for name, text in {"src/zones/lattice.h": "", **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts" / "check_layers.py", root], capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout


def main():
    failed = 0
    for path, include, expected in CASES:
        code, said = check({path: f"#include {include}\n"})
        sound = (code == 1 and expected in said) if expected else code == 0
        failed += not sound
        if not sound:
            print(f"FAILED: {path} includes {include}: expected '{expected}', the check said:\n{said}")
    code, said = check(TWICE)
    if code != 1 or "type Sums is defined twice: src/model/a.h and src/stats/a.h" not in said:
        failed += 1
        print(f"FAILED: a type defined by two headers; the check said:\n{said}")
    print(f"{len(CASES) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
