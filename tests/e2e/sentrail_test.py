"""sentrail with no gate, or with answers of a test, and without a terminal."""

import base64
import http.server
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import PASSPHRASES, at_terminal  # noqa: E402
from harness.processes import ROOT, keeps_others_out  # noqa: E402

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


def documented_log():
    """The three leaves of docs/audit_log.md, each with the chain hash after it."""
    text = (ROOT / "docs/audit_log.md").read_text(encoding="utf-8")
    block = text.split("Three leaves of one log", 1)[1].split("```")[1].strip().split("\n")
    return [(block[at], block[at + 2]) for at in range(0, 9, 3)]


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers each request with what `answers` has for its path and query."""

    answers = {}
    statuses = {}  # of paths that answer otherwise than 200
    asked = []  # handlers, each with its `body` as JSON

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = json.loads(self.rfile.read(length) or "null")
        self.asked.append(self)
        body = self.answers.get(self.path)
        self.send_response(self.statuses.get(self.path, 404 if body is None else 200))
        data = (body or '{"ok":false,"error":"not in this test","code":"x"}').encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


class WithAnswers(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="sentrail-home-")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Answering.asked.clear()
        Answering.statuses = {}

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def ask(self, *arguments, **environment):
        return run("--server", self.url, *arguments, home=self.home,
                   SENTRAIL_KEY="agk_" + "A" * 40, **environment)


class Workspaces(WithAnswers):
    ID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"

    def header_of(self, *arguments, **environment):
        """X-Sentrail-Workspace of what a command asks."""
        Answering.answers = {"/agents": '{"ok":true,"agents":[],"next":null}'}
        Answering.asked.clear()
        answer = self.ask(*arguments, **environment)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual([call.path for call in Answering.asked], ["/agents"])
        return Answering.asked[0].headers.get("X-Sentrail-Workspace")

    def test_the_workspace_is_named_where_the_flag_or_the_environment_does(self):
        self.assertIsNone(self.header_of("agent", "list"))
        self.assertEqual(self.header_of("--workspace", self.ID, "agent", "list"), self.ID)
        self.assertEqual(self.header_of("agent", "list", "--workspace", self.ID), self.ID)
        self.assertEqual(self.header_of("agent", "list", SENTRAIL_WORKSPACE=self.ID), self.ID)
        self.assertEqual(self.header_of("--workspace", self.ID, "agent", "list",
                                        SENTRAIL_WORKSPACE="other"), self.ID)
        self.assertIn("--workspace", run("--help").stdout)


class AtATerminal(WithAnswers):
    SIGNED_IN = {"/session": json.dumps({"ok": True, "token": "sps_1", "device": "sdt_1"})}
    PASSPHRASE = PASSPHRASES["ada"]

    def type(self, *arguments):
        """Runs a command as ada, who types her passphrase; what was asked of the gate."""
        Answering.asked.clear()
        code, screen = at_terminal([SENTRAIL, "--server", self.url, "--as", "ada", *arguments],
                                   [("Passphrase of ada", self.PASSPHRASE)],
                                   {"SENTRAIL_HOME": self.home, "PATH": "/usr/bin:/bin"})
        self.assertEqual(code, 0, screen)
        return {call.path: call.body for call in Answering.asked if call.command == "POST"}

    def test_a_device_that_signed_in_before_says_so(self):
        Answering.answers = {**self.SIGNED_IN, "/agents": '{"ok":true,"agents":[],"next":null}'}
        who = {"name": "ada", "passphrase": self.PASSPHRASE}
        self.assertEqual(self.type("agent", "list")["/session"], who)
        self.assertEqual(self.type("agent", "list")["/session"], {**who, "device": "sdt_1"})
        # A state that cannot be read keeps nobody out.
        pathlib.Path(self.home, "state.json").write_text("no", encoding="utf-8")
        self.assertEqual(self.type("agent", "list")["/session"], who)

    def test_how_long_both_keys_work_is_the_gates_to_say(self):
        Answering.answers = {**self.SIGNED_IN, "/manage-api-keys/k/rotate":
                             '{"ok":true,"id":"l","key":"agk_x","expiresAt":"x"}'}
        rotate = "/manage-api-keys/k/rotate"
        self.assertEqual(self.type("key", "rotate", "k")[rotate], {})
        self.assertEqual(self.type("key", "rotate", "k", "--overlap", "5")[rotate],
                         {"overlapMinutes": 5})


class Record(WithAnswers):
    def serve(self, log, size=None, chain=None):
        """Serves that log, and a head that may be another's."""
        head = {"ok": True, "size": len(log) if size is None else size,
                "chain": chain or (log[-1][1] if log else "0" * 64)}
        lines = [json.dumps({"sequence": at, "chain": hash_,
                             "leaf": base64.b64encode(leaf.encode()).decode()}) + "\n"
                 for at, (leaf, hash_) in enumerate(log)]
        Answering.answers = {"/audit/log/head": json.dumps(head),
                             "/audit/log/entries?from=0&limit=1000": "".join(lines)}

    def verdict(self, code, *words):
        answer = self.ask("audit", "verify")
        self.assertEqual(answer.returncode, code, answer.stdout + answer.stderr)
        for word in words:
            self.assertIn(word, answer.stdout)
        self.assertEqual(answer.stderr, "", "progress is for terminals")

    def test_the_log_reaches_the_head_that_the_gate_names(self):
        log = documented_log()
        self.serve(log)
        self.verdict(0, "whole: 3 entries")
        self.serve(log[:2], size=3, chain=log[2][1])
        self.verdict(1, "broken at entry 2", "ends here", "3 entries")
        self.serve(log, chain="0" * 64)
        self.verdict(1, "broken at entry 2", "another than the head that the gate names")

    def test_what_was_verified_stays_in_the_log(self):
        log = documented_log()
        self.serve(log)
        self.verdict(0, "whole: 3 entries")
        self.serve(log[:2])
        self.verdict(1, "broken at entry 2", "verified here before has 3 entries")
        state = pathlib.Path(self.home, "state.json")
        kept = json.loads(state.read_text(encoding="utf-8"))
        self.assertEqual(kept["heads"][self.url], {"size": 3, "chain": log[2][1]})
        kept["heads"][self.url] = {"size": 2, "chain": "1" * 64}
        state.write_text(json.dumps(kept), encoding="utf-8")
        self.serve(log)
        self.verdict(1, "broken at entry 1", "another than what was verified here before")

    def test_an_export_is_what_verify_file_checks(self):
        self.serve(documented_log())
        file = pathlib.Path(self.home, "log.jsonl")
        answer = self.ask("audit", "export", str(file))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.ask("audit", "export", "-").stdout, file.read_text(encoding="utf-8"))
        offline = run("audit", "verify", "--file", str(file))
        self.assertEqual(offline.returncode, 0, offline.stderr)
        self.assertIn("whole: 3 entries", offline.stdout)
        # A log that breaks on the way has no last line, and is no export.
        log = documented_log()
        self.serve(log[:1] + [(log[1][0].replace("issues", "issuez"), log[1][1])] + log[2:])
        self.assertEqual(self.ask("audit", "export", str(file)).returncode, 1)
        self.assertIn("without its last line", run("audit", "verify", "--file", str(file)).stdout)


    def test_what_cannot_be_told_is_not_said_to_be_broken(self):
        log = documented_log()
        self.serve(log)
        for path in ("/audit/log/head", "/audit/log/entries?from=0&limit=1000"):
            for status in (401, 403, 429, 500, 503):
                Answering.statuses = {path: status}
                answer = self.ask("audit", "verify")
                self.assertEqual((answer.returncode, answer.stdout), (2, ""), (path, status))
                self.assertIn("sentrail: ", answer.stderr)
        Answering.statuses = {}
        Answering.answers["/audit/log/head"] = "<html>busy</html>"
        self.assertEqual(self.ask("audit", "verify").returncode, 2)
        self.assertEqual(run("--server", "http://127.0.0.1:1", "audit", "verify",
                             SENTRAIL_KEY="agk_x").returncode, 2)
        for file in ("/nowhere", self.home):  # a folder opens, and cannot be read
            answer = run("audit", "verify", "--file", file)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), file)
        # The gate's word is still what it was, elsewhere.
        Answering.statuses = {"/agents": 403}
        self.assertEqual(self.ask("agent", "list").returncode, 1)

    KEY = "log.test+b2c01f80+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

    def test_a_server_of_files_that_fails_is_no_broken_log(self):
        where = ["audit", "verify", f"{self.url}/log", "--key", self.KEY]
        Answering.answers = {}
        answer = self.ask(*where)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("shards: the file is missing", answer.stdout)
        for status in (301, 401, 403, 429, 500, 503):
            Answering.statuses = {"/log/shards": status}
            answer = self.ask(*where)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), status)
        Answering.statuses = {}
        Answering.answers = {"/log/shards": "2026\n"}
        Answering.statuses = {"/log/2026/checkpoint": 503}
        self.assertEqual(self.ask(*where).returncode, 2)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=garble, args=(listener,), daemon=True).start()
            answer = run("audit", "verify", f"http://127.0.0.1:{listener.getsockname()[1]}/log",
                         "--key", self.KEY)
        self.assertEqual((answer.returncode, answer.stdout), (2, ""), answer.stderr)


def garble(listener):
    """Answers one request with what is no HTTP."""
    conn, _ = listener.accept()
    with conn:
        conn.recv(65536)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nabc")


class Pages(WithAnswers):
    @staticmethod
    def page(name, ids, following):
        return json.dumps({"ok": True, name: [{"id": each, "status": "pending", "sequence": each}
                                              for each in ids], "next": following})

    def test_lists_go_on_where_a_page_ends(self):
        first = [f"a{at}" for at in range(100)]
        Answering.answers = {
            "/approvals?status=pending&limit=100": self.page("approvals", first, "more"),
            "/approvals?status=pending&cursor=more&limit=100":
                self.page("approvals", ["old"], None),
            "/audit?limit=100": self.page("entries", first, "more"),
            "/audit?cursor=more&limit=20": self.page("entries", ["old"], "still"),
            "/audit?cursor=still&limit=19": self.page("entries", [], None)}
        listed = self.ask("approvals", "list")
        self.assertIn("\nold ", listed.stdout, listed.stderr)
        self.assertEqual(len(listed.stdout.splitlines()), 102)
        record = self.ask("audit", "list", "--limit", "120")
        self.assertIn("\nold ", record.stdout, record.stderr)
        raw = self.ask("--json", "approvals", "list")
        self.assertEqual([len(json.loads(line)["approvals"]) for line in raw.stdout.splitlines()],
                         [100, 1])

    def test_watch_shows_what_has_waited_longest_too(self):
        Answering.answers = {
            "/approvals?status=pending&limit=100": self.page("approvals", ["young"], "more"),
            "/approvals?status=pending&cursor=more&limit=100":
                self.page("approvals", ["old"], None)}
        with subprocess.Popen([SENTRAIL, "--server", self.url, "approvals", "watch"], text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              start_new_session=True,
                              env={"SENTRAIL_HOME": self.home, "PATH": "/usr/bin:/bin",
                                   "SENTRAIL_KEY": "agk_" + "A" * 40}) as watch:
            said = [watch.stdout.readline() for _ in range(3)]
            watch.send_signal(signal.SIGINT)
            self.assertEqual(watch.wait(30), 0)
        self.assertEqual([line.split()[0] for line in said], ["watching", "young", "old"])


if __name__ == "__main__":
    unittest.main(verbosity=0)
