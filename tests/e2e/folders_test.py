"""What every command of sentrailc makes of a folder, of a policy that does not check, of --json.

The same folder is the same policies to all: those that no other file imports.
"""

import json
import pathlib
import tempfile
import unittest

from harness.sentrailc import policy, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKS = ["github-team", "mcp-safe", "production-database", "read-only", "starter", "strict"]

LISTS = """policy acme.lists
language 1

list protected = ["main"]

tier names {
  rule keeps: block when resource.ref in protected
}

test "main" {
  given with resource.ref = "main"
  expect block by keeps
}
"""
AGENTS = """policy acme.agents
language 1

import acme.lists

tier team {
  rule reads: allow when risk == low
}

default block

prove "nothing risky" never allow when risk == high

test "low" {
  given with risk = low
  expect allow by reads
}
"""
BROKEN = "policy acme.broken\nlanguage 1\n\nrule a: alow when risk == low\n"
LIVE = '{"attributes":{"risk":"low"}}'


def folder_of(**files):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".sentrail")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def documents(answer):
    return [json.loads(line) for line in answer.stdout.splitlines()]


class Folders(unittest.TestCase):
    def setUp(self):
        # The module stands beside its policy, where every listing of the folder has both.
        self.folder = folder_of(acme__agents=AGENTS, acme__lists=LISTS)

    def test_commands_with_one_policy_take_the_one_that_imports_the_rest(self):
        out = self.folder / "out"
        for path in (self.folder, self.folder / "acme"):
            for command in (["eval", "-p", path], ["explain", "-p", path], ["replay", "-p", path],
                            ["build", path, "-o", out], ["graph", path], ["gen-tests", path],
                            ["dump", path]):
                answer = run(*command, stdin=LIVE)
                self.assertEqual(answer.returncode, 0, f"{command} {answer.stderr}")
            told = json.loads(run("eval", "--json", "-p", path, stdin=LIVE).stdout)
            self.assertEqual(told["rule"], "acme.agents.team.reads")

    def test_commands_with_many_policies_take_each_once_and_modules_with_them(self):
        (self.folder / "more").mkdir()
        (self.folder / "more/p.sentrail").write_text(
            AGENTS.replace("acme.agents", "more").replace("import acme.lists\n\n", ""), "utf-8")
        tested = documents(run("test", "--json", self.folder))
        self.assertEqual([one["passed"] for one in tested], [2, 1])
        proved = documents(run("prove", "--json", self.folder))
        self.assertEqual([len(one["proofs"]) for one in proved], [1, 1])
        checked = run("check", self.folder)
        self.assertEqual((checked.returncode, checked.stdout.count(": fine, ")), (0, 2))
        same = run("diff", "--json", self.folder, self.folder)
        self.assertEqual([one["policy"] for one in json.loads(same.stdout)["policies"]],
                         ["acme/agents.sentrail", "more/p.sentrail"], same.stderr)
        refused = run("eval", "-p", self.folder, stdin=LIVE)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("holds 2 policies", refused.stderr)

    def test_what_is_done_to_each_file_is_done_to_modules_too(self):
        laid_out = documents(run("fmt", "--check", "--json", self.folder))
        self.assertEqual([(pathlib.Path(one["file"]).name, one["ok"]) for one in laid_out],
                         [("agents.sentrail", True), ("lists.sentrail", True)])
        lists = self.folder / "acme/lists.sentrail"
        lists.write_text(LISTS.replace('["main"]', '["main"  ]'), encoding="utf-8")
        self.assertEqual(run("fmt", "--check", self.folder).returncode, 1)
        self.assertEqual(run("fmt", self.folder).returncode, 0)
        self.assertEqual(lists.read_text("utf-8"), LISTS)
        lists.write_text(LISTS.replace("resource.ref in", "resource.reff in"))
        self.assertEqual(run("check", "--fix", self.folder).returncode, 0)
        self.assertEqual(lists.read_text("utf-8"), LISTS)

    def test_a_change_of_a_module_is_a_change_of_its_policy(self):
        other = folder_of(acme__agents=AGENTS, acme__lists=LISTS.replace('"main"', '"dev"'))
        told = json.loads(run("diff", "--json", self.folder, other).stdout)["policies"]
        self.assertEqual([(one["policy"], one["state"]) for one in told],
                         [("acme/agents.sentrail", "changed")])

    def test_modules_that_import_each_other_are_not_overlooked(self):
        folder = folder_of(a="policy a\nlanguage 1\nimport b\n",
                           b="policy b\nlanguage 1\nimport a\n")
        answer = run("check", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("imports itself", answer.stderr)

    def test_a_file_of_another_name_is_a_policy_of_its_own(self):
        folder = folder_of(p="policy p\nlanguage 1\nimport q\n", q="policy other\nlanguage 1\n")
        answer = run("check", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("q.sentrail: fine", answer.stdout)

    def test_hidden_folders_hold_no_policies(self):
        (self.folder / ".git").mkdir()
        (self.folder / ".git/x.sentrail").write_text(BROKEN, encoding="utf-8")
        for command in ("check", "test", "prove", "fmt"):
            self.assertEqual(run(command, self.folder).returncode, 0, command)

    def test_the_packs_of_this_repository_are_tested_and_proved_at_once(self):
        for command in ("test", "prove", "check", "fmt"):
            more = ["--check"] if command == "fmt" else []
            answer = run(command, *more, "--json", "policies", folder=ROOT)
            self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
            self.assertEqual(len(documents(answer)), len(PACKS), command)
        for told in documents(run("prove", "--json", "policies", folder=ROOT)):
            self.assertGreaterEqual(len(told["proofs"]), 2)


class ExitCodes(unittest.TestCase):
    """1 is for findings in what was looked at; 2 where there was nothing valid to work with."""

    CODES = [(["check"], 1), (["fmt"], 1), (["fmt", "--check"], 1), (["build", "-o", "b"], 1),
             (["test"], 2), (["test", "--mutate"], 2), (["prove"], 2), (["eval", "-p"], 2),
             (["explain", "-p"], 2), (["replay", "-p"], 2), (["gen-tests"], 2), (["graph"], 2),
             (["dump"], 2), (["dump", "--stage", "ast"], 2), (["diff", "p.sentrail"], 2)]

    def test_each_command_says_the_same_of_a_policy_that_does_not_check(self):
        folder = policy(BROKEN)
        for command, code in self.CODES:
            answer = run(*command, "p.sentrail", folder=folder, stdin=LIVE)
            self.assertEqual(answer.returncode, code, f"{command} {answer.stderr}")
            self.assertRegex(answer.stderr, r"p\.sentrail:\d+:\d+: error\[S\d{4}\]", command)
            told = run("--json", *command, "p.sentrail", folder=folder, stdin=LIVE)
            self.assertEqual(told.returncode, code, command)
            self.assertFalse(documents(told)[0]["ok"], command)

    def test_each_command_says_the_same_of_a_path_that_is_not_there(self):
        for command, _ in self.CODES:
            answer = run(*command, "/nowhere.sentrail", folder=policy(BROKEN), stdin=LIVE)
            self.assertEqual(answer.returncode, 2, command)

    def test_findings_of_a_policy_that_checks_are_1(self):
        text = AGENTS.replace("import acme.lists\n\n", "")
        failing = policy(text.replace("expect allow by reads", "expect block"))
        self.assertEqual(run("test", failing).returncode, 1)
        self.assertEqual(run("build", failing, "-o", failing / "b").returncode, 1)
        refuted = policy(text.replace("risk == high", "risk == low"))
        self.assertEqual(run("prove", refuted).returncode, 1)
        other = policy(text.replace("risk == low", "risk == medium"))
        self.assertEqual(run("diff", failing, other).returncode, 1)

    def test_of_many_policies_the_worst_counts(self):
        folder = folder_of(a=AGENTS.replace("import acme.lists\n\n", ""), b=BROKEN)
        self.assertEqual(run("test", folder).returncode, 2)
        self.assertIn("1 passed, 0 failed", run("test", folder).stdout)
        self.assertEqual(run("prove", folder).returncode, 2)
        self.assertEqual(run("check", folder).returncode, 1)


class Json(unittest.TestCase):
    def test_commands_that_make_one_text_give_it_in_an_object(self):
        folder = policy(AGENTS.replace("import acme.lists\n\n", ""))
        for command, key in ((["graph", folder], "svg"), (["man"], "page"),
                             (["man", "diff"], "page"), (["completions", "bash"], "script"),
                             (["completions", "fish"], "script"), (["dump", folder], "dump")):
            told = json.loads(run("--json", *command).stdout)
            self.assertIs(told["ok"], True, command)
            self.assertEqual(told[key], run(*command).stdout, command)
        told = json.loads(run("--json", "graph", folder, "-o", folder / "p.svg").stdout)
        self.assertEqual(told, {"ok": True, "file": str(folder / "p.svg")})
        told = json.loads(run("--json", "man", "-o", folder / "man").stdout)
        self.assertEqual(told, {"ok": True, "folder": str(folder / "man")})
        for more in ([], ["--append"]):
            told = json.loads(run("--json", "gen-tests", "--all", folder, *more).stdout)
            self.assertIs(told["ok"], True)


if __name__ == "__main__":
    unittest.main()
