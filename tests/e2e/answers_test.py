"""Rules about answers and sessions, as people meet them in sentrailc: test, explain, mutate."""

import json
import tempfile
import unittest
import xml.etree.ElementTree

from harness.sentrailc import policy, run

POLICY = """policy p
language 1
import sentrail.github

rule secrets: block on response github [read]
  when content.findings has "secret"
  then redact response.body.token
rule few: allow when session.count(action == issues.create) within 10m < 3
  and session.taints has "reviewed" then taint "used"
default require_approval

test "passes" {
  given github GET "/repos/a/b/issues/1" answered 200 body {"token": "x"}
  expect allow by default
}
"""
REQUEST = '{"tool":"github","method":"GET","path":"/repos/a/b/issues/1"}'


class Answers(unittest.TestCase):
    def setUp(self):
        self.folder = policy(POLICY)

    def test_it_checks_and_its_test_passes(self):
        self.assertEqual(run("check", self.folder).returncode, 0)
        self.assertEqual(run("test", self.folder).stdout.splitlines()[0], "1 passed, 0 failed")

    def test_explain_says_nothing_of_what_nobody_has_written(self):
        told = run("explain", "-p", self.folder, stdin=REQUEST)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("undecidable  p.main.few", told.stdout)
        self.assertNotIn("line 0", told.stdout)
        self.assertNotIn("false        default", told.stdout)

    def test_what_tools_write_can_be_read_and_passes(self):
        mutated = run("test", "--mutate", self.folder)
        self.assertEqual(mutated.returncode, 1, mutated.stderr)
        self.assertLess(len(mutated.stdout.splitlines()), 200)
        self.assertEqual(run("gen-tests", "--append", self.folder).returncode, 0)
        tested = run("test", "--min-rules", "100", self.folder)
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)

    def test_a_bundle_says_which_level_it_needs(self):
        out = tempfile.mkdtemp(prefix="sentrail-answers-") + "/p.bundle"
        built = json.loads(run("--json", "build", self.folder, "-o", out).stdout)
        self.assertEqual(built["level"], 11)
        older = run("build", self.folder, "-o", out, "--level", "10")
        self.assertEqual(older.returncode, 1)
        self.assertIn("counts of a session's calls", older.stderr)
        picture = run("graph", self.folder).stdout
        self.assertTrue(xml.etree.ElementTree.fromstring(picture).tag.endswith("svg"))


if __name__ == "__main__":
    unittest.main(verbosity=0)
