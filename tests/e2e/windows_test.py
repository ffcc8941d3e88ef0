"""Windows of time: checked, evaluated at an instant, compared, tested, replayed, formatted."""

import json
import unittest

from harness.sentrailc import policy, run

HEAD = "policy p\nlanguage 1\n"
OFFICE = HEAD + """
condition office_hours = time in mon..fri 09:00..18:00 "Europe/Berlin"
rule days: allow when office_hours
rule nights: block when time in 22:00..06:00 "Europe/Berlin"
default require_approval
"""
FRIDAY_NOON = "2026-11-20T12:00:00+01:00"
SATURDAY_THREE = "2026-11-21T02:00:00Z"


class Windows(unittest.TestCase):
    def effect(self, request, *arguments, text=OFFICE):
        answer = run("eval", "--json", "-p", policy(text), *arguments, stdin=json.dumps(request))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return json.loads(answer.stdout)["effect"]

    def test_a_request_says_when_it_is_asked(self):
        for when, effect in ((FRIDAY_NOON, "allow"), (SATURDAY_THREE, "block"),
                             ("2026-11-20T18:00:00+01:00", "require_approval")):
            self.assertEqual(self.effect({"attributes": {"time": when}}), effect)
            raw = {"tool": "github", "method": "GET", "path": "/user", "time": when}
            self.assertEqual(self.effect(raw), effect)
            self.assertEqual(self.effect({"attributes": {}}, "--now", when), effect)
        # The request knows better than the command line; nobody knowing opens nothing.
        self.assertEqual(self.effect({"attributes": {"time": FRIDAY_NOON}}, "--now",
                                     SATURDAY_THREE), "allow")
        for unknown in ({}, {"time": {"$unreadable": True}}):
            self.assertEqual(self.effect({"attributes": unknown}), "block")
        for odd in ("noon", "1970-01-01", "2026-13-01T00:00:00Z"):
            answer = run("eval", "-p", policy(OFFICE), "--now", odd, stdin="{}")
            self.assertEqual(answer.returncode, 2, odd)

    def test_an_instant_ends_rules_too(self):
        text = HEAD + "rule a: allow when env == live until 2099-01-31\ndefault block\n"
        live = {"attributes": {"env": "live"}}
        self.assertEqual(self.effect(live, text=text), "allow")
        self.assertEqual(self.effect(live, "--now", "2099-01-31", text=text), "allow")
        self.assertEqual(self.effect(live, "--now", "2099-02-01", text=text), "block")

    def test_explanations_say_the_instant(self):
        answer = run("explain", "-p", policy(OFFICE), "--now", FRIDAY_NOON,
                     stdin='{"attributes": {}}')
        self.assertIn('time in mon..fri 09:00..18:00 "Europe/Berlin"', answer.stdout)
        self.assertIn("2026-11-20T11:00:00.000Z", answer.stdout)

    def test_diff_shows_an_instant_that_eval_answers_so(self):
        later = OFFICE.replace("18:00", "19:00")
        answer = run("diff", "--json", policy(OFFICE) / "p.sentrail", policy(later) / "p.sentrail")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        group, = json.loads(answer.stdout)["policies"][0]["groups"]
        self.assertEqual((group["from"], group["to"]), ("require_approval", "allow"))
        request = json.loads(group["changes"][0]["request"])
        self.assertEqual(self.effect(request), "require_approval")
        self.assertEqual(self.effect(request, text=later), "allow")

    def test_the_same_hours_by_other_clocks_are_not_the_same(self):
        # A day of changes tells them apart; in winter both are one hour ahead of UTC.
        one = HEAD + 'rule a: allow when time in 10:00..11:00 "Europe/Berlin"\n'
        for zone, code in (("Africa/Lagos", 1), ("Europe/Oslo", 0)):
            other = one.replace("Europe/Berlin", zone)
            answer = run("diff", policy(one), policy(other))
            self.assertEqual(answer.returncode, code, answer.stdout)

    def test_generated_tests_choose_instants(self):
        folder = policy(OFFICE)
        made = run("gen-tests", folder / "p.sentrail")
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.assertIn("time = ", made.stdout)
        tested = policy(OFFICE + made.stdout)
        answer = run("test", tested)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_replay_decides_at_the_time_of_each_record(self):
        log = "".join(json.dumps({"attributes": {"time": when}}) + "\n"
                      for when in (FRIDAY_NOON, SATURDAY_THREE, FRIDAY_NOON))
        answer = run("replay", "--json", "-p", policy(OFFICE), stdin=log)
        self.assertEqual(json.loads(answer.stdout)["effects"],
                         {"allow": 2, "require_approval": 0, "block": 1})

    def test_a_zone_that_is_none_is_suggested(self):
        answer = run("check", policy(OFFICE.replace("Berlin", "Berlim")))
        self.assertEqual(answer.returncode, 1)
        self.assertIn("S0243", answer.stdout + answer.stderr)
        self.assertIn("Europe/Berlin", answer.stdout + answer.stderr)

    def test_fmt_writes_windows_in_one_way(self):
        folder = policy(HEAD + 'rule a: allow when time not   in sat ,sun   "UTC"\n')
        self.assertEqual(run("fmt", folder).returncode, 0)
        self.assertIn('when time not in sat, sun "UTC"', (folder / "p.sentrail").read_text())


if __name__ == "__main__":
    unittest.main()
