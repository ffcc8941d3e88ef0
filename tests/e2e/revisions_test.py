"""sentrailc diff of git revisions: modules, catalogs, locks and folders as they were then."""

import json
import tempfile
import unittest

from harness.repository import Repository
from harness.sentrailc import run

AGENTS = """policy acme.agents
language 1

import acme.lists as lists

tier team {
  rule protect: block when resource.ref in lists.protected
  rule rest: allow when risk == low
}
"""
LISTS = 'policy acme.lists\nlanguage 1\n\nlist protected = ["main", "release"]\n'
FEWER = LISTS.replace(', "release"', "")
ROOT_POLICY = "policy p\nlanguage 1\n\nimport acme.lists as lists\n\n" \
              "rule protect: block when resource.ref in lists.protected\n" \
              "rule rest: allow when risk == low\n"
WIDENS = "block -> allow  (widens)"


class Revisions(unittest.TestCase):
    def setUp(self):
        self.repository = Repository()
        self.folder = self.repository.folder

    def diff(self, *arguments, below="."):
        return run("diff", *arguments, folder=self.folder / below)

    def test_the_modules_of_a_revision_are_those_of_the_revision(self):
        self.repository.commit(pol__p=ROOT_POLICY, pol__acme__lists=LISTS)
        self.repository.commit(pol__acme__lists=FEWER)
        for sides in (["HEAD~1:pol/p.sentrail", "HEAD:pol/p.sentrail"],
                      ["HEAD~1:pol/p.sentrail", "pol/p.sentrail"],
                      ["HEAD~1:pol", "HEAD:pol"], ["HEAD~1:pol", "pol"], ["HEAD~1", "pol"],
                      ["HEAD~1", "HEAD", "--git", "pol"], ["HEAD~1", "HEAD"], ["HEAD~1", "."],
                      ["HEAD~1", "HEAD", "--git", "pol/p.sentrail"],
                      ["HEAD~1", self.folder / "pol"]):
            answer = self.diff(*sides)
            self.assertEqual(answer.returncode, 1, f"{sides} {answer.stderr}")
            self.assertEqual(answer.stdout.count(WIDENS), 1, f"{sides} {answer.stdout}")
        for sides in (["HEAD~1", "HEAD"], ["HEAD~1:./p.sentrail", "p.sentrail"],
                      ["HEAD~1", "HEAD", "--git", "p.sentrail"], ["HEAD~1", "."]):
            answer = self.diff(*sides, below="pol")
            self.assertEqual(answer.stdout.count(WIDENS), 1, f"{sides} {answer.stderr}")
        answer = self.diff("HEAD~1:../p.sentrail", "HEAD:../p.sentrail", below="pol/acme")
        self.assertIn(WIDENS, answer.stdout, answer.stderr)
        self.assertEqual(self.diff("HEAD", "pol/p.sentrail").returncode, 0)
        self.assertEqual(self.diff("HEAD", ".").returncode, 0)

    def test_a_policy_that_is_a_module_itself_finds_its_neighbours(self):
        self.repository.commit(pol__acme__agents=AGENTS, pol__acme__lists=LISTS)
        self.repository.commit(pol__acme__lists=FEWER)
        path = "pol/acme/agents.sentrail"
        for sides in ([f"HEAD~1:{path}", f"HEAD:{path}"], [f"HEAD~1:{path}", path],
                      ["HEAD~1", "HEAD", "--git", "pol/acme"], ["HEAD~1", "HEAD"]):
            answer = self.diff(*sides)
            self.assertEqual(answer.stdout.count(WIDENS), 1, f"{sides} {answer.stderr}")
        told = json.loads(self.diff("--json", "HEAD~1", "HEAD").stdout)
        self.assertEqual([(one["policy"], one["state"]) for one in told["policies"]],
                         [(path, "changed")])
        # In its own folder too, whose name is part of the policy's.
        answer = self.diff("HEAD~1:acme/agents.sentrail", "HEAD:acme/agents.sentrail", below="pol")
        self.assertIn(WIDENS, answer.stdout, answer.stderr)

    def test_catalogs_and_locks_are_those_of_the_revision(self):
        tools = self.repository.write("tools.json", json.dumps(
            [{"name": "get", "inputSchema": {"properties": {"path": {"type": "string"}}}}]))
        (self.folder / "pol/catalogs").mkdir(parents=True)
        lock = ["lock", "files", tools, "--name", "acme.tools", "-o",
                self.folder / "pol/catalogs/tools.lock.json"]
        self.assertEqual(run(*lock).returncode, 0)
        text = "policy p\nlanguage 1\n\nimport acme.tools\n\n" \
               'rule a: allow when mcp.tool == get and args.path == "x"\n'
        self.repository.commit(pol__p=text)
        self.repository.commit(pol__p=text.replace('"x"', '"y"'))
        answer = self.diff("HEAD~1:pol/p.sentrail", "HEAD:pol/p.sentrail")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        # A revision whose lock has no such argument is one that does not check.
        tools.write_text('[{"name": "get", "inputSchema": {"properties": {"file": {"type": '
                         '"string"}}, "additionalProperties": false}}]', encoding="utf-8")
        self.assertEqual(run(*lock).returncode, 0)
        self.repository.commit()
        self.assertEqual(self.diff("HEAD~2:pol/p.sentrail", "HEAD~1:pol/p.sentrail").returncode, 1)
        broken = self.diff("HEAD~1:pol/p.sentrail", "HEAD:pol/p.sentrail")
        self.assertEqual(broken.returncode, 2, broken.stdout)
        self.assertIn("HEAD:./pol/p.sentrail:6:", broken.stderr)

    def test_messages_name_what_was_read(self):
        self.repository.commit(p=ROOT_POLICY, acme__lists=LISTS.replace("list", "lost"))
        self.repository.commit(p="policy p\nlanguage 1\nimport acme.none\n", acme__lists=LISTS)
        broken = self.diff("HEAD~1:p.sentrail", "p.sentrail")
        self.assertEqual(broken.returncode, 2)
        self.assertRegex(broken.stderr, r"(?m)^HEAD~1:\./acme/lists\.sentrail:\d+:\d+: error")
        absent = self.diff("HEAD~1:p.sentrail", "HEAD:p.sentrail")
        self.assertNotIn(tempfile.gettempdir(), absent.stderr)
        absent = self.diff("HEAD:p.sentrail", "HEAD:p.sentrail")
        self.assertIn("HEAD:./acme/none.sentrail", absent.stderr)

    def test_policies_that_come_and_go_between_revisions(self):
        self.repository.write("README", "nothing yet")
        self.repository.commit()
        self.repository.commit(a__p=FEWER, p=FEWER)
        (self.folder / "p.sentrail").unlink()
        self.repository.commit()
        states = {}
        for sides in (["HEAD~2", "HEAD~1"], ["HEAD~1", "HEAD"], ["HEAD~2", "HEAD"]):
            answer = self.diff("--json", *sides)
            self.assertEqual(answer.returncode, 1, answer.stderr)
            states[tuple(sides)] = {one["policy"]: one["state"]
                                    for one in json.loads(answer.stdout)["policies"]}
        self.assertEqual(states, {
            ("HEAD~2", "HEAD~1"): {"a/p.sentrail": "added", "p.sentrail": "added"},
            ("HEAD~1", "HEAD"): {"a/p.sentrail": "equivalent", "p.sentrail": "removed"},
            ("HEAD~2", "HEAD"): {"a/p.sentrail": "added"}})

    def test_what_is_no_side_is_refused(self):
        self.repository.commit(p=FEWER)
        for sides, message in ((["HEAD", "nowhere"], "nowhere is no file; and there is no git rev"),
                               (["HEAD~7", "HEAD"], "there is no git revision HEAD~7"),
                               (["HEAD:none.sentrail", "p.sentrail"], "there is no none.sentrail"),
                               (["HEAD:none", "p.sentrail"], "there is no policy at none in"),
                               (["HEAD:none", "HEAD:none"], "there is no policy at none in"),
                               (["HEAD", "HEAD", "--git", "../.."], "no .sentrail file in ../.."),
                               (["--output=x", "HEAD"], "")):
            answer = self.diff(*sides)
            self.assertEqual(answer.returncode, 2, f"{sides} {answer.stdout}")
            self.assertIn(message, answer.stderr, sides)
        outside = run("diff", "HEAD", "HEAD", folder=tempfile.mkdtemp(prefix="sentrailc-"))
        self.assertEqual(outside.returncode, 2)


class FailOn(unittest.TestCase):
    def setUp(self):
        self.repository = Repository()

    def codes(self, before, after):
        self.repository.commit(p=before)
        self.repository.commit(p=after)
        sides = ["HEAD~1:p.sentrail", "HEAD:p.sentrail"]
        answers = [run("diff", *more, *sides, folder=self.repository.folder) for more in
                   ([], ["--fail-on", "any"], ["--fail-on", "widening"])]
        told = json.loads(run("diff", "--json", "--fail-on", "widening", *sides,
                              folder=self.repository.folder).stdout)
        self.assertEqual(told["ok"], answers[2].returncode == 0)
        self.assertEqual(told["policies"][0]["widens"], answers[2].returncode == 1)
        self.assertEqual(len({answer.stdout for answer in answers}), 1)
        return [answer.returncode for answer in answers]

    HEAD = "policy p\nlanguage 1\n\n"

    def test_only_what_may_let_more_through_is_a_widening(self):
        loose = self.HEAD + "rule a: allow when risk == low\ndefault block\n"
        strict = self.HEAD + "rule a: allow when risk == low and env == test\ndefault block\n"
        self.assertEqual(self.codes(loose, strict), [1, 1, 0])
        self.assertEqual(self.codes(strict, loose), [1, 1, 1])
        limited = loose.replace("low\n", "low limit 5 per 1h\n")
        self.assertEqual(self.codes(loose, limited), [1, 1, 0])
        self.assertEqual(self.codes(limited, loose), [1, 1, 1])

    def test_who_is_asked_counts_as_widening(self):
        asks = self.HEAD + "rule a: require_approval from (2 of group leads) when env == live\n"
        self.assertEqual(self.codes(asks, asks.replace("2 of", "1 of")), [1, 1, 1])

    def test_a_policy_that_is_gone_widens_and_one_that_is_new_does_not(self):
        folder = self.repository.folder
        self.repository.commit(p=self.HEAD)
        self.repository.commit(q=self.HEAD.replace("policy p", "policy q"))
        widening = ["diff", "--fail-on", "widening"]
        self.assertEqual(run(*widening, "HEAD~1", "HEAD", folder=folder).returncode, 0)
        self.assertEqual(run(*widening, "HEAD", "HEAD~1", folder=folder).returncode, 1)
        self.assertEqual(run("diff", "HEAD~1", "HEAD", folder=folder).returncode, 1)
        self.assertEqual(run(*widening[:-1], "less", "HEAD", "HEAD", folder=folder).returncode, 2)


if __name__ == "__main__":
    unittest.main()
