"""The kill switch against a real upstream: past the network, a dead store and a full disk.

    stop_test.py BIN
"""

import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
ISSUES = "/gateway-proxy/github/repos/acme/web/issues"
REPOSITORY = "/gateway-proxy/github/repos/acme/web"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def allow_all():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
    (folder / "p.sentrail").write_text(
        "policy open\nlanguage 1\nimport sentrail.github\ndefault allow\n", encoding="utf-8")
    return folder


class Upstream:
    """Accepts when told to, keeps every byte, and answers each connection by a script."""

    def __init__(self, script=None, backlog=64):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port = self.listener.getsockname()[1]
        self.script = script or (lambda conn: conn.sendall(OK))
        self.first_bytes = []  # when each request's first byte came
        self.lock = threading.Lock()
        self.thread = None
        self.filler = []

    def fill(self):
        """Makes whoever connects next wait for accept()."""
        self.filler = [socket.socket() for _ in range(2)]
        for one in self.filler:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self.port))

    def accept(self):
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def serve(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(conn,), daemon=True).start()

    def talk(self, conn):
        with conn:
            try:
                while data := conn.recv(65536):
                    with self.lock:
                        self.first_bytes.append((time.monotonic(), data))
                    self.script(conn)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        for one in self.filler:
            one.close()


def connecting(port):
    """Whether somebody waits to be let in at the port."""
    mark = f"0100007F:{port:04X} 02"
    return mark in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii")


class Stopping(unittest.TestCase):
    settings = ""

    def setUp(self):
        self.gate = Gate(PROGRAMS, policy=allow_all(), settings=self.settings).start()
        self.data = self.gate.folder / "data"
        self.ada, _ = owner_and_reviewer(self.gate)
        self.key = self.ada.make_key("agents", ["gateway"])
        self.upstream = Upstream()

    def tearDown(self):
        self.upstream.close()
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)

    def connect(self, upstream):
        self.upstream.close()
        self.upstream = upstream
        self.ada.connect(upstream)

    def ask(self, method="POST", target=ISSUES, body=None, agent="octo"):
        return call(self.gate.port, method, target, body if body is not None else {"title": "x"},
                    {"Authorization": f"Bearer {self.key}", "X-Agent-Id": agent})

    def stop(self, *arguments, code=0):
        done = subprocess.run(
            [PROGRAMS.sentrail, "stop", "--local", str(self.data), "--reason", "it burns",
             *arguments], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done.stdout + done.stderr

    def in_background(self, **more):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.ask(**more)))
        thread.start()
        return thread, answers

    def entries(self):
        return self.ada.do("GET", "/audit?limit=50")["entries"]


class AtOnce(Stopping):
    def test_a_call_that_connects_when_the_switch_is_thrown_is_not_sent(self):
        upstream = Upstream(backlog=0)
        upstream.fill()
        self.connect(upstream)
        thread, answers = self.in_background()
        until(lambda: connecting(upstream.port), "the gate to connect")
        self.stop()
        upstream.accept()
        thread.join()
        self.assertEqual(answers[0].status, 403, answers[0])
        self.assertIn("Kill switch is active", answers[0].raw.decode())
        self.assertEqual(upstream.first_bytes, [])
        kinds = until(lambda: [e for e in self.entries() if e["kind"] == "revoke"],
                      "the entry of what was not sent")
        self.assertEqual(kinds[0]["decision"], "block")

    def test_a_stream_is_cut_off_by_a_hard_stop_and_not_by_a_normal_one(self):
        def begin(conn):
            conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")

        self.connect(Upstream(begin).accept())
        with socket.create_connection(("127.0.0.1", self.gate.port)) as client:
            client.settimeout(20)
            client.sendall(f"GET {REPOSITORY} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer "
                           f"{self.key}\r\nX-Agent-Id: octo\r\n\r\n".encode())
            got = b""
            while b"one\r\n" not in got:
                got += client.recv(4096)
            self.stop()
            client.settimeout(0.3)
            with self.assertRaises(TimeoutError):
                client.recv(4096)
            said = self.stop("--hard")
            client.settimeout(20)
            rest = client.recv(4096)
            self.assertNotIn(b"0\r\n\r\n", rest)
            self.assertEqual(rest, b"")
        self.assertEqual(self.ask("GET", REPOSITORY, "").status, 403)
        self.assertIn("--lift in the place of --hard", said)
        self.stop("--lift")

    def test_one_tool_one_agent_one_workspace(self):
        self.connect(Upstream().accept())
        self.assertEqual(self.ask().status, 200)
        self.stop("--agent", "octo")
        self.assertEqual(self.ask().status, 403)
        self.assertEqual(self.ask(agent="other").status, 200)
        self.stop("--tool", "github")
        self.assertEqual(self.ask(agent="other").status, 403)
        self.assertIn("no such workspace",
                      self.stop("--workspace", "0190f3a5-0000-7000-8000-000000000001", code=1))

    def test_the_environment_does_not_narrow_it(self):
        self.connect(Upstream().accept())
        os.environ["SENTRAIL_WORKSPACE"] = "0190f3a5-0000-7000-8000-000000000001"
        self.addCleanup(os.environ.pop, "SENTRAIL_WORKSPACE")
        self.assertIn("stopped everything on the whole server", self.stop())
        self.assertEqual(self.ask().status, 403)

    def test_nothing_leaves_after_the_command_returned(self):
        self.connect(Upstream().accept())
        ended = threading.Event()
        statuses = []

        def hammer():
            while not ended.is_set():
                statuses.append(self.ask().status)

        threads = [threading.Thread(target=hammer) for _ in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: len(self.upstream.first_bytes) > 200, "traffic")
        before = time.monotonic()
        self.stop()
        returned = time.monotonic()
        until(lambda: statuses.count(403) > 100, "the stop to hold")
        ended.set()
        for thread in threads:
            thread.join()
        last = max(at for at, _ in self.upstream.first_bytes)
        print(f"\n    {len(self.upstream.first_bytes)} calls; the command took "
              f"{(returned - before) * 1e3:.1f} ms, the last first byte came "
              f"{(last - before) * 1e3:.1f} ms after it was begun, "
              f"{(last - returned) * 1e3:+.1f} ms after it returned")
        # The clock of this process sees a byte a little after it left.
        self.assertLess(last, returned + 0.02)


class Lasting(Stopping):
    def test_sticky_over_restarts_and_on_record(self):
        self.connect(Upstream().accept())
        workspace = call(
            self.gate.port, "POST", "/session",
            {"name": "ada", "passphrase": self.ada.passphrase}).body["workspaceId"]
        self.stop("--workspace", workspace)
        self.gate.kill()
        self.gate.start()
        self.assertEqual(self.ask().status, 403)
        self.ada.token = None
        told = until(lambda: [e for e in self.entries() if e["action"] == "kill_switch.enable"],
                     "the stop on record")
        self.assertEqual(len(told), 1)
        self.assertEqual(told[0]["requested_by"], "local uid 0" if os.getuid() == 0 else
                         f"local uid {os.getuid()}")
        self.ada.do("POST", "/kill-switch", {"action": "disable"})
        self.assertEqual(self.ask().status, 200)
        self.gate.kill()
        self.gate.start()
        self.assertEqual(self.ask().status, 200)

    def test_a_stop_of_the_whole_server_is_lifted_where_it_was_thrown(self):
        self.connect(Upstream().accept())
        self.assertIn("everything on the whole server", self.stop())
        self.gate.kill()
        self.gate.start()
        self.ada.token = None
        self.assertEqual(self.ask().status, 403)
        until(lambda: "sentrail_local_stops_waiting 0\n" in
              call(self.gate.port, "GET", "/metrics").raw.decode(), "the store to take it")
        # A workspace's owner cannot: it is not the workspace's.
        self.ada.do("POST", "/kill-switch", {"action": "disable"})
        self.assertEqual(self.ask().status, 403)
        self.assertIn("lifted the stop of everything on the whole server", self.stop("--lift"))
        self.assertEqual(self.ask().status, 200)
        self.assertIn("nothing of that is stopped there", self.stop("--lift", code=1))
        self.gate.kill()
        self.gate.start()
        self.assertEqual(self.ask().status, 200)
        self.assertEqual([action for action in self.published() if action.startswith("kill_")],
                         ["kill_switch.enable", "kill_switch.disable", "kill_switch.disable"])

    def published(self):
        """The actions of the log's entries, in their order."""
        listed = self.ada.ask("GET", "/audit/log/entries?from=0&limit=100").raw.splitlines()
        leaves = [base64.b64decode(json.loads(one)["leaf"]) for one in listed]
        return [json.loads(leaf)["action"] for leaf in leaves]

    def test_it_is_tried_every_day_and_says_so(self):
        ready = until(lambda: call(self.gate.port, "GET", "/readyz").body.get("killSwitchTest"),
                      "the first try")
        self.assertTrue(ready["passed"], ready)
        metrics = call(self.gate.port, "GET", "/metrics").raw.decode()
        self.assertIn("sentrail_kill_switch_test_passed 1\n", metrics)
        self.assertIn("sentrail_local_stops_waiting 0\n", metrics)
        self.assertIn("kill_switch_test", self.gate.log.read_text())
        self.assertEqual(self.ada.do("GET", "/kill-switch")["killSwitch"]["toolsPaused"], [])


class DeadStore(Stopping):
    """No file of the store grows any more: what a full disk does."""

    def test_works_past_it_and_is_recorded_by_the_next_start(self):
        self.connect(Upstream().accept())
        self.assertEqual(self.ask().status, 200)
        self.assertEqual(self.ask("GET", REPOSITORY, "").status, 200)
        pid = str(self.gate.process.pid)
        subprocess.run(["prlimit", "--pid", pid, "--fsize=4096:"], check=True)
        until(lambda: self.ask().status == 503, "the store to fail")
        self.assertEqual(call(self.gate.port, "GET", "/readyz").status, 503)
        # The file of local stops is longer than the limit already, so the write in place fails too.
        said = self.stop("--hard")
        self.assertIn("stopped everything", said)
        self.assertIn("NOT KEPT", said)
        metrics = call(self.gate.port, "GET", "/metrics").raw.decode()
        self.assertIn("sentrail_local_stops_waiting 1\n", metrics)
        subprocess.run(["prlimit", "--pid", pid, "--fsize=unlimited:"], check=True)
        self.assertNotIn("NOT KEPT", self.stop("--hard"))
        self.gate.kill()
        self.gate.start()
        self.assertEqual(self.ask().status, 403)
        until(lambda: "sentrail_local_stops_waiting 0\n" in
              call(self.gate.port, "GET", "/metrics").raw.decode(), "the store to take it")
        self.assertEqual(self.ask().status, 403)


class Refused(Stopping):
    def test_nobody_else_and_nothing_else(self):
        path = self.data / "control.sock"
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

        def say(line):
            with socket.socket(socket.AF_UNIX) as conn:
                conn.connect(str(path))
                conn.sendall(line + b"\n")
                return json.loads(conn.makefile().readline())

        self.assertIn("no command", say(b'{"do":"open"}')["error"])
        self.assertFalse(say(b"nonsense")["ok"])
        self.assertFalse(say(b'{"do":"stop","reason":"x","tol":"github"}')["ok"])
        self.assertEqual(say(b'{"do":"status"}')["stopsWaiting"], 0)
        self.gate.stop()
        self.assertFalse(path.exists())
        self.assertIn("no gate answers", self.stop(code=2))


if __name__ == "__main__":
    unittest.main()
