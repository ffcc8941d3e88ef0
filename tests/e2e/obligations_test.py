"""Obligations, `also` and shadow rules as sentrailc tells of them."""

import json
import unittest

from harness.sentrailc import policy, run

HEAD = "policy acme\nlanguage 1\n\n"
POLICY = HEAD + """shadow rule tighten: block when resource.type == "pii"
rule pay: allow
  when risk == low
  then redact args.card, notify slack "#fin"
also rule pii when resource.type == "pii" then tag "pii"
rule rest: require_approval when always
"""
PII = '{"attributes": {"risk": "low", "resource.type": "pii", "args": {"card": "4111"}}}'


class Obligations(unittest.TestCase):
    def eval_of(self, text, request):
        answer = run("eval", "--json", "-p", policy(text), stdin=request)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def test_eval_tells_obligations_and_what_shadow_rules_would_change(self):
        told = self.eval_of(POLICY, PII)
        self.assertEqual((told["effect"], told["rule"]), ("allow", "acme.main.pay"))
        self.assertEqual(told["obligations"],
                         ["redact args.card", 'notify slack "#fin"', 'tag "pii"'])
        self.assertEqual([(one["shadow"], one["effect"], one["rule"]) for one in told["shadows"]],
                         [("acme.main.tighten", "block", "acme.main.tighten")])
        for_people = run("eval", "-p", policy(POLICY), stdin=PII).stdout
        self.assertIn('then redact args.card, notify slack "#fin", tag "pii"', for_people)
        self.assertIn("shadow acme.main.tighten would make it block", for_people)

    def test_what_cannot_be_hidden_is_blocked(self):
        told = self.eval_of(POLICY,
                            '{"attributes": {"risk": "low", "args": {"$unreadable": true}}}')
        self.assertEqual((told["effect"], told["rule"]), ("block", "acme.main.pay"))
        self.assertIn("cannot be carried out", told["reason"])

    def test_explain_tells_of_them_too(self):
        answer = run("explain", "--json", "-p", policy(POLICY), stdin=PII)
        asides = {one["rule"]: one["truth"] for one in json.loads(answer.stdout)["asides"]}
        self.assertEqual(asides, {"acme.main.pii": "true", "acme.main.tighten": "true"})

    def test_tests_expect_them(self):
        expecting = POLICY + """test "pii" {
  given with risk = low, resource.type = "pii"
  expect allow by pay then tag "pii", redact args.card
}
"""
        self.assertEqual(run("test", policy(expecting)).returncode, 0)
        other = expecting.replace('pay then tag "pii"', 'pay then tag "other"')
        failed = run("test", policy(other))
        self.assertEqual(failed.returncode, 1)
        self.assertIn('tag "other"', failed.stdout + failed.stderr)

    def test_diff_tells_what_is_obliged_to_no_more(self):
        before = policy(POLICY) / "p.sentrail"
        after = policy(POLICY.replace('redact args.card, notify', "notify")
                       .replace('tag "pii"', 'tag "pii", alert')) / "p.sentrail"
        answer = run("diff", "--json", before, after)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        found = {one["rule"]: one["widens"]
                 for one in json.loads(answer.stdout)["policies"][0]["obligations"]}
        self.assertEqual(found, {"acme.main.pay": True, "acme.main.pii": False})
        self.assertIn("obligations of acme.main.pay  (widens)", run("diff", before, after).stdout)

    def test_diff_of_bundles_knows_them(self):
        folder = policy(POLICY)
        bundle = folder / "p.bundle"
        self.assertEqual(run("build", folder, "-o", bundle).returncode, 0)
        answer = run("diff", "--json", bundle, folder / "p.sentrail")
        self.assertEqual(answer.returncode, 0, answer.stdout)

    def test_replay_counts_what_shadow_rules_would_change(self):
        folder = policy(POLICY)
        log = folder / "log"
        log.write_text(PII + "\n" + PII + '\n{"attributes": {"risk": "low"}}\n', encoding="utf-8")
        answer = run("replay", "--json", log, "-p", folder)
        self.assertEqual(json.loads(answer.stdout)["shadows"],
                         [{"shadow": "acme.main.tighten", "requests": 2}])

    def test_a_log_tells_what_is_obliged_to_otherwise(self):
        before, after = policy(POLICY), policy(POLICY.replace("redact args.card, ", ""))
        answer = run("diff", before, after, "--log", "-", stdin=PII + "\n")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("allow -> allow: 1 (100.0 %)  (other obligations)\n"
                      "    line 1: acme.main.pay -> acme.main.pay\n", answer.stdout)
        hidden = '{"attributes": {"risk": "low", "args": {"$unreadable": true}}}\n'
        answer = run("diff", before, after, "--log", "-", stdin=hidden)
        self.assertIn("block -> allow: 1 (100.0 %)  (widens)", answer.stdout)

    MUTATED = HEAD + """rule low: allow when risk == low then tag "low"
also rule live when env == live then alert
shadow rule trial: block when risk == low
default block
test "low" {
  given with risk = low
  expect allow by low
}
"""

    def test_mistakes_in_obligations_are_made(self):
        told = json.loads(run("test", "--mutate", "--json", policy(self.MUTATED)).stdout)
        survivors = {one["mistake"]: one["test"] for one in told["mutation"]["survivors"]}
        self.assertIn('then tag "low"',
                      survivors['rule `low` does not oblige to `tag "low"`'], survivors)
        self.assertIn("then alert", survivors["rule `live` is left out"], survivors)
        self.assertFalse([mistake for mistake in survivors if "trial" in mistake], survivors)
        expecting = self.MUTATED.replace("by low", 'by low then tag "low"') + """test "live" {
  given with env = live
  expect block by default then alert
}
"""
        told = json.loads(run("test", "--mutate", "--json", policy(expecting)).stdout)
        survivors = [one["mistake"] for one in told["mutation"]["survivors"]]
        self.assertNotIn('rule `low` does not oblige to `tag "low"`', survivors)
        self.assertNotIn("rule `live` is left out", survivors)

    def test_generated_tests_hold_what_is_obliged_to(self):
        text = json.loads(run("gen-tests", "--json", "--all", policy(self.MUTATED)).stdout)["text"]
        self.assertIn('expect allow by low then tag "low"', text)
        self.assertEqual(run("test", policy(self.MUTATED + text)).returncode, 0, text)

    def test_check_names_what_never_matches(self):
        dead = HEAD + """rule whole: allow when risk == low
also rule never when resource.ref ~ "a/**" and resource.ref ~ "b/**" then alert
shadow rule late: block when risk == low and env == live
"""
        answer = run("check", "--json", policy(dead))
        codes = {one["code"] for one in json.loads(answer.stdout)["diagnostics"]}
        self.assertLessEqual({"S0328", "S0329"}, codes, answer.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=0)
