"""The example that docs/language.md begins with: it checks, its tests pass, its claim holds."""

import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

from harness.sentrailc import run

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/language.md"


class Example(unittest.TestCase):
    def setUp(self):
        page = PAGE.read_text(encoding="utf-8")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-example-"))
        files = re.findall(r"The file `([\w/.]+)`[^\n]*\n\n```sentrail\n(.*?)```", page, re.S)
        self.assertEqual([name for name, _ in files],
                         ["acme/agents.sentrail", "acme/lists.sentrail"])
        for name, text in files:
            file = self.folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.policy = self.folder / "acme/agents.sentrail"

    def holds(self):
        checked = run("check", self.policy, "--json")
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertEqual(json.loads(checked.stdout)["errors"], 0)
        tested = run("test", self.policy)
        self.assertEqual((tested.returncode, tested.stdout.splitlines()[0]),
                         (0, "3 passed, 0 failed"))
        proved = run("prove", self.policy)
        self.assertEqual(proved.returncode, 0, proved.stdout)
        self.assertIn("proved", proved.stdout)
        built = run("build", self.policy, "-o", self.folder / "b")
        self.assertEqual(built.returncode, 0, built.stderr)

    def test_it_holds_as_it_is_written_and_as_it_is_formatted(self):
        self.holds()
        self.assertIn(run("fmt", self.policy).returncode, (0, 1))
        self.assertEqual(run("fmt", "--check", self.policy).returncode, 0)
        self.holds()

    def test_requests_that_tools_show_of_it_can_be_read(self):
        mutated = run("test", "--mutate", self.policy)
        self.assertEqual(mutated.returncode, 1, mutated.stderr)
        shutil.copytree(self.folder / "acme", self.folder / "looser/acme")
        looser = self.folder / "looser/acme/agents.sentrail"
        text = looser.read_text(encoding="utf-8")
        looser.write_text(text.replace("risk == low and mcp.server is absent", "risk <= medium"),
                          encoding="utf-8")
        compared = run("diff", self.policy, looser)
        self.assertEqual(compared.returncode, 1, compared.stderr)
        for line in mutated.stdout.splitlines() + compared.stdout.splitlines():
            self.assertLess(len(line), 400, line[:400])


if __name__ == "__main__":
    unittest.main(verbosity=0)
