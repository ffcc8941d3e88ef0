"""sentrail without a gate and without a terminal: what it refuses, and how it says so."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SENTRAIL = sys.argv.pop(1)
HOME = tempfile.mkdtemp(prefix="sentrail-home-")


def run(*arguments, home=HOME):
    return subprocess.run([SENTRAIL, *arguments], text=True, capture_output=True, timeout=30,
                          stdin=subprocess.DEVNULL, start_new_session=True, check=False,
                          env={"SENTRAIL_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin"})


class WithoutGate(unittest.TestCase):
    def test_every_command_has_help(self):
        families = re.findall(r"^  ([a-z-]+)  ", run("--help").stdout, re.MULTILINE)
        self.assertGreaterEqual(len(families), 10)
        for family in families:
            self.assertEqual(run(family, "--help").returncode, 0, family)

    def test_a_gate_that_is_not_there_is_said_with_the_remedy(self):
        answer = run("--server", "http://127.0.0.1:1", "status")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("is sentraild running", answer.stderr)

    def test_nobody_approves_without_a_terminal(self):
        answer = run("--as", "ada", "approvals", "approve", "x", "--hash", "0123456789ab")
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("no controlling terminal", answer.stderr)

    def test_passphrases_do_not_go_to_other_machines_in_the_clear(self):
        answer = run("--server", "http://127.evil.example", "--as", "ada", "status")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("use https", answer.stderr)

    def test_a_broken_settings_file_is_named(self):
        home = tempfile.mkdtemp(prefix="sentrail-home-")
        pathlib.Path(home, "cli.json").write_text('{"server":"a","server":"b"}', encoding="utf-8")
        answer = run("status", home=home)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("cli.json", answer.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=0)
