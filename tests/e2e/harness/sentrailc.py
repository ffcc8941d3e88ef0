"""sentrailc as tests run it; the program is the first argument of the test."""

import pathlib
import subprocess
import sys
import tempfile

SENTRAILC = sys.argv.pop(1)


def run(*arguments, folder=None, stdin=""):
    return subprocess.run([SENTRAILC, *map(str, arguments)], input=stdin, text=True, cwd=folder,
                          capture_output=True, timeout=120, check=False)


def policy(text):
    """A policy file in a folder of its own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder
