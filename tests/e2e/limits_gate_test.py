"""Limits of a gate that is stopped, killed, reconfigured and restored, against an upstream's count.

    limits_gate_test.py BIN [KILLS]

What was left of a limit before a restart is left after it: not all of it, and not nothing.
"""

import http.server
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, http_error, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, read_if_there, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
KILLS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 12
ISSUES = "/gateway-proxy/github/repos/acme/web/issues"
PULLS = "/gateway-proxy/github/repos/acme/web/pulls"
REPOSITORY = "/gateway-proxy/github/repos/acme/web"
GONE = (OSError, http_error)

POLICY = """policy acme
language 1
import sentrail.github
tier team {
  rule issues: allow on github issues.create limit 5 per 1h by agent.id
  rule reads: allow when risk == low limit 4 per 1h by agent.id
  rule pulls: require_approval when action == "pull_request.create" limit 2 per 1h by agent.id
}
default block
"""


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder


class Upstream(http.server.ThreadingHTTPServer):
    """Answers everything, and counts what arrives before it answers."""

    daemon_threads = True

    def __init__(self):
        self.lock = threading.Lock()
        self.arrived = []
        super().__init__(("127.0.0.1", 0), self.handler())
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handler(self):
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                with upstream.lock:
                    upstream.arrived.append((self.command, self.path, body))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_POST = do_GET

            def log_message(self, *_):
                pass

        return Handler

    def handle_error(self, *_):
        """Whoever was killed leaves connections behind."""

    def count(self, method, word=b""):
        with self.lock:
            return sum(1 for one in self.arrived if one[0] == method and word in one[2])


class LimitsOfAGate(unittest.TestCase):
    policy = POLICY

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-limits-"))
        self.upstream = Upstream()
        self.gate = Gate(PROGRAMS, self.folder / "gate",
                         policy=write(self.folder / "policy", self.policy)).start()
        self.ada, self.bob = owner_and_reviewer(self.gate)
        self.ada.connect(self.upstream)
        self.key = self.ada.make_key("agents")

    def tearDown(self):
        if self.gate.process.poll() is None:
            self.gate.kill()
        self.upstream.shutdown()
        self.upstream.server_close()
        shutil.rmtree(self.folder)

    def ask(self, method, target, body=None, agent="ann"):
        return call(self.gate.port, method, target, body,
                    {"Authorization": f"Bearer {self.key}", "X-Agent-Id": agent})

    def issue(self, agent="ann"):
        """Whether it went through; what it was told if not."""
        answer = self.ask("POST", ISSUES, {"title": agent}, agent)
        self.assertIn(answer.status, (200, 403), answer)
        return answer.status == 200

    def issues(self, times, agent="ann"):
        return [self.issue(agent) for _ in range(times)]

    def pull(self, title):
        return self.ask("POST", PULLS, {"title": title, "head": title, "base": "main"})

    def again(self, end):
        end()
        self.gate.start()
        self.bob.token = self.ada.token = None

    def said(self, event):
        return re.findall(f"^.*{event}.*$", read_if_there(self.gate.log), re.MULTILINE)

    def test_what_was_left_is_left(self):
        self.assertEqual(self.issues(3), [True] * 3)
        self.again(self.gate.stop)
        self.assertEqual(self.issues(1), [True])
        self.again(self.gate.kill)
        self.assertEqual(self.issues(3), [True, False, False])
        self.assertEqual(self.issues(1, "ben"), [True], "who was not counted has all of it")
        self.again(self.gate.kill)
        self.assertEqual(self.issues(1), [False])
        self.assertEqual(self.issues(5, "ben"), [True] * 4 + [False])
        self.assertEqual(self.upstream.count("POST", b"ann"), 5)
        self.assertTrue(self.said("limits_taken_up"))
        self.assertFalse(self.said("limits_unknown"))

    def test_a_read_that_is_counted_is_on_disk_before_it_goes(self):
        for _ in range(4):
            self.assertEqual(self.ask("GET", REPOSITORY).status, 200)
            self.again(self.gate.kill)
        self.assertEqual(self.ask("GET", REPOSITORY).status, 403)
        self.assertEqual(self.upstream.count("GET"), 4)

    def test_a_new_bundle_keeps_what_was_counted(self):
        self.assertEqual(self.issues(4), [True] * 4)
        renamed = POLICY.replace("rule issues", "rule opened").replace("limit 5", "limit 6")
        self.gate.build(write(self.folder / "policy", renamed))
        self.gate.reload()
        self.assertEqual(self.issues(1), [True])
        self.again(self.gate.kill)
        self.assertEqual(self.issues(2), [True, False])
        # Both at once is another limit, which has counted nothing, and is known to have.
        other = renamed.replace("rule opened", "rule other").replace(
            "on github issues.create", "when action == \"issues.create\" and tool == \"github\"")
        self.gate.build(write(self.folder / "policy", other))
        self.again(self.gate.stop)
        self.assertEqual(self.issues(1), [True])

    def test_what_waits_holds_its_place_and_gives_it_back(self):
        first, second = self.pull("one"), self.pull("two")
        self.assertEqual((first.status, second.status), (202, 202), (first, second))
        self.again(self.gate.kill)
        self.assertEqual(self.pull("three").status, 403)
        again = self.pull("one")
        self.assertEqual(again.status, 202, "the same call joins the one that waits")
        self.assertEqual(again.body["approvalRequestId"], first.body["approvalRequestId"])
        denied = self.bob.decide(first.body["approvalRequestId"], "denied")
        self.assertEqual(denied.status, 200, denied)
        self.again(self.gate.kill)
        third = self.pull("three")
        self.assertEqual(third.status, 202, third)
        self.assertEqual(self.pull("four").status, 403)
        approved = self.bob.decide(second.body["approvalRequestId"])
        self.assertEqual(approved.status, 200, approved)
        until(lambda: self.upstream.count("POST", b"two"), "the approved call")
        self.again(self.gate.kill)
        self.assertEqual(self.pull("four").status, 403, "what was sent counts on")

    def test_a_backup_does_not_bring_room_back(self):
        self.assertEqual(self.issues(1), [True])
        self.run_sentrail("backup", self.gate.folder / "data", self.folder / "b")
        self.assertEqual(self.issues(4), [True] * 4)
        checked = json.loads(self.run_sentrail("store", "check", self.folder / "b", "--json"))
        self.assertTrue(checked["ok"], checked)
        self.assertIn("limits", {one["kind"] for one in checked["usage"]}, checked)
        self.gate.stop()
        self.run_sentrail("restore", self.folder / "b", self.gate.folder / "data",
                          "--accept-loss", "a test")
        self.gate.start()
        answer = self.ask("POST", ISSUES, {"title": "ann"})
        self.assertEqual(answer.status, 403, answer)
        self.assertIn("has no room", answer.body["reason"])
        self.assertTrue(self.said("limits_unknown"))
        self.assertEqual(self.upstream.count("POST"), 5)
        self.again(self.gate.stop)
        self.assertEqual(self.issues(1), [False], "nor does another start")

    def start_is_refused(self):
        done = subprocess.run([PROGRAMS.sentraild, "--config", self.gate.config],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("refusing to serve", done.stderr)
        return done.stderr

    def copy_by_hand(self, copy):
        """A backup that nobody restores, in the place of a store that has counted more since."""
        data = self.gate.folder / "data"
        self.assertEqual(self.issues(1), [True])
        self.run_sentrail("backup", data, self.folder / "b")
        self.assertEqual(self.issues(4), [True] * 4)
        self.again(self.gate.stop)
        self.gate.stop()
        shutil.copytree(self.folder / "b", self.folder / "disk")  # files, not links to them
        copy(self.folder / "disk/store", data / "store")
        refusal = self.start_is_refused()
        for name in ("log", "signer"):
            (data / name).rename(self.folder / name)
        return refusal

    def test_nor_does_one_that_is_copied_by_hand(self):
        def copy(backup, store):
            mark = (store / "limits").read_bytes()
            shutil.rmtree(store)
            shutil.copytree(backup, store)
            self.assertFalse((store / "limits").exists())
            (store / "limits").write_bytes(mark)
        self.assertIn("were signed and are missing", self.copy_by_hand(copy))
        self.gate.start()
        self.assertEqual(self.issues(1), [False])
        self.assertTrue(self.said("limits_unknown"))
        self.again(self.gate.stop)
        self.assertEqual(self.issues(1), [False], "nor does another start")
        self.assertEqual(self.upstream.count("POST"), 5)

    def test_nor_one_whose_files_are_copied_among_those_of_the_store(self):
        self.copy_by_hand(lambda backup, store: shutil.copytree(backup, store, dirs_exist_ok=True))
        self.assertRegex(self.start_is_refused(), r"entry \d+ of the log is missing")

    def run_sentrail(self, *arguments):
        done = subprocess.run([PROGRAMS.sentrail, *map(str, arguments)], capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class Killed(LimitsOfAGate):
    """kill -9 under load: the upstream never gets more than the limit, and nearly all of it."""

    most = 5 * KILLS
    policy = POLICY.replace("limit 5 per 1h", f"limit {most} per 1h").replace(
        "limit 4 per 1h", f"limit {most} per 1h")
    workers = 3

    def work(self, ended, name):
        chance = random.Random(name)
        try:
            while not ended.is_set():
                if chance.random() < 0.5:
                    self.ask("POST", ISSUES, {"title": "ann"})
                else:
                    self.ask("GET", REPOSITORY)
                time.sleep(chance.random() / 50)
        except GONE:
            pass

    def test_kills_never_make_room(self):
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        for number in range(KILLS):
            ended = threading.Event()
            threads = [threading.Thread(target=self.work, args=(ended, f"{seed}.{number}.{n}"))
                       for n in range(self.workers)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.01, 0.15))
            self.gate.kill()
            ended.set()
            for thread in threads:
                thread.join()
            self.gate.start()
            for method in ("POST", "GET"):
                self.assertLessEqual(self.upstream.count(method), self.most, f"seed {seed}")
        while self.ask("POST", ISSUES, {"title": "ann"}).status == 200:
            pass
        while self.ask("GET", REPOSITORY).status == 200:
            pass
        for method in ("POST", "GET"):
            count = self.upstream.count(method)
            self.assertLessEqual(count, self.most, f"seed {seed}")
            # What was on record and had not left yet when the gate was killed is all that is lost.
            self.assertGreaterEqual(count, self.most - KILLS * self.workers, f"seed {seed}")
        print(f"{KILLS} kills, {self.upstream.count('POST')} and {self.upstream.count('GET')} of "
              f"{self.most} arrived", flush=True)


for inherited in [name for name in dir(LimitsOfAGate) if name.startswith("test_")]:
    setattr(Killed, inherited, None)

if __name__ == "__main__":
    unittest.main()
