"""sentrailc as people run it: commands, exit codes, documented GitHub examples, bad input."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

SENTRAILC = sys.argv.pop(1)
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


def run(*arguments, stdin=""):
    return subprocess.run([SENTRAILC, *map(str, arguments)], input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)


def policy(text):
    """A policy file in a folder of its own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder


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
        spoiled = bytearray(first.read_bytes())
        spoiled[1000] ^= 1
        second.write_bytes(spoiled)
        self.assertEqual(run("verify", second).returncode, 1)

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

    def test_watch_rebuilds_on_save(self):
        folder = policy("policy p\nlanguage 1\ntier t {\n  rule a: allow when env == live\n}\n")
        out = folder / "b"
        with subprocess.Popen([SENTRAILC, "watch", folder, "-o", out], text=True,
                              stdout=subprocess.PIPE) as watching:
            deadline = threading.Timer(20, watching.kill)  # a hang fails, it does not wait
            deadline.start()
            try:
                self.assertIn("watching", watching.stdout.readline())
                self.assertIn("1 rules", watching.stdout.readline())
                watching.stdout.readline()
                text = (folder / "p.sentrail").read_text().replace(
                    "}\n", "  rule b: block when env == test\n}\n")
                (folder / "p.sentrail").write_text(text)
                self.assertIn("2 rules", watching.stdout.readline())
            finally:
                deadline.cancel()
                watching.terminate()


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

    def test_what_cannot_be_read_never_loosens(self):
        request = {"tool": "github", "method": "PUT", "path": "/repos/acme/web/contents/a",
                   "body": {"branch": "topic/a"}}
        free = json.loads(run("eval", "--json", "-p", STARTER, stdin=json.dumps(request)).stdout)
        self.assertEqual(free["effect"], "allow")
        spoiled = json.dumps(request).replace('"branch"', '"branch":"main","Branch"')
        answer = json.loads(run("eval", "--json", "-p", STARTER, stdin=spoiled).stdout)
        self.assertNotEqual(answer["effect"], "allow")

    def test_files_that_are_not_there(self):
        for arguments in (["check", "/nowhere"], ["verify", "/nowhere"], ["eval", "/nowhere"],
                          ["build", STARTER, "-o", "/nowhere/b"], ["no-such-command"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    unittest.main(verbosity=0)
