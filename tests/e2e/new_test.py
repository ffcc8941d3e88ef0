"""The repository that `sentrailc new` makes: what is in it, and its hook and workflow at work."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from harness.repository import Repository
from harness.sentrailc import run


def made(name="acme-agents"):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-")) / name
    answer = run("new", folder)
    assert answer.returncode == 0, answer.stderr
    return folder


class New(unittest.TestCase):
    def test_what_it_writes_checks_passes_and_is_laid_out(self):
        for name, policy in (("acme-agents", "acme_agents"), ("policy", "policy_policy")):
            folder = made(name)
            self.assertIn(f"policy {policy}\n", (folder / f"{policy}.sentrail").read_text("utf-8"))
            for verb in (["check"], ["fmt", "--check"], ["test", "--min-rules", 100], ["prove"]):
                done = run(*verb, folder)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(run("prove", folder).stdout.count(": proved: "), 2)
            hook = folder / "hooks/pre-commit"
            self.assertTrue(hook.stat().st_mode & 0o100)
            self.assertEqual(subprocess.run(["sh", "-n", hook], check=False).returncode, 0)
            self.assertNotIn("@NAME@", "".join(
                file.read_text("utf-8") for file in folder.rglob("*") if file.is_file()))

    def test_it_writes_over_nothing(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-")) / "p"
        folder.mkdir()
        (folder / "README.md").write_text("mine", encoding="utf-8")
        answer = run("new", folder)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("nothing was written", answer.stderr)
        self.assertEqual([file.name for file in folder.iterdir()], ["README.md"])
        self.assertEqual(run("new", folder.parent / "---").returncode, 2)


class Hook(unittest.TestCase):
    """Commits that are really made, or refused."""

    def setUp(self):
        self.repository = Repository(made())
        self.repository.git("config", "core.hooksPath", "hooks")
        self.file = self.repository.folder / "acme_agents.sentrail"
        self.good = self.file.read_text("utf-8")
        self.repository.commit()
        self.broken = self.good.replace("rule reads: allow", "rule reads: alow")

    def count(self):
        return int(self.repository.git("rev-list", "--count", "HEAD").stdout)

    def attempt(self):
        return self.repository.git("commit", "-m", "change", check=False)

    def test_a_good_change_is_committed_and_a_broken_one_refused(self):
        self.assertEqual(self.count(), 1)
        self.file.write_text(self.good + "\n# more\n", encoding="utf-8")
        self.repository.git("add", "-A")
        done = self.attempt()
        self.assertEqual((done.returncode, self.count()), (0, 2), done.stderr)
        for text in (self.broken, self.good.replace("expect allow by reads", "expect block"),
                     self.good.replace("  rule reads", "    rule reads"),
                     self.good.replace("prove \"protected", "prove \"nothing passes\" never allow "
                                       "when risk == low\n\nprove \"protected")):
            self.assertNotEqual(text, self.good)
            self.file.write_text(text, encoding="utf-8")
            self.repository.git("add", "-A")
            refused = self.attempt()
            self.assertNotEqual(refused.returncode, 0, text)
            self.assertEqual(self.count(), 2)

    def test_what_is_staged_counts_and_not_what_stands_in_the_folder(self):
        self.file.write_text(self.broken, encoding="utf-8")
        self.repository.git("add", "-A")
        self.file.write_text(self.good, encoding="utf-8")
        refused = self.attempt()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("alow", refused.stdout + refused.stderr)
        self.assertEqual(self.count(), 1)
        self.file.write_text(self.good + "\n# more\n", encoding="utf-8")
        self.repository.git("add", "-A")
        self.file.write_text(self.broken, encoding="utf-8")
        (self.repository.folder / "untracked.sentrail").write_text("no policy", encoding="utf-8")
        done = self.attempt()
        self.assertEqual((done.returncode, self.count()), (0, 2), done.stderr)

    def test_commits_of_named_files_are_looked_at_as_they_will_be(self):
        self.file.write_text(self.broken, encoding="utf-8")
        for arguments in (["-a"], [self.file.name]):
            refused = self.repository.git("commit", "-m", "x", *arguments, check=False)
            self.assertNotEqual(refused.returncode, 0, arguments)
        self.assertEqual(self.count(), 1)

    def test_it_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            self.repository.environment["TMPDIR"] = folder
            self.file.write_text(self.broken, encoding="utf-8")
            self.repository.git("add", "-A")
            self.assertNotEqual(self.attempt().returncode, 0)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


class Workflow(unittest.TestCase):
    """Its steps, run as a runner does: `sh -e`, the pull request's branch checked out."""

    def steps(self, folder):
        text = (folder / ".github/workflows/policy.yml").read_text("utf-8")
        return re.findall(r"^ +(?:- )?run: (sentrailc .*)$", text, re.MULTILINE)

    def test_every_step_does_what_it_is_there_for(self):
        repository = Repository(made())
        folder = repository.folder
        steps = self.steps(folder)
        self.assertEqual([step.split()[1] for step in steps],
                         ["check", "fmt", "test", "prove", "diff"])
        for step in steps[:3]:
            self.assertIn("--format github", step)
        repository.commit()
        repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
        file = folder / "acme_agents.sentrail"
        good = file.read_text("utf-8")
        file.write_text(good.replace("    when agent.registered != true",
                                     "    when agent.registered == false"), encoding="utf-8")
        repository.commit()
        summary = folder.parent / "summary"
        summary.touch()
        codes = {}
        for step in steps:
            done = subprocess.run(["bash", "-e", "-c", step], cwd=folder, text=True, timeout=60,
                                  env={**repository.environment, "BASE": "main",
                                       "GITHUB_STEP_SUMMARY": str(summary)},
                                  capture_output=True, check=False)
            codes[step.split()[1]] = done.returncode
            if step.split()[1] == "test":
                self.assertTrue(done.stdout.startswith("::error "), done.stdout)
        # A test and a claim fail; the diff only tells.
        self.assertEqual(codes, {"check": 0, "fmt": 0, "test": 1, "prove": 1, "diff": 0})
        self.assertIn("block -> allow  (widens)", summary.read_text("utf-8"))
        text = (folder / ".github/workflows/policy.yml").read_text("utf-8")
        self.assertIn("fetch-depth: 0", text)


if __name__ == "__main__":
    unittest.main()
