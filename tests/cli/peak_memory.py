#!/usr/bin/env python3
"""Runs a command and fails when it took more memory (resident, at its peak) than allowed.

Run: peak_memory.py MEBIBYTES COMMAND...

Under a sanitizer (ISOTHERM_SANITIZED=1), which keeps a map of all memory and does not give back at once what is freed, three
times as much is allowed.
"""
import os
import resource
import subprocess
import sys

code = subprocess.run(sys.argv[2:], check=False).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
allowed = float(sys.argv[1]) * (3 if "ISOTHERM_SANITIZED" in os.environ else 1)
if peak > allowed:
    sys.exit(f"peak memory {peak:.0f} MiB, allowed {allowed:.0f} MiB")
sys.exit(code)
