"""The newcomer's ten minutes, as docs/quickstart.md tells them, with one person at a terminal."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import PASSPHRASES, Person, at_terminal  # noqa: E402
from harness.processes import ROOT, read_if_there, until  # noqa: E402

BIN = sys.argv.pop(1)
DOCUMENT = (ROOT / "docs/quickstart.md").read_text(encoding="utf-8")
PASSPHRASE = PASSPHRASES["ada"]


class Run:
    """`make run`, without the make, in a folder of the test's own."""

    def __init__(self, folder):
        self.folder = folder
        self.out = folder / "run.out"
        self.process = None
        self.upstream = "0"

    def start(self):
        # The connection names the upstream's port, so that it keeps it.
        environment = {**os.environ, "SENTRAIL_RUN_FOLDER": str(self.folder / "sentrail"),
                       "SENTRAIL_RUN_PROGRAMS": BIN, "SENTRAIL_PORT": "0",
                       "DEMO_PORT": self.upstream.rpartition(":")[2]}
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen([ROOT / "tools/run.sh"], env=environment, stdout=out,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        said = until(lambda: "Ctrl-C ends the gate" in self.said() and self.said(), "make run", 60)
        self.url = re.search(r"SENTRAIL_SERVER=(\S+)", said).group(1)
        self.upstream = re.search(r"--url (\S+)", said).group(1)
        return said

    def said(self):
        return read_if_there(self.out)

    def stop(self):
        """Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(60)


class TenMinutes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-quickstart-"))
        self.run_ = Run(self.folder)
        self.environment = {"HOME": str(self.folder), "TERM": "dumb", "USER": "ada",
                            "PATH": f"{BIN}:/usr/bin:/bin"}

    def tearDown(self):
        if self.run_.process.poll() is None:
            self.run_.stop()
        shutil.rmtree(self.folder)

    def step(self, command, *answers, code=0, documented=None):
        """Types a command of the document at a terminal; what the screen shows after it."""
        self.assertIn(documented or command, DOCUMENT)
        for name, value in (("$USER", "ada"),
                            ("http://127.0.0.1:8081", self.run_.upstream),
                            (".sentrail/", str(self.folder / "sentrail") + "/")):
            command = command.replace(name, value)
        questions = [(text, answer) for text, answer in answers] or [("Passphrase of", PASSPHRASE)]
        got, screen = at_terminal(["/bin/bash", "-c", command], questions,
                                  {**self.environment, "SENTRAIL_SERVER": self.run_.url})
        self.assertEqual(got, code, f"{command}\n{screen}")
        return screen

    def act(self, options, path):
        """One of the document's curl lines, as the agent."""
        line = f'curl -s -H "Authorization: Bearer $KEY" {options}$gate{path}'
        self.assertIn(line, DOCUMENT)
        done = subprocess.run(["/bin/bash", "-c", line], text=True, capture_output=True, timeout=60,
                              check=False, start_new_session=True,
                              env={**self.environment, "KEY": self.key, "gate":
                                   self.run_.url + "/gateway-proxy/github/repos/acme/web"})
        return json.loads(done.stdout)

    def test_step_by_step(self):
        token = re.search(r"sbt_\w+", self.run_.start()).group(0)
        welcome = self.step("sentrail init --name $USER", ("One-time token", token),
                            ("New passphrase", PASSPHRASE), ("Once more", PASSPHRASE))
        self.assertIn("Welcome, ada", welcome)
        self.step("echo demo-token | sentrail connection add github --url http://127.0.0.1:8081 "
                  "--private-address --token-file -")
        self.step("sentrail agent add bot")
        made = self.step("sentrail key create first --agent bot")
        self.key = re.search(r"agk_\w+", made).group(0)

        self.assertEqual(self.act("", "/issues/1")["number"], 1)
        blocked = self.act("-X DELETE ", "")
        self.assertEqual(blocked["rule"], "starter.safety.no_repository_deletion")
        held = self.act("-X PUT ", "/pulls/6/merge")
        self.assertEqual(held["decision"], "require_approval")

        approval = held["approvalRequestId"]
        self.assertIn(approval, self.step("sentrail approvals list"))
        screen = self.step(f"sentrail approvals approve {approval}",
                           ("Passphrase of", PASSPHRASE), ("Approve exactly this?", "y"),
                           documented="sentrail approvals approve ID")
        self.assertIn("executed", screen)
        self.assertIn("/pulls/6/merge", screen)

        listed = self.step("sentrail audit list")
        for word in ("pull_request.merge", "require_approval", "repos.delete", "block"):
            self.assertIn(word, listed)
        self.step("sentrail audit verify")

        self.assertEqual(self.act('-X POST -d \'{"title":"one"}\' ', "/issues")["title"], "one")
        policy = self.folder / "sentrail/policy/starter.sentrail"
        text = policy.read_text(encoding="utf-8")
        self.assertIn("issues.create, ", text)
        text = text.replace("issues.create, ", "")
        policy.write_text(text, encoding="utf-8")
        build = ("sentrailc build .sentrail/policy -o .sentrail/policy.bundle "
                 "--sign .sentrail/policy.key")
        self.assertIn("tests fail", self.step(build, code=1))
        row = '"/repos/acme/web/issues"              '
        before, after = "allow             talk", "require_approval  default"
        self.assertIn(f"`{before}` to `{after}`", DOCUMENT)
        self.assertIn(f"POST    {row} {before}", text)
        policy.write_text(text.replace(f"POST    {row} {before}", f"POST    {row} {after}"),
                          encoding="utf-8")
        self.step(build)
        self.assertIn("starter", self.step("sentrail policy push .sentrail/policy.bundle"))
        now = self.act('-X POST -d \'{"title":"one"}\' ', "/issues")
        self.assertEqual(now["decision"], "require_approval", now)

        # Ctrl-C and `make run` again: all of it is still there, the changed policy too.
        self.run_.stop()
        self.assertNotIn("sbt_", self.run_.start())
        self.assertEqual(self.act("", "/issues/1")["number"], 1)
        again = self.act('-X POST -d \'{"title":"one"}\' ', "/issues")
        self.assertEqual(again["approvalRequestId"], now["approvalRequestId"])

    def test_watch_takes_each_save(self):
        self.assertIn("sentrailc watch .sentrail/policy -o .sentrail/policy.bundle \\\n"
                      "    --sign .sentrail/policy.key --reload .sentrail/data/sentraild.pid",
                      DOCUMENT)
        token = re.search(r"sbt_\w+", self.run_.start()).group(0)
        gate = types.SimpleNamespace(port=int(self.run_.url.rpartition(":")[2]))
        ada = Person(gate, "ada").join(token)
        self.assertEqual(ada.do("GET", "/policy")["policy"], "starter")
        home = self.folder / "sentrail"
        out = self.folder / "watch.out"
        with open(out, "wb") as log:
            watch = subprocess.Popen(
                [f"{BIN}/sentrailc", "watch", home / "policy", "-o", home / "policy.bundle",
                 "--sign", home / "policy.key", "--reload", home / "data/sentraild.pid"],
                stdout=log, stderr=subprocess.STDOUT)
        try:
            until(lambda: "the gate reloads" in read_if_there(out), "the first build")
            policy = home / "policy/starter.sentrail"
            policy.write_text(policy.read_text(encoding="utf-8").replace(
                "policy starter", "policy changed"), encoding="utf-8")
            until(lambda: ada.do("GET", "/policy")["policy"] == "changed", "the changed policy")
            self.assertIsNone(self.run_.process.poll())
        finally:
            watch.terminate()
            watch.wait()


if __name__ == "__main__":
    unittest.main(verbosity=0)
