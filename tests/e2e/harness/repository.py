"""A git repository in a folder of its own."""

import os
import pathlib
import subprocess
import tempfile

from harness.sentrailc import SENTRAILC


class Repository:
    """Commits as somebody; `sentrailc` is on the path of its hooks."""

    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="sentrailc-"))
        programs = pathlib.Path(SENTRAILC).resolve().parent
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments, check=True):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
                              cwd=self.folder, env=self.environment, text=True, timeout=60,
                              capture_output=True, check=check)

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def commit(self, check=True, **files):
        """Writes files, `a__b` for a/b.sentrail, and commits everything."""
        for name, text in files.items():
            self.write(name.replace("__", "/") + ".sentrail", text)
        self.git("add", "-A")
        return self.git("commit", "-q", "--allow-empty", "-m", "policy", check=check)
