#!/usr/bin/env python3
"""Runs a command and fails when it took more memory (resident, at its peak) than allowed.

Run: peak_memory.py MEBIBYTES COMMAND...
"""
import resource
import subprocess
import sys

code = subprocess.run(sys.argv[2:], check=False).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
if peak > float(sys.argv[1]):
    sys.exit(f"peak memory {peak:.0f} MiB, allowed {sys.argv[1]} MiB")
sys.exit(code)
