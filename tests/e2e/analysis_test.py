"""What sentrailc says of all requests: diff of files, bundles and git revisions, claims, lints."""

import datetime
import json
import pathlib
import subprocess
import tempfile
import unittest

from harness.sentrailc import policy, run

HEAD = "policy acme\nlanguage 1\n\n"
STRICT = HEAD + """rule protect: block when resource.ref in [main, "release/**"]
rule rest: allow when risk == low
"""
LOOSE = HEAD + """rule protect: block when resource.ref == main
rule rest: allow when risk == low
"""


class Analysis(unittest.TestCase):
    def eval_of(self, text, request):
        answer = run("eval", "--json", "-p", policy(text), stdin=request)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def repository(self, *revisions):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
        git = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run([*git, "init", "-q"], check=True)
        (folder / "policies").mkdir()
        for text in revisions:
            (folder / "policies/acme.sentrail").write_text(text, encoding="utf-8")
            subprocess.run([*git, "add", "."], check=True)
            subprocess.run([*git, "commit", "-q", "-m", "policy"], check=True)
        return folder

    def test_diff_shows_what_widens_with_a_request_that_eval_answers_so(self):
        before, after = policy(STRICT), policy(LOOSE)
        answer = run("diff", "--json", before / "p.sentrail", after / "p.sentrail")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        groups = json.loads(answer.stdout)["policies"][0]["groups"]
        self.assertEqual([(g["from"], g["to"]) for g in groups],
                         [("block", "allow"), ("block", "require_approval")])
        for group in groups:
            self.assertTrue(group["widens"])
            for change in group["changes"]:
                old = self.eval_of(STRICT, change["request"])
                new = self.eval_of(LOOSE, change["request"])
                self.assertEqual((old["effect"], old["rule"]), (group["from"], change["before"]))
                self.assertEqual((new["effect"], new["rule"]), (group["to"], change["after"]))
        for_people = run("diff", before, after)
        self.assertIn("block -> allow  (widens)", for_people.stdout)
        same = run("diff", before, before)
        self.assertEqual(same.returncode, 0)
        self.assertIn("every request has the same effect", same.stdout)

    def test_diff_compares_git_revisions(self):
        folder = self.repository(STRICT, LOOSE)
        path = "policies/acme.sentrail"
        for arguments in ([f"HEAD~1:{path}", f"HEAD:{path}"], [f"HEAD~1:{path}", path],
                          ["HEAD~1", "HEAD", "--git", "policies"],
                          ["HEAD~1", "HEAD", "--git", path]):
            answer = run("diff", *arguments, folder=folder)
            self.assertEqual(answer.returncode, 1, f"{arguments} {answer.stderr}")
            self.assertIn("block -> allow  (widens)", answer.stdout, arguments)
        back = run("diff", "HEAD", "HEAD~1", "--git", ".", folder=folder / "policies")
        self.assertIn("allow -> block", back.stdout, back.stderr)
        self.assertNotIn("widens", back.stdout)
        wrong = ((["nowhere:x.sentrail", path], "there is no git revision nowhere"),
                 (["HEAD:none.sentrail", path], "there is no none.sentrail"),
                 (["HEAD", "HEAD", "--git", "none"], "no .sentrail file in none"))
        for arguments, message in wrong:
            answer = run("diff", *arguments, folder=folder)
            self.assertEqual(answer.returncode, 2, f"{arguments} {answer.stdout}")
            self.assertIn(message, answer.stderr, arguments)

    def test_diff_compares_bundles(self):
        folder = policy(LOOSE)
        self.assertEqual(run("build", folder, "-o", folder / "p.bundle").returncode, 0)
        same = run("diff", folder / "p.bundle", folder / "p.sentrail")
        self.assertEqual(same.returncode, 0, same.stdout + same.stderr)
        changed = run("diff", policy(STRICT) / "p.sentrail", folder / "p.bundle")
        self.assertIn("block -> allow  (widens)", changed.stdout, changed.stderr)

    def test_answers_say_who_approves_and_by_when(self):
        folder = policy("policy p\nlanguage 1\nguard tier g {\n  rule a: require_approval from "
                        "(2 of group leads) within 2h when env == live\n}\n"
                        "default require_approval from (role admin)\n")
        live = json.dumps({"attributes": {"env": "live"}})
        answer = run("eval", "-p", folder, stdin=live)
        self.assertEqual(answer.stdout, "require_approval by p.g.a\n  Policy 'p.g.a' matched\n"
                         "  from 1 of role:admin; 2 of leads within 2h or the server's time, "
                         "if that is less\n")
        for command in ("eval", "explain"):
            told = json.loads(run(command, "--json", "-p", folder, stdin=live).stdout)
            self.assertEqual(told["approval"], {"quorums": ["1 of role:admin", "2 of leads"],
                                                "withinMs": 7200000, "usualTime": True})
        both = json.dumps({"items": [{"attributes": {"env": "test"}}, json.loads(live)]})
        told = json.loads(run("eval", "--json", "-p", folder, stdin=both).stdout)
        self.assertEqual(told["approval"]["quorums"], ["1 of role:admin", "2 of leads"])
        blocked = policy("policy p\nlanguage 1\nrule b: block when always\n")
        self.assertNotIn("approval", json.loads(run("eval", "--json", "-p", blocked,
                                                    stdin=live).stdout))

    def test_diff_lists_rules_that_ask_other_people(self):
        def asking(clauses, default):
            return policy("policy p\nlanguage 1\ntier t {\n"
                          f"  rule a: require_approval {clauses} when env == live\n}}\n"
                          f"default require_approval {default}\n") / "p.sentrail"
        strict = asking("from (group leads and group leads) within 2h", "from (role admin)")
        answer = run("diff", strict, asking("within 2h", "from (1 of role admin)"))
        self.assertEqual((answer.returncode, answer.stdout),
                         (1, "p.sentrail: every request has the same effect\napproval by p.t.a\n"
                             "  from (2 of group leads) within 2h -> "
                             "from (1 of role reviewer) within 2h\n"))
        told = json.loads(run("diff", "--json", strict, asking("", "")).stdout)["policies"][0]
        self.assertEqual(told["state"], "changed")
        self.assertEqual(told["approvals"], [
            {"rule": "default", "before": "from (1 of role admin)", "after": "as usual"},
            {"rule": "p.t.a", "before": "from (2 of group leads) within 2h", "after": "as usual"}])
        same = run("diff", strict, asking("from (2 of group leads) within 120m",
                                          "from (role admin)"))
        self.assertEqual((same.returncode, same.stdout.count("approval")), (0, 0))
        bundle = strict.parent / "p.bundle"
        run("build", strict, "-o", bundle)
        self.assertEqual(run("diff", bundle, strict).returncode, 0)

    def test_diff_shows_where_limits_obligations_and_people_move(self):
        head = "policy p\nlanguage 1\ntier t {\n"
        few = "  rule few: allow when env == live limit 5 per 1h\n"
        all_ = "  rule both: allow when env in [live, test]\n"
        free = policy(head + all_ + few + "}\n")
        answer = run("diff", policy(head + few + all_ + "}\n"), free)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("every request has the same effect", answer.stdout)
        self.assertIn("where the limits of p.t.few count  (widens)\n  no longer\n", answer.stdout)
        for word in ("live", "test"):
            text = head + all_ + f"  also rule hide when env == {word} then redact body.card\n}}\n"
            (free / f"{word}.sentrail").write_text(text, encoding="utf-8")
        sides = free / "live.sentrail", free / "test.sentrail"
        told = json.loads(run("diff", "--json", *sides).stdout)
        aspect = told["policies"][0]["aspects"][0]
        self.assertEqual((told["ok"], aspect["of"], aspect["what"], aspect["widens"]),
                         (False, "obligation", "redact body.card", True))
        self.assertEqual(json.loads(aspect["lost"][0])["attributes"]["env"], "live")
        leads = "  rule a: require_approval from (group leads) when env == live\n"
        admins = "  rule b: require_approval from (group admins) when env in [live, test]\n"
        answer = run("diff", policy(head + leads + admins + "}\n"),
                     policy(head + admins + leads + "}\n"))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("where approval is asked for from (1 of group leads)\n  no longer\n",
                      answer.stdout)

    def test_diff_counts_the_ends_of_rules(self):
        end = datetime.date.today() + datetime.timedelta(days=300)
        text = HEAD + "rule a: allow when env == live{}\ndefault block\n"
        answer = run("diff", policy(text.format(f" until {end}")), policy(text.format("")))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("block -> allow  (widens)", answer.stdout)

    def test_diff_names_policies_that_come_and_go(self):
        before, after = policy(STRICT), policy(STRICT)
        (after / "more.sentrail").write_text(LOOSE, encoding="utf-8")
        answer = run("diff", "--json", before, after)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        states = {p["policy"]: p["state"] for p in json.loads(answer.stdout)["policies"]}
        self.assertEqual(states, {"more.sentrail": "added", "p.sentrail": "equivalent"})

    def test_diff_compares_a_file_with_the_only_policy_of_a_folder(self):
        folder = policy(LOOSE)
        bundle = folder.parent / f"{folder.name}.bundle"
        self.assertEqual(run("build", policy(STRICT), "-o", bundle).returncode, 0)
        for sides in ((bundle, folder), (bundle, folder / "p.sentrail")):
            answer = run("diff", *sides)
            self.assertEqual(answer.returncode, 1, answer.stderr)
            self.assertIn("(widens)", answer.stdout)
        self.assertEqual(run("diff", policy(STRICT), bundle).returncode, 0)
        (folder / "q.sentrail").write_text(STRICT, encoding="utf-8")
        self.assertIn("q.sentrail: only after", run("diff", bundle, folder).stdout)

    LOG = ['{"attributes":{"resource.ref":"main","risk":"low"}}',
           '{"attributes":{"resource.ref":"release/1","risk":"low"}}', "no json", "",
           '{"attributes":{"resource.ref":"release/2","risk":"high"}}',
           '{"attributes":{"resource.ref":"release/3","risk":"low"}}',
           '{"attributes":{"resource.ref":"topic","risk":"low"}}']

    def test_a_log_tells_the_share_of_what_changes_between_revisions(self):
        folder = self.repository(STRICT, LOOSE)
        (folder / "log.jsonl").write_text("\n".join(self.LOG), encoding="utf-8")
        answer = run("diff", "HEAD~1", "HEAD", "--git", "policies", "--log", "log.jsonl", "--json",
                     folder=folder)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        told = json.loads(answer.stdout)["policies"][0]
        traffic = told["traffic"]
        self.assertEqual((traffic["requests"], traffic["brokenLines"]), (5, 1))
        self.assertEqual([broken["line"] for broken in traffic["broken"]], [3])
        self.assertEqual([(c["from"], c["to"], c["requests"], c["widens"], round(c["percent"], 1))
                          for c in traffic["changes"]],
                         [("block", "allow", 2, True, 40.0),
                          ("block", "require_approval", 1, True, 20.0)])
        self.assertEqual(traffic["changes"][0]["examples"],
                         [{"line": 2, "before": "acme.main.protect", "after": "acme.main.rest"},
                          {"line": 6, "before": "acme.main.protect", "after": "acme.main.rest"}])
        text = run("diff", "HEAD~1:policies/acme.sentrail", "policies/acme.sentrail", "--log",
                   "log.jsonl", folder=folder)
        self.assertEqual(text.returncode, 1)
        self.assertIn("line 3 is left out", text.stderr)
        self.assertIn("recorded: 5 requests, 1 broken line; 3 change (60.0 %)\n"
                      "  block -> allow: 2 (40.0 %)  (widens)\n"
                      "    line 2: acme.main.protect -> acme.main.rest\n", text.stdout)
        back = run("diff", "HEAD", "HEAD~1", "--git", "policies", "--log", "log.jsonl", "--json",
                   folder=folder)
        changes = json.loads(back.stdout)["policies"][0]["traffic"]["changes"]
        self.assertEqual([(c["from"], c["to"]) for c in changes],
                         [("allow", "block"), ("require_approval", "block")])

    def test_a_log_is_read_from_stdin_by_bundles_too_and_broken_lines_are_findings(self):
        folder = policy(STRICT)
        self.assertEqual(run("build", folder, "-o", folder / "p.bundle").returncode, 0)
        both = [folder / "p.bundle", folder / "p.sentrail"]
        whole = "\n".join(line for line in self.LOG if line != "no json")
        same = run("diff", *both, "--log", "-", stdin=whole)
        self.assertEqual(same.returncode, 0, same.stderr)
        self.assertIn("5 requests, 0 broken lines; 0 change (0.0 %)", same.stdout)
        broken = run("diff", *both, "--log", "-", "--json", stdin="\n".join(self.LOG))
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(json.loads(broken.stdout)["ok"], False)
        self.assertEqual(json.loads(broken.stdout)["policies"][0]["state"], "equivalent")
        self.assertEqual(run("diff", *both, "--log", "/no/such/log").returncode, 2)
        empty = run("diff", *both, "--log", "-", stdin="")
        self.assertIn("0 requests, 0 broken lines; 0 change (0.0 %)", empty.stdout)
        for name in ("a", "b"):
            (folder / f"{name}.sentrail").write_text(STRICT, encoding="utf-8")
        twice = run("diff", folder, folder, "--log", "-", stdin=whole)
        self.assertEqual(twice.returncode, 2)
        self.assertIn("is read once", twice.stderr)

    def test_a_log_tells_who_else_is_asked(self):
        rule = 'rule r: require_approval from (group a) when env == live\ndefault block\n'
        before, after = policy(HEAD + rule), policy(HEAD + rule.replace("group a", "group b"))
        answer = run("diff", before, after, "--log", "-", stdin='{"attributes":{"env":"live"}}\n')
        self.assertEqual(answer.returncode, 1)
        self.assertIn("require_approval -> require_approval: 1 (100.0 %)  (other people or time)",
                      answer.stdout)

    def test_claims_are_proved_or_refuted(self):
        text = STRICT + ('prove "protected" never allow when resource.ref == main\n'
                         'prove "low" never block when risk == low\n')
        answer = run("prove", "--json", policy(text))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        proved, refuted = json.loads(answer.stdout)["proofs"]
        self.assertEqual((proved["verdict"], refuted["verdict"]), ("proved", "refuted"))
        self.assertEqual(self.eval_of(text, refuted["request"])["effect"], "block")
        self.assertIn("refuted: low", run("prove", policy(text)).stdout)
        self.assertEqual(run("prove", policy(STRICT)).returncode, 0)
        self.assertEqual(run("prove", policy("policy p\nrule r: maybe\n")).returncode, 2)

    def test_check_finds_rules_that_have_ended_on_a_day(self):
        folder = policy("policy p\nlanguage 1\nrule a: allow when env == live until 2099-01-31 "
                        "owner \"platform\" ticket \"SEC-12\"\n")
        self.assertEqual(run("check", folder).returncode, 0)
        self.assertEqual(run("check", "--now", "2099-01-31", folder).returncode, 0)
        ended = run("check", "--now", "2099-02-01", folder)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("S0274", ended.stdout + ended.stderr)
        self.assertEqual(run("check", "--now", "tomorrow", folder).returncode, 2)
        request = '{"attributes": {"env": "live"}}'
        told = json.loads(run("explain", "--json", "-p", folder, stdin=request).stdout)
        self.assertEqual(told["effect"], "allow")
        self.assertEqual([told["rules"][0][key] for key in ("owner", "ticket", "endsAt")],
                         ["platform", "SEC-12", "2099-02-01T00:00:00.000Z"])

    # Instants are told apart where a rule asks for the time.
    ENDING = ("rule a: allow when env == live until 2020-01-31\n"
              'rule b: block when env == test and time in sat..sun 09:00..18:00 "UTC"\n'
              "default block\n")

    def test_diff_compares_a_rule_that_has_ended_with_its_repair(self):
        rule = self.ENDING
        ended, repaired = policy(HEAD + rule), policy(HEAD + rule.replace("until 2020-01-31", ""))
        self.assertEqual(run("check", ended).returncode, 1)
        answer = run("diff", ended, repaired)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("block -> allow  (widens)", answer.stdout)
        self.assertEqual(run("diff", ended, ended).returncode, 0)

    def test_diff_and_prove_look_from_the_day_that_is_named(self):
        rule, claim = self.ENDING, 'prove "never" never allow when env == test\n'
        ended = policy(HEAD + rule + claim)
        later = policy(HEAD + rule.replace("2020-01-31", "2020-06-30") + claim)
        self.assertEqual(run("prove", ended).returncode, 2)
        self.assertEqual(run("prove", "--now", "2020-01-01", ended).returncode, 0)
        now = json.loads(run("diff", "--json", "--now", "2020-01-01", ended, later).stdout)
        self.assertIn("2020", now["policies"][0]["groups"][0]["changes"][0]["request"])
        for command in (["prove", ended], ["diff", ended, later]):
            odd = run(*command, "--now", "tomorrow")
            self.assertEqual(odd.returncode, 2, odd.stdout)
            self.assertIn("is not a day", odd.stderr)

    def test_check_shows_the_first_holes_and_exemptions_unasked(self):
        rules = "".join(f'rule r{i}: block when args.a{i} == "x" unless agent.id == "a{i}"\n'
                        for i in range(5))
        folder = policy("policy p\nlanguage 1\n" + rules)
        shown = run("check", folder)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual([shown.stderr.count(code) for code in ("S0325", "S0326", "S0323")],
                         [3, 3, 0])
        self.assertRegex(shown.stderr, r"\d+ more notes like this: `--analysis full`")
        full = run("check", "--analysis", "full", folder)
        self.assertEqual([full.stderr.count(code) > 3 for code in ("S0325", "S0326")],
                         [True, True])
        self.assertIn("S0323", full.stderr)
        quick = run("check", "--analysis", "quick", folder)
        self.assertNotIn("S0325", quick.stderr)

    def test_check_finds_rules_that_are_never_reached(self):
        text = HEAD + "rule a: block when env in [live, test]\nrule b: allow when env == live\n"
        answer = run("check", policy(text))
        self.assertEqual(answer.returncode, 1)
        self.assertIn("S0320", answer.stderr)
        self.assertEqual(run("check", "--analysis", "none", policy(text)).returncode, 0)
        full = run("check", "--analysis", "full", policy(LOOSE))
        self.assertEqual(full.returncode, 0, full.stderr)
        self.assertIn("S0323", full.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=0)
