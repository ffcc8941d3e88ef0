"""sentrailc as people run it: commands, exit codes, documented GitHub examples, bad input."""

import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from harness.sentrailc import SENTRAILC, policy, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTER = ROOT / "policies/starter"

# Every documented row of the GitHub classifier: method, path, action, risk.
DOCUMENTED = [
    ("GET", "/repos/acme/web", "read", "low"),
    ("GET", "/repos/acme/web/issues", "read", "low"),
    ("POST", "/repos/acme/web/issues", "issues.create", "medium"),
    ("PATCH", "/repos/acme/web/issues/123", "issues.update", "medium"),
    ("POST", "/repos/acme/web/issues/123/comments", "issues.comment.create", "medium"),
    ("POST", "/repos/acme/web/pulls", "pull_request.create", "high"),
    ("PATCH", "/repos/acme/web/pulls/7", "pull_request.update", "medium"),
    ("PUT", "/repos/acme/web/pulls/7/merge", "pull_request.merge", "high"),
    ("PUT", "/repos/acme/web/contents/src/a.txt", "file.write", "high"),
    ("DELETE", "/repos/acme/web/contents/src/a.txt", "file.delete", "critical"),
    ("POST", "/repos/acme/web/releases", "release.create", "high"),
    ("DELETE", "/repos/acme/web/git/refs/heads/feature", "ref.delete", "critical"),
    ("DELETE", "/repos/acme/web", "repos.delete", "critical"),
]


class Documented(unittest.TestCase):
    def test_every_documented_github_example_has_its_action_and_risk(self):
        for method, path, action, risk in DOCUMENTED:
            rule = f"rule it: allow when action == \"{action}\" and risk == {risk}"
            folder = policy(f"policy p\nlanguage 1\nimport sentrail.github\n"
                            f"tier t {{\n  {rule}\n}}\ndefault block\n")
            request = json.dumps({"tool": "github", "method": method, "path": path})
            answer = run("eval", "--json", "-p", folder, stdin=request)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertEqual(json.loads(answer.stdout)["effect"], "allow", f"{method} {path}")

    def test_octokits_encoded_refs_are_judged_as_what_they_name(self):
        request = json.dumps({"tool": "github", "method": "DELETE",
                              "path": "/repos/acme/web/git/refs/heads%2Frelease%2F1.2"})
        answer = json.loads(run("eval", "--json", "-p", STARTER, stdin=request).stdout)
        self.assertEqual(answer["rule"], "starter.safety.protect_branches")
        self.assertEqual(answer["reason"], "release/1.2 is protected")


class Commands(unittest.TestCase):
    def test_check_test_and_fmt_find_nothing_in_the_starter_pack(self):
        for verb in (["check"], ["test"], ["fmt", "--check"]):
            self.assertEqual(run(*verb, STARTER).returncode, 0, verb)

    def test_explain_names_the_test_that_decided(self):
        request = '{"tool":"github","method":"DELETE","path":"/repos/acme/web"}'
        answer = json.loads(run("explain", "--json", "-p", STARTER, stdin=request).stdout)
        decided = [r for r in answer["rules"] if r["rule"].endswith("no_repository_deletion")]
        self.assertEqual(decided[0]["truth"], "true")
        self.assertIn("repos.delete", json.dumps(decided[0]["settledBy"]))

    def test_attributes_equal_each_other_and_not_their_names(self):
        folder = policy("policy p\nlanguage 1\nrule own: allow when resource.owner == agent.owner\n"
                        "default block\n")
        for owner, agent, effect in (("acme", "acme", "allow"), ("acme", "other", "block"),
                                     ("agent.owner", "acme", "block"), (None, None, "block")):
            given = {"resource.owner": owner, "agent.owner": agent}
            request = json.dumps({"attributes": {k: v for k, v in given.items() if v}})
            answer = run("eval", "--json", "-p", folder, stdin=request)
            self.assertEqual(json.loads(answer.stdout)["effect"], effect, given)

    def test_builds_are_reproducible_signed_and_verified(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
        key, first, second = folder / "key", folder / "1.bundle", folder / "2.bundle"
        self.assertEqual(run("keygen", "acme/policy", "-o", key).returncode, 0)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        for out in (first, second):
            self.assertEqual(run("build", STARTER, "-o", out, "--sign", key).returncode, 0)
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertEqual(run("verify", first, "--trust", f"{key}.pub").returncode, 0)
        other = folder / "other"
        run("keygen", "other/policy", "-o", other)
        self.assertEqual(run("verify", first, "--trust", f"{other}.pub").returncode, 1)
        # The other signs what was built; both are needed, and both are there.
        both = ("--trust", f"{key}.pub", "--trust", f"{other}.pub", "--needed", "2")
        self.assertEqual(run("verify", first, *both).returncode, 1)
        self.assertEqual(run("verify", first.parent).returncode, 2)
        signed = json.loads(run("--json", "sign", first, "--sign", other, "-o", second).stdout)
        self.assertEqual(signed["signedBy"], ["other/policy"])
        self.assertEqual(run("verify", second, *both).returncode, 0)
        self.assertEqual(run("verifier", other).stdout.strip(),
                         pathlib.Path(f"{other}.pub").read_text().strip())
        once = second.read_bytes()
        self.assertEqual(run("sign", second, "--sign", other).returncode, 0)
        self.assertEqual(second.read_bytes(), once)
        spoiled = bytearray(first.read_bytes())
        spoiled[1000] ^= 1
        second.write_bytes(spoiled)
        self.assertEqual(run("verify", second).returncode, 1)
        self.assertEqual(run("sign", second, "--sign", key).returncode, 2)

    def test_a_key_is_never_written_over(self):
        key = policy("") / "key"
        public = pathlib.Path(f"{key}.pub")
        self.assertEqual(run("keygen", "acme/policy", "-o", key).returncode, 0)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        first = key.read_bytes(), public.read_bytes()
        again = run("keygen", "acme/policy", "-o", key)
        self.assertEqual(again.returncode, 2)
        self.assertIn("is there already", again.stderr)
        self.assertEqual((key.read_bytes(), public.read_bytes()), first)
        public.unlink()  # the secret alone is kept too, and nothing is left beside it
        self.assertEqual(run("keygen", "acme/policy", "-o", key).returncode, 2)
        self.assertEqual((key.read_bytes(), public.exists()), (first[0], False))
        key.unlink()
        public.write_text("mine", encoding="utf-8")
        self.assertEqual(run("keygen", "acme/policy", "-o", key).returncode, 2)
        self.assertEqual((key.exists(), public.read_text("utf-8")), (False, "mine"))
        public.unlink()
        key.symlink_to(key.parent / "elsewhere")  # a link is no new file
        self.assertEqual(run("keygen", "acme/policy", "-o", key).returncode, 2)
        self.assertFalse((key.parent / "elsewhere").exists())
        self.assertEqual(run("keygen", "a", "-o", "/nowhere/key").returncode, 2)

    def test_bundles_are_known_by_their_bytes(self):
        folder = policy(SMALL)
        bundle, text = folder / "built", folder / "text.bundle"
        self.assertEqual(run("build", folder, "-o", bundle).returncode, 0)
        text.write_text(SMALL, encoding="utf-8")
        self.assertEqual(run("diff", bundle, folder / "p.sentrail").returncode, 0)
        same = run("diff", text, bundle)
        self.assertEqual(same.returncode, 0, same.stderr)
        self.assertIn("1 rules", run("check", text).stdout)
        for command in (["check", bundle], ["eval", "-p", bundle], ["test", bundle],
                        ["fmt", "--check", bundle], ["prove", bundle]):
            answer = run(*command, stdin="{}")
            self.assertEqual(answer.returncode, 2, command)
            self.assertIn("is a bundle, not policy text", answer.stderr, command)

    def test_a_policy_whose_tests_fail_is_not_built(self):
        folder = policy('policy p\nlanguage 1\ntier t {\n  rule a: allow when env == live\n}\n'
                        'test "no" {\n  given with env = live\n  expect block\n}\n')
        out = folder / "b"
        self.assertNotEqual(run("build", folder, "-o", out).returncode, 0)
        self.assertFalse(out.exists())
        self.assertEqual(run("build", folder, "-o", out, "--untested").returncode, 0)

    def test_every_stage_dumps_and_every_shell_completes(self):
        for stage in ("ast", "ir", "simplified", "program"):
            self.assertIn("protect_branches", run("dump", STARTER, "--stage", stage).stdout)
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("explain-code", run("completions", shell).stdout)
        script = run("completions", "bash").stdout
        checked = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
        self.assertEqual(checked.returncode, 0)

    def test_every_command_has_help(self):
        names = re.findall(r"^  ([a-z-]+)  ", run("--help").stdout, re.MULTILINE)
        self.assertGreaterEqual(len(names), 12)
        for name in names:
            self.assertEqual(run(name, "--help").returncode, 0, name)
        self.assertIn("language 1", run("--version").stdout)


SMALL = "policy p\nlanguage 1\ntier t {\n  rule a: allow when env == live\n}\n"


class Output(unittest.TestCase):
    """What each command prints, for people and as JSON."""

    def test_failed_tests_are_told_with_place_expectation_and_answer(self):
        folder = policy(SMALL + 'test "no" {\n  given with env = live\n  expect block\n}\n'
                        'test "yes" {\n  given with env = live\n  expect allow by a\n}\n')
        answer = run("test", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stdout, r"p\.sentrail:6: failed: no\n +expected block\n"
                                        r" +but got  allow by a\n1 passed, 1 failed")
        report = json.loads(run("--json", "test", folder).stdout)
        self.assertEqual((report["ok"], report["passed"], report["failed"]), (False, 1, 1))
        self.assertEqual([test["passed"] for test in report["tests"]], [False, True])
        self.assertEqual(report["rulesNeverDeciding"], [])

    def test_rules_that_no_test_is_decided_by_are_named(self):
        folder = policy(SMALL)
        self.assertIn("no test is decided by p.t.a", run("test", folder).stdout)
        self.assertEqual(json.loads(run("--json", "test", folder).stdout)["rulesNeverDeciding"],
                         ["p.t.a"])

    def test_a_test_whose_request_cannot_be_made_fails_with_the_reason(self):
        folder = policy("policy p\nlanguage 1\nimport sentrail.github\n"
                        "tier t {\n  rule a: allow when env == live\n}\n"
                        'test "odd" {\n  given github GET "/repos/../x"\n  expect block\n}\n')
        answer = run("test", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("path segment of dots", answer.stdout)

    def test_a_tests_body_and_tool_reach_the_rules(self):
        folder = policy(
            "policy p\nlanguage 1\nimport sentrail.github\ntier t {\n"
            "  rule main: block when body.branch == \"main\"\n"
            '  rule files: allow when action == "file.write"\n'
            "  rule mail: allow when tool == mail and env == live\n}\n"
            'test "main" {\n  given github PUT "/repos/a/b/contents/c" body {"branch": "main"}'
            '\n  expect block by main\n}\n'
            'test "topic" {\n  given github PUT "/repos/a/b/contents/c" body {"branch": "t"}'
            '\n  expect allow by files\n}\n'
            'test "tool" {\n  given with tool = mail, env = live\n  expect allow by mail\n}\n')
        answer = run("test", folder)
        self.assertEqual(answer.stdout, "3 passed, 0 failed\n", answer.stderr)

    def test_catalogs_beside_the_policy_are_known(self):
        folder = policy("policy p\nlanguage 1\nimport acme.api\ntier t {\n"
                        '  rule a: allow when action == "read"\n}\n')
        (folder / "catalogs").mkdir()
        catalog = folder / "catalogs/acme.yaml"
        catalog.write_text(
            "catalog: acme.api\ntool: api\nversion: 1\nhosts: [api.example.com]\n"
            "actions: {read: {risk: low, read: true}}\n"
            "families:\n  things:\n    base: /things\n    paths:\n      /: {GET: read}\n")
        for path, effect in (("/things", "allow"), ("/other", "require_approval")):
            request = json.dumps({"tool": "api", "method": "GET", "path": path})
            answer = run("--json", "eval", "-p", folder, stdin=request)
            self.assertEqual(json.loads(answer.stdout)["effect"], effect, answer)
        catalog.write_text("catalog: acme.api\ntool: [api]\n")
        answer = run("check", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stderr, r"acme\.yaml:2:\d+: error\[S\d{4}\]")

    def test_fmt_leaves_a_file_alone_that_it_cannot_write_or_read(self):
        text = "policy   p\nlanguage 1\n"
        folder = policy(text)
        (folder / "p.sentrail.new").mkdir()  # where the new text would be written first
        answer = run("fmt", folder)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("cannot write", answer.stderr)
        self.assertEqual((folder / "p.sentrail").read_text(), text)
        self.assertEqual(run("fmt", folder / "q.sentrail").returncode, 2)

    def test_fmt_writes_the_canonical_layout_once(self):
        folder = policy("policy   p\nlanguage 1\ntier t { rule a: allow when env==live }\n")
        self.assertIn("not in canonical layout", run("fmt", "--check", folder).stdout)
        self.assertIn("formatted", run("fmt", folder).stdout)
        self.assertEqual(run("fmt", "--check", folder).returncode, 0)
        self.assertEqual(run("fmt", folder).stdout, "")
        (folder / "p.sentrail").write_text("policy p\nrule a: alow\n")
        self.assertEqual(run("fmt", folder).returncode, 1)

    def test_findings_as_json_have_places_notes_and_help(self):
        folder = policy('policy p\nlanguage 1\ntier t {\n  rule a: allow when enf == live\n'
                        '  rule a: block when env == test\n}\n')
        report = json.loads(run("--json", "check", folder).stdout)
        self.assertFalse(report["ok"])
        self.assertEqual(report["errors"], 2)
        by_code = {one["code"]: one for one in report["diagnostics"]}
        self.assertEqual(by_code["S0210"]["line"], 4)
        self.assertIn("env", by_code["S0210"]["help"])
        self.assertEqual(by_code["S0220"]["notes"][0]["line"], 4)
        self.assertEqual(json.loads(run("--json", "check", policy(SMALL)).stdout)["errors"], 0)

    def test_odd_characters_of_the_text_are_escaped_in_json(self):
        path = policy("").joinpath("p.sentrail")
        path.write_bytes(b'policy p\nlanguage 1\nlist "\xff\xe2\x80\xae\xf0\x9f\x98\x80 = []\n')
        answer = run("--json", "check", path)
        self.assertTrue(answer.stdout.isascii())
        self.assertGreater(json.loads(answer.stdout)["errors"], 0)

    def test_answers_for_people_name_effect_rule_reason_and_tests(self):
        request = json.dumps({"attributes": {"env": "live", "body": {"n": 1}}})
        folder = policy("policy p\nlanguage 1\ntier t {\n  rule b: block when body.m == 1\n"
                        "  rule u: block when tool == x\n  rule a: allow when not env == test\n"
                        "  rule last: block when always\n}\n")
        answer = run("eval", "-p", folder, stdin=request)
        self.assertEqual(answer.stdout, "allow by p.t.a\n  Policy 'p.t.a' matched\n")
        told = run("explain", "-p", folder, stdin=request).stdout
        self.assertRegex(told, r"false +p\.t\.b\n +body\.m == 1 is false: the value is \(absent\)")
        self.assertRegex(told, r'true +p\.t\.a\n +env != "test" is true: the value is live')
        self.assertNotIn("p.t.last", told)  # not reached
        unreadable = '{"attributes":{"tool":{"$unreadable":true}}}'
        self.assertIn("undecidable", run("explain", "-p", folder, stdin=unreadable).stdout)

    def test_built_and_verified_bundles_are_described_as_json(self):
        folder = policy(SMALL)
        built = json.loads(run("--json", "build", folder, "-o", folder / "b").stdout)
        self.assertEqual((built["policy"], built["rules"], built["signatures"]), ("p", 1, 0))
        verified = json.loads(run("--json", "verify", folder / "b").stdout)
        self.assertEqual((verified["ok"], verified["rules"], verified["signedBy"]), (True, 1, []))

    def test_errors_as_json_have_a_code(self):
        answer = run("--json", "check", "/nowhere")
        self.assertEqual(answer.returncode, 2)
        self.assertFalse(json.loads(answer.stdout)["ok"])
        (folder := policy(SMALL)).joinpath("q.sentrail").write_text(SMALL)
        answer = run("--json", "eval", "-p", folder, stdin="{}")
        self.assertIn("holds 2 policies", json.loads(answer.stdout)["error"])
        empty = tempfile.mkdtemp(prefix="sentrailc-")
        self.assertIn("no .sentrail file", run("check", empty).stderr)

    def test_fmt_tells_programs_what_it_did_with_each_file(self):
        folder = policy("policy   p\nlanguage 1\ntier t { rule a: allow when env==live }\n")
        for arguments, ok, canonical, written in ((["--check"], False, False, False),
                                                  ([], True, False, True),
                                                  (["--check"], True, True, False)):
            answer = run("--json", "fmt", *arguments, folder)
            self.assertEqual(json.loads(answer.stdout),
                             {"ok": ok, "file": str(folder / "p.sentrail"),
                              "canonical": canonical, "written": written})
            self.assertEqual(answer.returncode, 0 if ok else 1)

    def test_codes_stages_and_keys_are_told_as_json(self):
        row = json.loads(run("--json", "explain-code", "unused_list").stdout)
        self.assertEqual((row["name"], row["severity"]), ("unused_list", "warning"))
        self.assertIn("in protected", row["right"])
        self.assertRegex(row["code"], r"^S\d{4}$")
        dumped = json.loads(run("--json", "dump", policy(SMALL), "--stage", "ir").stdout)
        self.assertEqual(dumped["stage"], "ir")
        self.assertEqual(dumped["dump"], run("dump", policy(SMALL), "--stage", "ir").stdout)
        key = policy("") / "key"
        made = json.loads(run("--json", "keygen", "acme/policy", "-o", key).stdout)
        self.assertEqual(made["verifier"], pathlib.Path(f"{key}.pub").read_text().strip())

    def test_manual_pages_are_what_troff_takes(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-man-"))
        self.assertEqual(run("man", "-o", folder).returncode, 0)
        pages = sorted(folder.glob("*.1"))
        self.assertGreater(len(pages), 20)
        for page in pages:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou", page],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            self.assertIn("SYNOPSIS", done.stdout)
        diff = run("man", "diff").stdout
        self.assertEqual(diff, (folder / "sentrailc-diff.1").read_text(encoding="utf-8"))
        self.assertIn("git revisions", diff)
        self.assertEqual(run("man", "dif").returncode, 2)

    def test_completions_are_whole_words_in_every_shell(self):
        for line in run("completions", "fish").stdout.splitlines():
            self.assertEqual(shlex.split(line)[:3], ["complete", "-c", "sentrailc"])
        script = run("completions", "bash").stdout
        asked = ("COMP_WORDS=(sentrailc {}); COMP_CWORD={}; _sentrailc; echo ${{COMPREPLY[@]}}")
        for words, index, offered in (("ex", 1, "explain explain-code"),
                                      ("build --un", 2, "--untested")):
            answer = subprocess.run(["bash", "-c", script + asked.format(words, index)],
                                    capture_output=True, text=True, check=True)
            self.assertEqual(answer.stdout.strip(), offered)

    def test_codes_are_explained(self):
        told = run("explain-code", "S0210").stdout
        self.assertRegex(told, r"^S0210  error    .+\n\n[\s\S]+\nWrong:\n    rule [\s\S]+Right:\n")
        self.assertIn("warning", run("explain-code", "unused_list").stdout)
        listed = run("explain-code", "--list").stdout
        self.assertRegex(listed, r"(?m)^S0210  error    .+$")
        self.assertGreater(listed.count("\n"), 50)
        self.assertEqual(run("explain-code", "S9999").returncode, 2)
        self.assertIn("did you mean `unused_list`?", run("explain-code", "unusd_list").stderr)
        self.assertEqual(run("explain-code").returncode, 2)


class Modules(unittest.TestCase):
    """A policy in several files."""

    def setUp(self):
        self.folder = policy(
            "policy acme.agents\nimport acme.lists as lists\n"
            "rule protect: block when resource.ref in lists.protected or lists.ci(agent.id)\n"
            "default allow\n"
            "test \"main\" { given with resource.ref = \"main\" expect block by protect }\n")
        (self.folder / "acme").mkdir()
        self.lists = self.folder / "acme" / "lists.sentrail"
        self.lists.write_text(
            "policy acme.lists\nlist protected = [\"main\"]\n"
            "condition ci(who) = who ~ \"ci-*\"\n"
            "guard tier safety { rule live: block when env == live }\n"
            "test \"live\" { given with env = live expect block by live }\n"
            "test \"alone\" { given with env = test expect require_approval by default }\n",
            encoding="utf-8")

    def effect(self, request, *options):
        answer = run("eval", "--json", "-p", self.folder / "p.sentrail", *options,
                     stdin=json.dumps({"attributes": request}))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        found = json.loads(answer.stdout)
        return found["effect"], found["rule"]

    def test_every_command_knows_the_modules_of_a_policy(self):
        self.assertEqual(run("check", self.folder).returncode, 0)
        tested = run("test", self.folder)
        self.assertEqual((tested.returncode, tested.stdout.splitlines()[0]),
                         (0, "3 passed, 0 failed"))
        self.assertEqual(self.effect({"agent": {"id": "ci-1"}}),
                         ("block", "acme.agents.main.protect"))
        self.assertEqual(self.effect({"env": "live"}), ("block", "acme.lists.safety.live"))
        self.assertEqual(self.effect({"env": "test"}), ("allow", "default"))

    def test_a_bundle_names_every_source_by_its_hash(self):
        def built():
            out = self.folder / "x.bundle"
            self.assertEqual(run("build", self.folder, "-o", out).returncode, 0)
            return out.read_bytes()

        first = built()
        self.assertEqual(built(), first)
        digest = hashlib.sha256(self.lists.read_bytes()).hexdigest()
        self.assertIn(f"{digest} acme.lists\n".encode(), first)
        self.lists.write_text(self.lists.read_text() + "# more\n")
        self.assertNotIn(digest.encode(), built())

    def test_findings_stand_in_the_file_that_they_are_in(self):
        self.lists.write_text("policy acme.lists\nlist protected = []\n"
                              "condition ci(who) = who == 5\n")
        checked = run("check", self.folder)
        self.assertEqual(checked.returncode, 1)
        self.assertRegex(checked.stderr, r"p\.sentrail:3:.*error\[S0213\]")
        self.assertRegex(checked.stderr, r"acme/lists\.sentrail:3:")

    def test_modules_are_looked_for_in_named_folders_too(self):
        """docs/language.md, L13.1."""
        elsewhere = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
        shutil.move(self.folder / "acme", elsewhere / "acme")
        missing = run("check", self.folder)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("acme/lists.sentrail", missing.stderr)
        self.assertEqual(run("--include", elsewhere, "check", self.folder).returncode, 0)
        self.assertEqual(self.effect({"env": "live"}, "--include", elsewhere)[0], "block")

    def test_a_module_is_checked_by_itself_and_once_with_its_folder(self):
        self.lists.write_text(self.lists.read_text() + "import acme.more\n")
        (self.folder / "acme" / "more.sentrail").write_text("policy acme.more\nlist _x = []\n")
        for path in (self.lists, self.folder):
            checked = run("check", path)
            self.assertEqual(checked.returncode, 1)
            self.assertEqual(checked.stderr.count("list `_x`"), 1, checked.stderr)
        (self.folder / "acme" / "more.sentrail").write_text("policy acme.more\nlist x = []\n")
        self.assertEqual(run("check", self.folder).returncode, 0)


class BadInput(unittest.TestCase):
    def test_wrong_policies_are_findings_with_a_place(self):
        for text in ("", "policy p\nlanguage 1\ntier t {\n  rule a: alow when env == live\n}\n",
                     "policy p\nlanguage 1\nimport nothing.here\n", "policy p\nlanguage 2\n",
                     "policy p\nlanguage 1\ntier t {\n rule a: allow when " + "(" * 100_000,
                     "policy p\nlanguage 1\n# " + "x" * 10_000_000 + "\n",
                     "policy p\nlanguage 1\nlist a = [\"\u202e\"]\n"):
            answer = run("check", policy(text))
            self.assertEqual(answer.returncode, 1, text[:60])
            self.assertRegex(answer.stderr, r"p\.sentrail:\d+:\d+: error\[S\d{4}\]", text[:60])

    def test_wrong_requests_are_refused_with_a_sentence(self):
        for request in ("", "[", '{"tool":"github"', '{"tool":"github","tool":"github"}',
                        '{"tool":1}', '{"toool":"github"}', '{"attributes":{"nope":1}}',
                        '{"tool":"github","method":"GET","path":"/repos/../x"}',
                        '{"attributes":{"risk":"enormous"}}'):
            answer = run("eval", "-p", STARTER, stdin=request)
            self.assertEqual(answer.returncode, 2, request)
            self.assertRegex(answer.stderr, r"^sentrailc: .+", request)
        self.assertIn("low, medium, high or critical", answer.stderr)

    def test_what_cannot_be_read_never_loosens(self):
        request = {"tool": "github", "method": "PUT", "path": "/repos/acme/web/contents/a",
                   "body": {"branch": "topic/a"}}
        free = json.loads(run("eval", "--json", "-p", STARTER, stdin=json.dumps(request)).stdout)
        self.assertEqual(free["effect"], "allow")
        spoiled = json.dumps(request).replace('"branch"', '"branch":"main","Branch"')
        answer = json.loads(run("eval", "--json", "-p", STARTER, stdin=spoiled).stdout)
        self.assertNotEqual(answer["effect"], "allow")

    def test_a_request_that_is_too_large_is_refused_before_it_is_read(self):
        answer = run("eval", "-p", policy(SMALL), stdin=" " * (9 << 20))
        self.assertEqual(answer.returncode, 2)
        self.assertRegex(answer.stderr, r"larger than \d+ bytes")

    def test_files_that_are_not_there(self):
        for arguments in (["check", "/nowhere"], ["verify", "/nowhere"], ["eval", "/nowhere"],
                          ["test", "/nowhere"], ["dump", "/nowhere"], ["eval", "-p", "/nowhere"],
                          ["build", "/nowhere", "-o", "/tmp/b"],
                          ["build", STARTER, "-o", "/nowhere/b"], ["no-such-command"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    unittest.main(verbosity=0)
