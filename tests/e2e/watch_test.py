"""sentrailc while people edit: what it does on every save of a policy."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import unittest

from harness.sentrailc import SENTRAILC, policy, run

SMALL = "policy p\nlanguage 1\ntier t {\n  rule a: allow when env == live\n}\n"


class Watching(unittest.TestCase):
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

    def test_a_lock_that_is_written_is_a_save(self):
        folder = policy(SMALL.replace("tier t", "import acme.tools\ntier t"))
        (folder / "catalogs").mkdir()
        answer = folder / "tools.json"
        answer.write_text('[{"name": "get"}]', encoding="utf-8")
        lock = ["lock", "files", answer, "--name", "acme.tools", "-o",
                folder / "catalogs/tools.lock.json"]
        self.assertEqual(run(*lock).returncode, 0)
        for command, tool in ((["test", folder, "--watch"], "put"),
                              (["watch", folder, "-o", folder / "b"], "post")):
            with subprocess.Popen([SENTRAILC, *command], text=True,
                                  stdout=subprocess.PIPE) as watching:
                deadline = threading.Timer(20, watching.kill)
                deadline.start()
                try:
                    told = "0 passed" if command[0] == "test" else "1 rules"
                    self.assertIn("watching", watching.stdout.readline())
                    self.until(watching, told)
                    answer.write_text(json.dumps([{"name": tool}]), encoding="utf-8")
                    self.assertEqual(run(*lock).returncode, 0)
                    self.until(watching, told)
                finally:
                    deadline.cancel()
                    watching.terminate()
        self.assertEqual(run("watch", folder, "-o", folder / "b", "--json").returncode, 2)

    def until(self, watching, text):
        line = watching.stdout.readline()
        while text not in line:
            self.assertTrue(line, f"it ended before it said {text}")
            line = watching.stdout.readline()

    def test_tests_run_again_on_save(self):
        folder = policy(SMALL + 'test "live" {\n  given with env = live\n  expect block\n}\n')
        with subprocess.Popen([SENTRAILC, "test", folder, "--watch"], text=True,
                              stdout=subprocess.PIPE) as watching:
            deadline = threading.Timer(20, watching.kill)  # a hang fails, it does not wait
            deadline.start()
            try:
                self.assertIn("watching", watching.stdout.readline())
                self.assertIn("failed: live", watching.stdout.readline())
                said = [watching.stdout.readline() for _ in range(3)]
                self.assertEqual(said[-1], "0 passed, 1 failed\n")
                file = folder / "p.sentrail"
                file.write_text(file.read_text().replace("expect block", "expect allow"))
                while said[-1] != "1 passed, 0 failed\n":
                    said.append(watching.stdout.readline())
                    self.assertTrue(said[-1], "it ended")
            finally:
                deadline.cancel()
                watching.terminate()
        self.assertEqual(run("test", folder, "--watch", "--format", "json").returncode, 2)

    def test_watch_tells_the_gate_and_ends_with_its_folder(self):
        folder, state = policy(SMALL), policy("")
        (state / "pid").touch()
        # Holds the file as a gate does, and ends by the hangup it is sent.
        holder = ("import fcntl, signal, sys; file = open(sys.argv[1], 'r+'); "
                  "fcntl.lockf(file, fcntl.LOCK_EX); print('held', flush=True); "
                  "signal.alarm(60); signal.pause()")
        with subprocess.Popen([sys.executable, "-c", holder, state / "pid"], text=True,
                              stdout=subprocess.PIPE) as gate:
            self.assertEqual(gate.stdout.readline(), "held\n")
            with subprocess.Popen([SENTRAILC, "watch", folder / "p.sentrail", "-o", state / "b",
                                   "--reload", state / "pid"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
                deadline = threading.Timer(20, watching.kill)
                deadline.start()
                self.assertIn(f"watching {folder};", watching.stdout.readline())
                self.assertIn("1 rules", watching.stdout.readline())
                watching.stdout.readline()
                self.assertEqual(watching.stdout.readline(), "the gate reloads\n")
                self.assertEqual(gate.wait(20), -signal.SIGHUP)
                (folder / "p.sentrail").write_text(SMALL + "# saved\n")
                watching.stdout.readline()
                watching.stdout.readline()
                self.assertIn("no running gate", watching.stdout.readline())
                (folder / "catalogs").mkdir()
                self.assertIn("1 rules", watching.stdout.readline())
                watching.stdout.readline()
                self.assertIn("no running gate", watching.stdout.readline())
                (folder / "catalogs/a.yaml").write_text("# nothing yet\n")
                self.assertIn("1 rules", watching.stdout.readline())
                watching.stdout.readline()
                self.assertIn("no running gate", watching.stdout.readline())
                shutil.rmtree(folder)
                self.assertEqual(watching.wait(20), 2)
                deadline.cancel()
                self.assertIn("the watched folder is gone", watching.stderr.read())
        self.assertEqual(run("watch", "/nowhere/p", "-o", state / "b").returncode, 2)


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    unittest.main(verbosity=0)
