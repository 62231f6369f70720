#!/usr/bin/env python3
"""Who may include whom: one table, checked against every #include of the sources.

Run: scripts/check_layers.py [root]
Prints each include that breaks the table and ends with 1 when there is one.

A module may include itself and the modules named in its row. Headers of libraries outside are allowed to the modules
named with them; everything not named (the C++ standard library, POSIX) is told apart by the list SYSTEM below.
Private headers (src/<module>/*.h) belong to their module alone.
"""
import re
import sys
from pathlib import Path

# Module: the modules it may include. CMakeLists.txt says the same in isotherm_module(); that is checked too.
PIXEL = ["spectral", "zones", "stats", "core"]
MODULES = {
    "core": [],
    "spectral": ["core"],
    "zones": ["core"],
    "stats": ["core"],
    "model": ["core"],
    "backend": PIXEL,
    "cuda": ["backend", *PIXEL],
    "io": ["model", *PIXEL],
    "fetch": ["io", "model", *PIXEL],
    "engine": ["io", "backend", "model", *PIXEL],
    "job": ["engine", "fetch", "io", "backend", "model", *PIXEL],
    "cli": ["job", "engine", "fetch", "io", "backend", "model", *PIXEL],
}

# Headers from outside, by how they start: the modules that may include them.
LIBRARIES = [
    (r"(gdal|ogr|cpl)[a-z_]*\.h", "GDAL", ["io"]),
    (r"proj(_[a-z]+)?\.h", "PROJ", ["io"]),
    (r"(geos_c\.h|geos/.*)", "GEOS", ["io"]),
    (r"nlohmann/.*", "nlohmann-json", ["io"]),
    (r"curl/.*", "libcurl", ["io"]),
    (r"openssl/.*", "OpenSSL", ["io"]),
    (r"(oneapi/)?tbb/.*", "TBB", ["engine"]),
    (r"CLI/.*", "CLI11", ["cli"]),
    (r"Eigen/.*", "Eigen", ["model"]),
    (r"metis\.h", "METIS", ["model"]),
    (r"libdeflate\.h", "libdeflate", ["io"]),
    (r"xlsxwriter\.h", "libxlsxwriter", ["io"]),
    (r"sqlite3\.h", "SQLite", ["io"]),
    (r"emmintrin\.h", "the SSE2 instructions", ["backend", "io"]),
    (r"(cuda|cuda_runtime|cuda_runtime_api|nvrtc|cub/.*|thrust/.*)(\.h|\.cuh)?", "CUDA", ["cuda"]),
]
# POSIX, for what the standard library lacks: files synced and renamed, signals, terminals.
POSIX = (r"(unistd|fcntl|poll|signal|sys/[a-z]+)\.h", ["io", "fetch", "cli"])
STANDARD = re.compile(r"[a-z_0-9]+")  # <vector>, <cstdint>: no slash, no ".h"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def module_of(path):
    """The module a file of the project belongs to, from its path below the root."""
    parts = path.parts
    if parts[0] in ("cli", "cuda"):
        return parts[0]
    if parts[0] == "src":
        return parts[1]
    return parts[2]  # include/isotherm/<module>/...


def refusal(root, path, quote, target):
    """Why this include is not allowed; empty when it is."""
    module = module_of(path)
    allowed = [module, *MODULES[module]]
    if target.startswith("isotherm/"):
        other = target.split("/")[1]
        return "" if other in allowed else f"{module} may not include {other}"
    for pattern, library, users in LIBRARIES:
        if re.fullmatch(pattern, target):
            return "" if module in users else f"{library} belongs to {', '.join(users)} only"
    if quote == "<":
        if STANDARD.fullmatch(target):
            return ""
        if re.fullmatch(POSIX[0], target):
            return "" if module in POSIX[1] else f"POSIX belongs to {', '.join(POSIX[1])} only"
        return "unknown library: name it in scripts/check_layers.py with the modules that may use it"
    for place in (path.parent / target, Path(target)):
        if (root / place).is_file():
            owner = module_of(place)
            return "" if owner == module else f"private header of {owner}"
    return "no such file in the project"


def build_differences(root):
    """Rows of isotherm_module() in CMakeLists.txt that say something else than MODULES."""
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    found = {}
    for words in re.findall(r"isotherm_module\(([^)]*)\)", text):
        name, *uses = words.split()
        found[name] = uses
    return [f"CMakeLists.txt: module {name} may use {found.get(name)}, scripts/check_layers.py says {uses}"
            for name, uses in MODULES.items()
            if name not in ("cli", "cuda") and sorted(found.get(name, ["?"])) != sorted(uses)]


def types_told_twice(root):
    """Names of types that two headers define in namespace isotherm: a program with both is broken without a word."""
    homes = {}
    for folder in ("include", "src"):
        for file in sorted((root / folder).rglob("*.h")):
            text = file.read_text(encoding="utf-8")
            if not re.search(r"^namespace isotherm \{", text, re.M):
                continue
            for name in re.findall(r"^(?:class|struct|enum class) (\w+)[^;:\n]*(?:: [^;\n]*)?\{", text, re.M):
                homes.setdefault(name, set()).add(str(file.relative_to(root)))
    return [f"type {name} is defined twice: {' and '.join(sorted(files))}"
            for name, files in homes.items() if len(files) > 1]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    wrong, count = build_differences(root) + types_told_twice(root), 0
    for folder in ("include", "src", "cli", "cuda"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp", ".cu", ".cuh"):
                continue
            path = file.relative_to(root)
            if module_of(path) not in MODULES:
                wrong.append(f"{path}: module {module_of(path)} is not in the table of scripts/check_layers.py")
                continue
            count += 1
            for quote, target in INCLUDE.findall(file.read_text(encoding="utf-8")):
                why = refusal(root, path, quote, target)
                if why:
                    wrong.append(f"{path}: includes {target}: {why}")
    print("\n".join(wrong) if wrong else f"layers: {count} files, all includes allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
