"""Addresses and instants: evaluated, explained, compared, tested, limited, formatted."""

import json
import unittest

from harness.sentrailc import policy, run

HEAD = "policy p\nlanguage 1\n"
OFFICE = HEAD + """
list office = ["10.0.0.0/8", "2001:db8::/32"]
rule guests: block when agent.ip in "10.9.0.0/16"
rule inside: allow when agent.ip in office
default require_approval
"""


class Addresses(unittest.TestCase):
    def effect(self, request, *arguments, text=OFFICE):
        answer = run("eval", "--json", "-p", policy(text), *arguments, stdin=json.dumps(request))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return json.loads(answer.stdout)["effect"]

    def test_requests_say_where_from(self):
        for address, effect in (("10.0.0.7", "allow"), ("10.9.1.1", "block"),
                                ("11.0.0.7", "require_approval"), ("2001:DB8::7", "allow"),
                                ("::ffff:10.0.0.7", "allow"), ("::1", "require_approval"),
                                ("10.0.0.07", "block"), ("office", "block")):
            self.assertEqual(self.effect({"attributes": {"agent.ip": address}}), effect, address)
            raw = {"tool": "github", "method": "GET", "path": "/user", "agent": {"ip": address}}
            self.assertEqual(self.effect(raw), effect, address)
        self.assertEqual(self.effect({"attributes": {}}), "require_approval")

    def test_what_a_proxy_says_of_others_ends_at_the_gate(self):
        said = HEAD + 'rule a: allow when http.headers."%s" exists\ndefault block\n'
        for name, effect in (("X-Forwarded-For", "block"), ("Forwarded", "block"),
                             ("X-Request-Id", "allow")):
            raw = {"tool": "github", "method": "GET", "path": "/user",
                   "headers": {name: "10.0.0.1"}}
            self.assertEqual(self.effect(raw, text=said % name.lower()), effect, name)

    def test_explanations_show_the_one_form(self):
        answer = run("explain", "-p", policy(OFFICE),
                     stdin='{"attributes": {"agent.ip": "::FFFF:10.0.0.7"}}')
        self.assertIn("the value is 10.0.0.7", answer.stdout)
        self.assertIn('agent.ip in ["10.0.0.0/8", "2001:db8::/32"]', answer.stdout)

    def test_diff_finds_the_addresses_that_move(self):
        wider = OFFICE.replace("10.0.0.0/8", "10.0.0.0/7")
        answer = run("diff", "--json", policy(OFFICE) / "p.sentrail", policy(wider) / "p.sentrail")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        group, = json.loads(answer.stdout)["policies"][0]["groups"]
        request = json.loads(group["changes"][0]["request"])
        self.assertEqual(self.effect(request), "require_approval")
        self.assertEqual(self.effect(request, text=wider), "allow")

    def test_the_same_networks_written_otherwise_are_the_same(self):
        halves = OFFICE.replace('"10.0.0.0/8"', '"::ffff:10.0.0.0/105", "10.128.0.0/9"')
        answer = run("diff", policy(OFFICE), policy(halves))
        self.assertEqual(answer.returncode, 0, answer.stdout)

    def test_a_claim_about_addresses_is_proved(self):
        claim = OFFICE + 'prove "guests" never allow when agent.ip in "10.9.7.0/24"\n'
        self.assertEqual(run("prove", policy(claim)).returncode, 0)
        wrong = OFFICE + 'prove "home" never allow when agent.ip in "10.0.0.0/7"\n'
        self.assertEqual(run("prove", policy(wrong)).returncode, 1)

    def test_generated_tests_choose_addresses(self):
        made = run("gen-tests", policy(OFFICE) / "p.sentrail")
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.assertIn("agent.ip = ", made.stdout)
        answer = run("test", policy(OFFICE + made.stdout))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_fix_clears_what_stands_behind_the_prefix(self):
        folder = policy(HEAD + 'rule a: allow when agent.ip in "10.1.2.3/8"\n')
        self.assertEqual(run("check", folder).returncode, 1)
        run("check", "--fix", folder)
        self.assertIn('agent.ip in "10.0.0.0/8"', (folder / "p.sentrail").read_text())

    def test_limits_count_by_address(self):
        text = HEAD + "rule a: allow limit 1 per 1h by agent.ip when always\n"
        given = (("known", 'agent.ip = "10.0.0.7"'), ("unknown", "agent.ip = unreadable"))
        tests = "\n".join(f'test "{name}" {{\n  given with {value} after 1 calls\n'
                          "  expect block\n}" for name, value in given)
        answer = run("test", policy(text + tests + "\n"))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_servers_that_are_older_are_named(self):
        folder = policy(OFFICE)
        answer = run("build", folder, "-o", folder / "p.bundle", "--level", "7")
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("addresses or instants", answer.stdout + answer.stderr)


class Instants(unittest.TestCase):
    TEXT = HEAD + """
rule early: block when time < 2027-01-31
rule late: allow when time >= 2027-01-31T12:00:00Z
default require_approval
"""

    def test_rules_begin_and_end_at_instants(self):
        for now, effect in (("2027-01-30T23:59:59.999Z", "block"),
                            ("2027-01-31T00:00:00Z", "require_approval"),
                            ("2027-01-31T12:59:59+01:00", "require_approval"),
                            ("2027-01-31T13:00:00+01:00", "allow")):
            answer = run("eval", "--json", "-p", policy(self.TEXT), "--now", now,
                         stdin='{"attributes": {}}')
            self.assertEqual(json.loads(answer.stdout)["effect"], effect, now)


if __name__ == "__main__":
    unittest.main()
