"""What `sentrailc build` refuses to make: for readers that are older, and beyond a budget."""
import json
import unittest

from harness.sentrailc import policy, run


class Levels(unittest.TestCase):
    def test_bundles_have_the_lowest_level_that_holds_their_policy(self):
        folder = policy('policy p\nlanguage 1\ntier t {\n  rule a: allow when env == live\n}\n')
        out = folder / "b"
        built = json.loads(run("--json", "build", folder, "-o", out, "--level", "1").stdout)
        self.assertEqual(built["level"], 1)
        self.assertEqual(json.loads(run("--json", "verify", out).stdout)["level"], 1)
        (folder / "p.sentrail").write_text('policy p\nlanguage 1\ntier t {\n  rule a: block when '
                                           'env == live owner "platform"\n}\n')
        older = run("build", folder, "-o", out, "--level", "3")
        self.assertEqual(older.returncode, 1)
        self.assertIn("owner, ticket or until", older.stderr)
        self.assertEqual(run("build", folder, "-o", out).returncode, 0)


class Budgets(unittest.TestCase):
    TEXT = ('policy p\nlanguage 1\ntier t {\n  rule cheap: allow when env == live\n'
            '  rule dear: block when body.title contains "secret"\n}\n')

    def setUp(self):
        self.folder = policy(self.TEXT)
        self.out = self.folder / "b"

    def build(self, *options):
        return run("build", self.folder, "-o", self.out, *options)

    def test_a_policy_within_them_is_built(self):
        built = json.loads(run("--json", "build", self.folder, "-o", self.out).stdout)
        self.assertEqual(self.build("--max-steps", str(built["costSteps"]), "--max-bytes",
                                    str(built["costBytes"])).returncode, 0)

    def test_a_policy_beyond_one_is_not_and_its_dearest_rule_is_named(self):
        for option, unit in (("--max-steps", "steps"), ("--max-bytes", "bytes")):
            refused = self.build(option, "1000")
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn(f"{unit}, more than the 1000 of {option}", refused.stderr)
            self.assertIn("rule `dear` (p.sentrail:5)", refused.stderr)
            self.assertFalse(self.out.exists())

    def test_a_budget_is_a_number(self):
        for wrong in ("", "-1", "many", "1e3", "99999999999999999999999"):
            self.assertEqual(self.build("--max-steps", wrong).returncode, 2, wrong)


if __name__ == "__main__":
    unittest.main()
