"""sentrail without a gate and without a terminal: what it refuses, and how it says so."""

import http.server
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.processes import keeps_others_out  # noqa: E402

SENTRAIL = sys.argv.pop(1)
HOME = tempfile.mkdtemp(prefix="sentrail-home-")


def run(*arguments, home=HOME, **more):
    return subprocess.run([SENTRAIL, *arguments], text=True, capture_output=True, timeout=30,
                          stdin=subprocess.DEVNULL, start_new_session=True, check=False,
                          env={"SENTRAIL_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin",
                               **more})


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

    def test_other_programs_of_the_account_have_no_look_into_its_memory(self):
        home = tempfile.mkdtemp(prefix="sentrail-home-")
        self.assertTrue(keeps_others_out(SENTRAIL, ["status"], f"{home}/cli.json",
                                         {"SENTRAIL_HOME": home, "PATH": "/usr/bin:/bin"}))
        # The check can tell: a program that does not ask for it belongs to its account.
        folder = tempfile.mkdtemp(prefix="sentrail-home-")
        self.assertEqual(keeps_others_out("/bin/cat", [f"{folder}/file"], f"{folder}/file", {}),
                         False)

    def test_no_token_stands_on_a_command_line(self):
        for arguments in (["--token", "sbt_" + "A" * 40], ["--token=sbt_" + "A" * 40]):
            answer = run("init", "--name", "ada", *arguments)
            self.assertEqual(answer.returncode, 2)
            self.assertIn("--token-file", answer.stderr)
            self.assertIn("type the token", answer.stderr)
        self.assertNotRegex(run("init", "--help").stdout, r"--token\s")
        # Without one it asks a person, at a terminal.
        self.assertIn("no controlling terminal", run("init", "--name", "ada").stderr)

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


class Listener(http.server.BaseHTTPRequestHandler):
    """Answers every GET like an empty list and keeps what it was asked."""

    asked = []

    def do_GET(self):
        self.asked.append(self)
        body = b'{"ok":true,"agents":[],"next":null}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Workspaces(unittest.TestCase):
    ID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"

    def header_of(self, *arguments, **environment):
        """X-Sentrail-Workspace of what a command asks."""
        Listener.asked.clear()
        with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            answer = run("--server", f"http://127.0.0.1:{server.server_port}", *arguments,
                         SENTRAIL_KEY="agk_" + "A" * 40, **environment)
            server.shutdown()
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual([call.path for call in Listener.asked], ["/agents"])
        return Listener.asked[0].headers.get("X-Sentrail-Workspace")

    def test_the_workspace_is_named_where_the_flag_or_the_environment_does(self):
        self.assertIsNone(self.header_of("agent", "list"))
        self.assertEqual(self.header_of("--workspace", self.ID, "agent", "list"), self.ID)
        self.assertEqual(self.header_of("agent", "list", "--workspace", self.ID), self.ID)
        self.assertEqual(self.header_of("agent", "list", SENTRAIL_WORKSPACE=self.ID), self.ID)
        self.assertEqual(self.header_of("--workspace", self.ID, "agent", "list",
                                        SENTRAIL_WORKSPACE="other"), self.ID)
        self.assertIn("--workspace", run("--help").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=0)
