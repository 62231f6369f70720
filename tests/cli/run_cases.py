#!/usr/bin/env python3
"""Runs the real program through cases written as transcripts, and compares every byte.

Run: run_cases.py PROGRAM FILE.cases [part of a case's title]

A case starts with a line "== title" and runs in a fresh empty folder. In it:
    $ command       run by bash; the program is `isotherm`, $ROOT is the repository, $SAMPLE the made city,
                    $SERVE the test server: $SERVE [OPTION]... -- 'COMMAND' runs a command with its address in $URL
    | text          a line of standard output
    ! text          a line of standard error
    ? 2             exit code, where it is not 0
    % needs PATH    the case is passed over, in words, when PATH does not exist
    # text          a remark
Output lines belong to the command above them. "| ..." or "! ..." stands for any number of lines, "{*}" for any characters
of one line. Standard input is empty, and nothing is a terminal.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_S = 300
NOTHING_RUN = 77  # told to ctest as a skipped test


class Step:
    """One command and what it should do."""

    def __init__(self, command, line):
        self.command, self.line = command, line
        self.expected = {"|": [], "!": []}
        self.code = 0


def read_cases(path):
    """List of (title, paths needed, steps)."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark, text = line[:1], line[2:]
        if not line.strip() or mark == "#":
            continue
        if mark == "=":
            cases.append((line.strip("= "), [], []))
        elif mark == "%":
            cases[-1][1].append(text.removeprefix("needs "))
        elif mark == "$":
            cases[-1][2].append(Step(text, number))
        elif mark == "?":
            cases[-1][2][-1].code = int(text)
        elif mark in "|!":
            cases[-1][2][-1].expected[mark].append(text)
        else:
            sys.exit(f"{path}:{number}: not a line of a case: {line}")
    return cases


def matches(expected, text):
    """Whether the text is the expected lines, with "..." and "{*}" standing for anything."""
    pattern = ""
    for line in expected:
        if line == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("{*}")) + "\n"
    if text and not text.endswith("\n"):
        return False
    return re.fullmatch(pattern, text) is not None


def fault(step, done):
    """What is wrong with a finished command, shown whole; empty when nothing is."""
    wrong = []
    for mark, name, text in (("|", "standard output", done.stdout), ("!", "standard error", done.stderr)):
        if not matches(step.expected[mark], text):
            wanted = "".join(f"{mark} {line}\n" for line in step.expected[mark]) or "(nothing)\n"
            found = "".join(f"{mark} {line}\n" for line in text.splitlines()) or "(nothing)\n"
            wrong.append(f"{name} expected:\n{wanted}{name} found:\n{found}")
    if done.returncode != step.code:
        wrong.append(f"exit code expected {step.code}, found {done.returncode}\n{done.stderr}")
    return "".join(wrong)


def run_case(steps, environment):
    """Runs the steps in a fresh folder; the first fault, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            try:
                done = subprocess.run(["bash", "-c", step.command], cwd=folder, env=environment, text=True,
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
            except subprocess.TimeoutExpired:
                return f"line {step.line}: $ {step.command}\nstill running after {LIMIT_S} s\n"
            wrong = fault(step, done)
            if wrong:
                return f"line {step.line}: $ {step.command}\n{wrong}"
    return ""


def main():
    program, path = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{program.parent}:{os.environ['PATH']}",
                   "ROOT": str(ROOT), "SAMPLE": str(ROOT / "testdata" / "sample_city"),
                   "SERVE": f"{sys.executable} {ROOT}/tests/fetch/server.py"}
    passed = failed = 0
    for title, needs, steps in read_cases(path):
        if wanted not in title:
            continue
        absent = [need for need in needs if not Path(os.path.expandvars(need.replace("$ROOT", str(ROOT)))).exists()]
        if absent:
            print(f"skipped: {title}: there is no {absent[0]}")
            continue
        wrong = run_case(steps, environment)
        print(f"{'FAILED' if wrong else 'ok'}: {title}")
        if wrong:
            print(wrong)
        failed += bool(wrong)
        passed += not wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0 if passed else NOTHING_RUN


if __name__ == "__main__":
    sys.exit(main())
