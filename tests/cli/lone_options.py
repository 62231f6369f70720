#!/usr/bin/env python3
"""Gives every option that says nothing without another alone, and prints what the program says to it.

Run: lone_options.py; the program is `isotherm`, its pages (isotherm docs) tell the options: "(with --period; default: mean)".
"""
import re
import subprocess
from pathlib import Path

subprocess.run(["isotherm", "docs", "pages"], check=True)
for page in sorted(Path("pages").glob("*.md")):
    text = page.read_text(encoding="utf-8")
    usage = re.search(r"^isotherm \S+ .*$", text, re.MULTILINE)
    for name, value, note in re.findall(r"^- \*\*`(?:-\w, )?--([\w-]+)( [^`]*)?`\*\* \((with --[^)]*)\)", text, re.MULTILINE):
        arguments = usage[0].split()[3:]  # behind [OPTION]...: options that are required, then the arguments
        line = ["isotherm", page.stem, "--" + name, *(["1"] if value else []), *arguments]
        done = subprocess.run(line, capture_output=True, text=True)
        print(f"({note})", done.returncode, done.stderr.strip())
