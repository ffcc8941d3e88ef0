"""docs/tour.md, command by command, as it tells."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SENTRAILC = pathlib.Path(sys.argv.pop(1))
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/tour.md"


def steps():
    """(command, lines that it shows) in the order of the page."""
    for block in re.findall(r"```console\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S):
        command, shown, document = None, [], None
        for line in block.splitlines():
            if document:
                command += "\n" + line
                document = None if line == document else document
            elif line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
                here = re.search(r"<<'(\w+)'$", line)
                document = here and here.group(1)
            else:
                shown.append(line)
        yield command, shown


def matches(shown, said):
    """Whether what was said is what is shown; `…` stands for any text, alone for any lines."""
    pattern = "".join("(?:.*\n)*?" if line == "…" else
                      ".*".join(re.escape(part) for part in line.split("…")) + "\n"
                      for line in shown)
    return re.fullmatch(pattern, said) is not None


class Tour(unittest.TestCase):
    def test_step_by_step(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-tour-"))
        environment = {"PATH": f"{SENTRAILC.parent}:{os.environ['PATH']}", "HOME": str(folder),
                       "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada",
                       "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
                       "GIT_COMMITTER_EMAIL": "ada@example.com", "NO_COLOR": "1"}
        here, count = folder, 0
        for command, shown in steps():
            script = f"{command}\ncode=$?; pwd > {folder}/cwd; exit $code"
            done = subprocess.run(["bash", "-c", script], cwd=here, env=environment, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                                  check=False)
            here = pathlib.Path((folder / "cwd").read_text(encoding="utf-8").strip())
            self.assertLess(done.returncode, 2, f"{command}\n{done.stdout}")
            self.assertTrue(matches(shown, done.stdout),
                            f"$ {command}\n--- shown\n" + "\n".join(shown) +
                            f"\n--- said\n{done.stdout}")
            count += 1
        self.assertGreater(count, 20)


if __name__ == "__main__":
    unittest.main(verbosity=0)
