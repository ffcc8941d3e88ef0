#!/usr/bin/env python3
"""Compiles headers of the product alone: a header includes what it uses.

    check_headers.py [--changed [BASE]]

All of them, or those that changed since BASE (by default the commit before the last) and those that
reach a changed one by their includes, because they may have lived on what it no longer includes.
Exits 1 if one does not compile.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILE = ["g++", "-std=c++20", "-fsyntax-only", "-I.", "-x", "c++", "/dev/null", "-include"]
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def git(*arguments):
    """The lines that git answers, or none where it knows no such commit."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    return done.stdout.splitlines() if done.returncode == 0 else None


def headers():
    """All headers but those of others."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "*.hpp")
    return [name for name in listed
            if not name.startswith("tests/corpora/") and (ROOT / name).exists()]


def reach(names, changed):
    """Those of `names` that are changed or include, over any number of steps, what is."""
    included = {name: set(INCLUDE.findall((ROOT / name).read_text())) for name in names}
    found = set(changed)
    while more := {name for name in names if name not in found and included[name] & found}:
        found |= more
    return [name for name in names if name in found]


def error_of(name):
    """The first error of a header compiled alone; nothing if there is none."""
    done = subprocess.run([*COMPILE, name], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    lines = done.stderr.splitlines()
    first = next((line for line in lines if "error" in line), lines[0] if lines else "")
    return f"{name} does not compile alone: {first}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changed", nargs="?", const="HEAD~1", metavar="BASE")
    base = parser.parse_args().changed
    names = headers()
    changed = git("diff", "--name-only", base, "--", "*.hpp") if base else None
    if changed is not None:
        new = git("ls-files", "--others", "--exclude-standard", "*.hpp")
        names = reach(names, changed + new)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = [error for error in pool.map(error_of, names) if error]
    print(*errors, f"{len(names)} headers, {len(errors)} with errors", sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
