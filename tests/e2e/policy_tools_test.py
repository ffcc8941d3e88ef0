"""The tools around a policy as people run them: coverage, tests made, replay, pictures."""

import datetime
import json
import pathlib
import unittest
import xml.etree.ElementTree

from harness.sentrailc import policy, run

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


class GenTests(unittest.TestCase):
    def test_what_is_appended_checks_passes_and_is_laid_out(self):
        folder = policy(SHOP)
        run("fmt", folder)
        for arguments in (["--append"], ["--append", "--all"]):
            answer = run("gen-tests", folder, *arguments)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertIn("tests added", answer.stdout)
            for verb in (["test", "--min-rules", 100], ["fmt", "--check"]):
                done = run(*verb, folder)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(run("check", folder).returncode, 0)
        coverage = json.loads(run("test", "--coverage", "--json", folder).stdout)["coverage"]
        self.assertTrue(all(boundary["seen"] for boundary in coverage["boundaries"]))

    def test_packs_get_tests_that_pass(self):
        for pack in ("strict", "mcp-safe", "production-database"):
            text = next((ROOT / "policies" / pack).glob("*.sentrail")).read_text("utf-8")
            folder = policy(text.split("\ntest ")[0])
            self.assertEqual(run("gen-tests", "--append", folder).returncode, 0)
            done = run("test", "--min-rules", 100, folder)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_without_append_nothing_is_written(self):
        folder = policy(SHOP)
        answer = json.loads(run("gen-tests", "--json", folder).stdout)
        self.assertGreater(answer["tests"], 3)
        self.assertTrue(answer["text"].startswith("test "))
        self.assertEqual((folder / "p.sentrail").read_text("utf-8"), SHOP)


class Flip(unittest.TestCase):
    def test_a_flip_is_so(self):
        folder = policy(SHOP)
        given = {"args": {"amount": 501}, "risk": "low"}
        answer = run("explain", "--flip", "--json", "-p", folder,
                     stdin=json.dumps({"attributes": given}))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        flips = {flip["changes"][0]["attribute"]: flip
                 for flip in json.loads(answer.stdout)["flips"] if flip["effect"] == "allow"}
        amount = flips["args.amount"]["changes"][0]
        self.assertEqual(amount["from"], "501")
        given["args"]["amount"] = int(amount["to"])
        now = decision(folder, json.dumps({"attributes": given}))
        self.assertEqual((now["effect"], now["rule"]), ("allow", flips["args.amount"]["rule"]))

    def test_two_values_where_one_is_not_enough(self):
        answer = run("explain", "--flip", "-p", policy(SHOP), stdin='{"attributes":{}}')
        self.assertIn("instead of (absent)", answer.stdout)
        two = policy(HEAD + 'rule both: allow when env == live and agent.id == "a"\n')
        answer = json.loads(run("explain", "--flip", "--json", "-p", two,
                                stdin='{"attributes":{}}').stdout)
        self.assertEqual(len(answer["flips"][0]["changes"]), 2)

    def test_nothing_found_is_said(self):
        answer = run("explain", "--flip", "-p", policy(HEAD + "rule each: block when always\n"),
                     stdin='{"attributes":{}}')
        self.assertIn("no change of one or two values was found", answer.stdout)

    def test_a_call_of_github_is_flipped_too(self):
        answer = run("explain", "--flip", "-p", STARTER, stdin='{"tool":"github",'
                     '"method":"DELETE","path":"/repos/acme/web/git/refs/heads/main"}')
        self.assertIn("it would be require_approval by default, if", answer.stdout)
        self.assertIn('resource.ref were', answer.stdout)

    def test_a_flip_starts_from_what_limits_hold(self):
        text = HEAD + "rule a: allow when env == live limit 5 per 1h{}\ndefault block\n"
        full = {"attributes": {"env": "live"}, "state": {"used": {"a": 5}}}

        def flips(text, asked):
            answer = run("explain", "--flip", "--json", "-p", policy(text), stdin=json.dumps(asked))
            self.assertEqual(answer.returncode, 0, answer.stderr)
            return {flip["effect"] for flip in json.loads(answer.stdout)["flips"]}

        self.assertEqual(flips(text.format(""), full), set(), "it is blocked whatever env is")
        full["state"]["used"]["a"] = 4
        self.assertEqual(flips(text.format(""), full), {"block"})
        full["state"]["used"]["a"] = 5
        self.assertEqual(flips(text.format(" else require_approval"), full), {"block"})
        # Six of one request are one too many.
        six = {"items": [{"attributes": {"env": "live"}}] * 6}
        self.assertEqual(flips(text.format(""), six), set())


class Mutation(unittest.TestCase):
    def pasted(self, text):
        """The policy with all tests that `--mutate` suggests."""
        survivors = json.loads(run("test", "--mutate", "--json", policy(text)).stdout)
        tests = [survivor["test"] for survivor in survivors["mutation"]["survivors"]]
        return text + "\n" + "\n".join(test for test in tests if test)

    def test_suggested_tests_notice_what_no_test_noticed(self):
        folder = policy(SHOP)
        answer = run("test", "--mutate", "--json", folder)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        mutation = json.loads(answer.stdout)["mutation"]
        survivors = mutation["survivors"]
        self.assertEqual(mutation["mistakes"] - mutation["noticed"], len(survivors))
        self.assertEqual(mutation["notTried"], 0)
        said = [survivor["mistake"] for survivor in survivors]
        for mistake in ("rule `small` is left out",
                        "rule `reads` says `require_approval` instead of `allow`",
                        "`risk <= medium` of rule `small` has `<` for `<=`",
                        "`args.amount in 0..500` of rule `small` has `0..501` for `0..500`",
                        "rule `small` has no `unless`",
                        "the default says `allow` instead of `require_approval`",
                        "`env == live` of rule `no_drop` is left out",
                        '`mcp.tool ~ "drop_*"` of rule `no_drop` has `**` for `drop_*`'):
            self.assertIn(mistake, said)
        self.assertNotIn("rule `no_drop` is left out", said)
        for survivor in survivors:
            self.assertTrue(survivor["noticing"], survivor)
        whole = self.pasted(SHOP)
        again = run("test", "--mutate", policy(whole))
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertRegex(again.stdout, r"mutation: (\d+) of \1 mistakes noticed")
        self.assertEqual(run("test", "--mutate", "--json", folder).stdout, answer.stdout)

    def test_what_nobody_sees_is_shown_and_can_be_pasted(self):
        text = HEAD + ('rule a: block when agent.id in ["x", "\\u{1b}[31mRED", "\\u{9b}1m"]\n'
                       'rule b: block when user.id in ["\\u{202e}a*", "y"]\ndefault allow\n')
        shown = run("test", "--mutate", policy(text)).stdout
        for raw in "\x1b\x9b\u202e":
            self.assertNotIn(raw, shown)
        self.assertIn("lacks `\\x1b[31mRED`", shown)
        self.assertIn("lacks `\\u{9b}1m`", shown)
        again = run("test", "--mutate", policy(self.pasted(text)))
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)

    def test_what_makes_no_difference_does_not_count(self):
        text = HEAD + ('rule a: block when env == live\nrule b: block when env == live\n'
                       'default block\n')
        told = json.loads(run("test", "--mutate", "--json", policy(text)).stdout)["mutation"]
        said = [survivor["mistake"] for survivor in told["survivors"]]
        self.assertNotIn("rule `b` is left out", said)
        self.assertIn("rule `a` says `require_approval` instead of `block`", said)
        self.assertGreater(told["noDifference"], 3)

    def test_people_and_times_are_noticed_by_tests_that_name_them(self):
        text = HEAD + ('rule a: require_approval from (2 of group leads and role admin) within 4h\n'
                       '  when env == live\ndefault block\n')
        said = [survivor["mistake"] for survivor in json.loads(
            run("test", "--mutate", "--json", policy(text)).stdout)["mutation"]["survivors"]]
        for mistake in ("asks 1 of group leads instead of 2 of group leads",
                        "asks 3 of group leads instead of 2 of group leads",
                        "does not ask 1 of role admin", "gives 8h instead of 4h"):
            self.assertIn("rule `a` " + mistake, said)
        whole = self.pasted(text)
        self.assertIn("from (2 of group leads and 1 of role admin)", whole)
        self.assertEqual(run("test", "--mutate", policy(whole)).returncode, 0)

    def test_modules_notice_by_tests_of_their_own(self):
        folder = policy(HEAD + "import lists\n\ndefault block\n"
                        'test "rest" {\n  given with env = test\n  expect block by default\n}\n')
        (folder / "lists.sentrail").write_text(
            "policy lists\nlanguage 1\n\nrule a: allow when env == live\n"
            'test "a" {\n  given with env = live\n  expect allow by a\n}\n'
            'test "b" {\n  given with env = test\n  expect require_approval\n}\n',
            encoding="utf-8")
        answer = run("test", "--mutate", folder / "p.sentrail")
        self.assertEqual(answer.returncode, 0, answer.stdout)

    def test_tests_that_fail_come_first_and_reports_have_findings(self):
        broken = policy(HEAD + 'rule a: block when env == live\n'
                        'test "a" {\n  given with env = live\n  expect allow\n}\n')
        answer = run("test", "--mutate", broken)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("mistakes are tried once all tests pass", answer.stderr)
        self.assertNotIn("mutation:", answer.stdout)
        sarif = json.loads(run("--format", "sarif", "test", "--mutate", policy(SHOP)).stdout)
        kinds = {result["ruleId"] for result in sarif["runs"][0]["results"]}
        self.assertEqual(kinds, {"S0603"})
        junit = run("--format", "junit", "test", "--mutate", policy(SHOP)).stdout
        xml.etree.ElementTree.fromstring(junit)
        self.assertIn("no test notices if rule", junit)
        github = run("--format", "github", "test", "--mutate", policy(SHOP)).stdout
        self.assertTrue(github.startswith("::warning "), github[:200])


LIMITED = HEAD + """
rule few: allow
  when mcp.tool == send and env == test
  limit 5 per 1h by agent.id
  limit sum args.amount 20.5 per 1d else require_approval

also rule seen when resource.type == "pii" then tag "pii"

test "sent" {
  given with mcp.tool = send, env = test, agent.id = "a", args.amount = 1
  expect allow by few
}
"""


class LimitsAndAlsos(unittest.TestCase):
    def test_coverage_asks_for_the_ends_of_limits_and_for_also_rules(self):
        folder = policy(LIMITED)
        coverage = json.loads(run("test", "--coverage", "--json", folder).stdout)["coverage"]
        self.assertEqual(coverage["rulesPercent"], 50)
        self.assertEqual([rule["seen"] for rule in coverage["rules"]], ["decided", "not matched"])
        also = decision(folder, coverage["rules"][1]["request"])
        self.assertEqual(also["obligations"], ['tag "pii"'])
        asked = [(one["limit"].split(" by ")[0], one["room"], one["seen"])
                 for one in coverage["limits"]]
        self.assertEqual(asked, [("limit 5 per 1h", True, False), ("limit 5 per 1h", False, False),
                                 ("limit sum args.amount 20.5 per 1d", True, False),
                                 ("limit sum args.amount 20.5 per 1d", False, False)])
        effects = [decision(folder, one["request"])["effect"] for one in coverage["limits"]]
        self.assertEqual(effects, ["allow", "block", "allow", "require_approval"])
        text = run("test", "--coverage", folder).stdout
        self.assertIn("limits: 0 of 4 ends seen", text)
        self.assertIn("no test matches the `also` rule p.main.seen", text)
        self.assertIn("is the first without room in `limit 5 per 1h by agent.id`", text)

    def test_generated_tests_reach_them_and_hold(self):
        folder = policy(LIMITED)
        self.assertEqual(run("gen-tests", "--append", folder).returncode, 0)
        whole = (folder / "p.sentrail").read_text()
        for part in ("used few = 4", "used few = 5", "used few limit 2 = 19.5", 'then tag "pii"'):
            self.assertIn(part, whole)
        coverage = json.loads(run("test", "--coverage", "--json", folder).stdout)["coverage"]
        self.assertEqual(coverage["rulesPercent"], 100)
        self.assertTrue(all(one["seen"] for one in coverage["limits"]))

    def test_calls_before_count_as_what_is_used(self):
        text = LIMITED + ("test \"fifth\" {\n  given with mcp.tool = send, env = test, "
                          "agent.id = \"a\", args.amount = 0 after 4 calls\n  expect allow\n}\n"
                          "test \"sixth\" {\n  given with mcp.tool = send, env = test, "
                          "agent.id = \"a\", args.amount = 0 after 5 calls\n  expect block\n}\n")
        coverage = json.loads(run("test", "--coverage", "--json", policy(text)).stdout)["coverage"]
        self.assertEqual([one["seen"] for one in coverage["limits"]], [True, True, False, False])

    def test_mistakes_in_limits_survive_until_tests_say_what_is_used(self):
        told = json.loads(run("test", "--mutate", "--json", policy(LIMITED)).stdout)["mutation"]
        said = [survivor["mistake"] for survivor in told["survivors"]]
        for mistake in ("has no `limit 5 per 1h by agent.id`",
                        "has `limit 4 per 1h by agent.id` for `limit 5 per 1h by agent.id`",
                        "has `limit 6 per 1h by agent.id` for `limit 5 per 1h by agent.id`",
                        "has `limit 5 per 1h` for `limit 5 per 1h by agent.id`",
                        "has `limit 5 per 1h by agent.id else require_approval` for "
                        "`limit 5 per 1h by agent.id else block`",
                        "has `limit sum args.amount 20.4 per 1d` for "
                        "`limit sum args.amount 20.5 per 1d`"):
            self.assertIn("rule `few` " + mistake, said)
        whole = LIMITED + "".join("\n" + one["test"] for one in told["survivors"])
        again = run("test", "--mutate", policy(whole))
        self.assertEqual(again.returncode, 0, again.stdout)

    def test_ends_of_windows_and_of_rules_are_moved(self):
        # A Wednesday to come, so that the rule has not ended and analysis looks as far.
        soon = datetime.date.today() + datetime.timedelta(days=60)
        last = soon + datetime.timedelta(days=(2 - soon.weekday()) % 7)
        day = datetime.timedelta(days=1)
        text = HEAD + ('rule day: allow\n  when time in mon..fri 09:00..18:00 "Europe/Berlin"\n'
                       f'  until {last}\n')
        said = [one["mistake"] for one in json.loads(
            run("test", "--mutate", "--json", policy(text)).stdout)["mutation"]["survivors"]]
        window = '`mon..fri 09:00..18:00 "Europe/Berlin"`'
        for other in ("08:59..18:00", "09:01..18:00", "09:00..17:59", "09:00..18:01"):
            self.assertTrue(any(f'has `mon..fri {other} "Europe/Berlin"` for {window}' in one
                                for one in said), said)
        self.assertFalse(any("until" in one for one in said), "no test says its time")
        text += ('test "at ten" {\n  given with time = "' + f"{last - day}" + 'T11:00:00Z"\n'
                 '  expect allow by day\n}\n')
        told = json.loads(run("test", "--mutate", "--json", policy(text)).stdout)["mutation"]
        said = [one["mistake"] for one in told["survivors"]]
        for other in (last - day, last + day):
            self.assertIn(f"rule `day` has `until {other}` for `until {last}`", said)
        whole = text + "".join("\n" + one["test"] for one in told["survivors"])
        again = run("test", "--mutate", policy(whole))
        self.assertEqual(again.returncode, 0, again.stdout)


class Replay(unittest.TestCase):
    LOG = ['{"attributes":{"mcp.tool":"get"}}', "", "no json", '{"attributes":{"mcp.tool":"x"}}',
           '{"attributes":{"mcp.tool":"drop_table","env":"live"}}', '{"attributes":{"typo":1}}',
           '{"items":[{"attributes":{"mcp.tool":"get"}},{"attributes":{"mcp.tool":"drop_a",'
           '"env":"live"}}]}']

    def test_broken_lines_are_named_and_the_rest_counted(self):
        answer = run("replay", "--json", "-p", policy(SHOP), "-", stdin="\n".join(self.LOG))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        out = json.loads(answer.stdout)
        self.assertEqual(out["effects"], {"allow": 1, "require_approval": 1, "block": 2})
        self.assertEqual((out["requests"], out["brokenLines"]), (4, 2))
        self.assertEqual([broken["line"] for broken in out["broken"]], [3, 6])
        self.assertEqual(out["rules"][0], {"rule": "p.safety.no_drop", "requests": 2})

    def test_a_log_without_faults_is_fine_and_summed_up(self):
        folder = policy(SHOP)
        log = folder / "log.jsonl"
        log.write_text((self.LOG[0] + "\r\n") * 1000, encoding="utf-8")
        answer = run("replay", "-p", folder, log)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("1000 requests, 0 broken lines", answer.stdout)
        self.assertRegex(answer.stdout, r"1000  p\.team\.reads")

    def test_a_line_past_every_limit_is_left_out(self):
        long = '{"attributes":{"mcp.tool":"' + "a" * (9 << 20) + '"}}'
        answer = run("replay", "--json", "-p", policy(SHOP), stdin=f"{long}\n{self.LOG[0]}\n")
        out = json.loads(answer.stdout)
        self.assertEqual((out["requests"], out["brokenLines"]), (1, 1))

    def test_a_log_that_is_not_there(self):
        self.assertEqual(run("replay", "-p", policy(SHOP), "/no/such/log").returncode, 2)


class Graph(unittest.TestCase):
    def test_it_is_xml_and_shows_every_rule(self):
        for pack in ("starter", "mcp-safe"):
            answer = run("graph", ROOT / "policies" / pack)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            xml.etree.ElementTree.fromstring(answer.stdout)
        self.assertIn("secret_files", answer.stdout)

    def texts_of(self, folder):
        answer = run("graph", folder)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        root = xml.etree.ElementTree.fromstring(answer.stdout)
        return [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]

    def test_it_shows_all_that_a_rule_does(self):
        folder = policy(
            'policy p\nlanguage 1\nimport acme.base\ncondition late(who) = who ~ "ci-*" and\n'
            '  # a word on it\n  env == live\n'
            'tier team {\n'
            '  rule pays: require_approval from (2 of group leads and role admin) within 24h\n'
            '    when args.amount > 5 until 2099-01-31\n'
            '  rule usual: require_approval when late(agent.id)\n'
            '  rule few: allow when agent.registered == true\n'
            '    limit 20 per 1h by agent.id\n'
            '    limit sum args.amount 5000 per 1d by agent.id else require_approval '
            'from (group finance)\n'
            '    then redact args.card, notify slack "#fin"\n'
            '  also rule marks when env == live then tag "live"\n'
            '  shadow rule tighter: block when env == test\n}\n'
            'default require_approval from (group ops)\n')
        (folder / "acme").mkdir()
        (folder / "acme/base.sentrail").write_text(
            'policy acme.base\nlanguage 1\ncondition odd = agent.id == "x"\n'
            'guard tier floor {\n  rule stop: block when odd and risk == critical\n}\n')
        shown = self.texts_of(folder)
        joined = " ".join(text.strip() for text in shown)
        for text in ("from (2 of group leads and 1 of role admin) within 1d", "until 2099-01-31",
                     "from (1 of role reviewer)", "limit 20 per 1h by agent.id else block",
                     "limit sum args.amount 5000 per 1d by agent.id else require_approval from "
                     "(1 of group finance)", "then redact args.card", 'then notify slack "#fin"',
                     'then tag "live"', "also: adds to the decision", "when env == live",
                     "shadow: block, recorded alone", "when env == test", "of acme.base",
                     "when odd and risk == critical", "from (1 of group ops)",
                     'late(who) = who ~ "ci-*" and env == live', 'acme.base.odd = agent.id == "x"'):
            self.assertIn(text, joined)
        self.assertNotIn("a word on it", joined)
        # Only what decides says by how many tests it is covered: three rules, one, the default.
        self.assertEqual(sum("no test is decided here" in text for text in shown), 5)

    def test_long_conditions_are_wrapped_and_stay_in_their_boxes(self):
        names = " or ".join(f'resource.owner == "team-{i}-\u00e9"' for i in range(40))
        shown = self.texts_of(policy(f'policy p\nlanguage 1\nrule long: block when {names}\n'
                                     f'rule wide: block when env == "{"x" * 200}"\n'))
        beginnings = ("when", "resource", "or", "x")
        lines = [text for text in shown if text.lstrip().startswith(beginnings)]
        self.assertGreater(len(lines), 10)
        self.assertLessEqual(max(map(len, lines)), 41)
        self.assertEqual(sum(text.endswith("\u2026") for text in lines), 1)

    def test_hostile_texts_are_escaped(self):
        text = HEAD + 'rule r: allow when env == "<script>&\\"\\u{202e}"\n' \
                      'test "]]><x>" {\n  given with env = live\n  expect require_approval\n}\n'
        folder = policy(text)
        answer = run("graph", folder, "-o", folder / "p.svg")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        svg = (folder / "p.svg").read_text("utf-8")
        xml.etree.ElementTree.fromstring(svg)
        self.assertNotIn("<script", svg)
        self.assertNotIn("\u202e", svg)


if __name__ == "__main__":
    unittest.main()
