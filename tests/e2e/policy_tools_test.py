"""The tools around a policy as people run them: coverage and its floor."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SENTRAILC = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTER = ROOT / "policies/starter"

HEAD = "policy p\nlanguage 1\n"
SHOP = HEAD + """
guard tier safety {
  rule no_drop: block
    when mcp.tool ~ "drop_*" and env == live
    because "nothing is dropped"
}

tier team {
  rule small: allow
    when args.amount in 0..500 and risk <= medium
    unless agent.client == "other"

  rule reads: allow when mcp.tool == get or mcp.tool == find
}

default require_approval

test "drops" {
  given with mcp.tool = "drop_table", env = live
  expect block by no_drop
}
"""


def run(*arguments, stdin=""):
    return subprocess.run([SENTRAILC, *map(str, arguments)], input=stdin, text=True,
                          capture_output=True, timeout=100, check=False)


def policy(text):
    """A policy file in a folder of its own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder


def decision(folder, request):
    answer = run("eval", "--json", "-p", folder, stdin=request)
    return json.loads(answer.stdout)


class Coverage(unittest.TestCase):
    def test_every_request_that_is_asked_for_does_what_it_is_asked_for(self):
        folder = policy(SHOP)
        answer = run("test", "--coverage", "--json", folder)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        coverage = json.loads(answer.stdout)["coverage"]
        self.assertEqual(coverage["rulesPercent"], 33)
        seen = {rule["rule"]: rule["seen"] for rule in coverage["rules"]}
        self.assertEqual(seen, {"p.safety.no_drop": "decided", "p.team.small": "not matched",
                                "p.team.reads": "not matched"})
        for rule in coverage["rules"][1:]:
            self.assertEqual(decision(folder, rule["request"])["rule"], rule["rule"])
        for outcome in coverage["conditions"]:
            self.assertTrue(outcome["seen"] or outcome["request"], outcome)
        values = {(b["value"], b["beside"]) for b in coverage["boundaries"]}
        self.assertEqual(values, {("0", False), ("-1", True), ("500", False), ("501", True),
                                  ("medium", False), ("high", True)})
        for boundary in coverage["boundaries"]:
            given = json.loads(boundary["request"])["attributes"]
            value = given["risk"] if boundary["attribute"] == "risk" else given["args"]["amount"]
            self.assertEqual(str(value), boundary["value"])
            expected = "require_approval" if boundary["beside"] else "allow"
            self.assertEqual(decision(folder, boundary["request"])["effect"], expected, boundary)

    def test_text_shows_places_and_requests(self):
        answer = run("test", "--coverage", policy(SHOP))
        self.assertEqual(answer.returncode, 0)
        self.assertIn("33 % of the rules decide a test", answer.stdout)
        self.assertIn("no test is decided by p.team.small (not matched)", answer.stdout)
        self.assertIn('{"attributes":', answer.stdout)

    def test_what_cannot_happen_is_said_not_invented(self):
        folder = policy(HEAD + 'rule never: allow when env == live and env == "x"\n')
        answer = run("test", "--coverage", folder)
        self.assertIn("no request was found that would", answer.stdout)

    def test_the_floor_decides_the_exit_code(self):
        folder = policy(SHOP)
        self.assertEqual(run("test", "--min-rules", 33, folder).returncode, 0)
        below = run("test", "--min-rules", 34, folder)
        self.assertEqual(below.returncode, 1)
        self.assertIn("--min-rules wants 34", below.stdout)
        self.assertNotEqual(run("test", "--min-rules", 101, folder).returncode, 0)

    def test_a_test_that_reaches_counts(self):
        more = 'test "small" {\n  given with args.amount = 500, risk = medium\n' \
               '  expect allow by small\n}\n'
        answer = json.loads(run("test", "--coverage", "--json", policy(SHOP + more)).stdout)
        self.assertEqual(answer["coverage"]["rulesPercent"], 66)
        seen = {b["value"] for b in answer["coverage"]["boundaries"] if b["seen"]}
        self.assertEqual(seen, {"500", "medium"})


if __name__ == "__main__":
    unittest.main()
