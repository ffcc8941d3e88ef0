"""Recorded requests of a real gate, asked of other policies.

    requests_test.py BIN
"""

import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
POLICY = """policy recorded
language 1
import sentrail.github
rule secrets: block on github issues.create when body.title contains "secret"
rule closing: require_approval on github issues.update
rule comments: allow on github issues.comment.create then redact body.body
default allow
"""


class Upstream:
    """Answers every call; a tool that a gate leads to."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST = do_PATCH = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Recorded(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-requests-"))
        self.policy = self.folder / "recorded.sentrail"
        self.policy.write_text(POLICY, encoding="utf-8")
        self.upstream = Upstream()

    def tearDown(self):
        self.upstream.server.shutdown()
        self.upstream.server.server_close()
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)
        shutil.rmtree(self.folder)

    def start(self, settings="requests:\n  sample: 1000\n"):
        self.gate = Gate(PROGRAMS, policy=self.policy, settings=settings).start()
        self.ada, _ = owner_and_reviewer(self.gate)
        self.ada.connect(self.upstream)
        self.key = self.ada.make_key("agents", ["gateway", "evaluate"])
        self.reader = self.ada.make_key("reader", ["admin-read"])

    def ask(self, method, path, body=None, agent="octo"):
        return call(self.gate.port, method, f"/gateway-proxy/github{path}", body,
                    {"Authorization": f"Bearer {self.key}", "X-Agent-Id": agent,
                     "X-Trace": "7"}).status

    def work(self):
        """A morning of an agent: what was asked, and with which status it was answered."""
        issues = "/repos/acme/web/issues"
        statuses = [self.ask("GET", f"{issues}?state=open&labels=a&labels=b"),
                    self.ask("POST", issues, {"title": "plain", "labels": ["x"]}),
                    self.ask("POST", issues, {"title": "the secret one"}),
                    self.ask("PATCH", f"{issues}/7", {"state": "closed"}),
                    self.ask("POST", f"{issues}/7/comments", {"body": "hide me please"})]
        self.assertEqual(statuses, [200, 200, 403, 202, 200])
        answer = call(self.gate.port, "POST", "/evaluate-action",
                      {"tool": "github", "action": "issues.create", "riskLevel": "low",
                       "payload": {"title": "described"}},
                      {"Authorization": f"Bearer {self.key}", "X-Agent-Id": "octo"})
        self.assertEqual(answer.body["decision"], "allow")
        return 6

    def recorded(self):
        metrics = call(self.gate.port, "GET", "/metrics").raw.decode()
        return int(metrics.split("\nsentrail_requests_recorded_total ")[1].split()[0])

    def export(self, *more, name="log.jsonl"):
        out = self.folder / name
        done = subprocess.run(
            [PROGRAMS.sentrail, "--server", f"http://127.0.0.1:{self.gate.port}", "audit",
             "export", "--requests", out, *more],
            env={"SENTRAIL_KEY": self.reader, "HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.said = done.stderr
        return out

    def sentrailc(self, *arguments, code=0):
        done = subprocess.run([PROGRAMS.sentrailc, *arguments], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_replay_says_what_the_gate_said_and_diff_names_what_changes(self):
        self.start()
        asked = self.work()
        until(lambda: self.recorded() == asked, "the requests to be written")
        log = self.export()
        lines = log.read_text().splitlines()
        self.assertEqual(len(lines), asked)
        self.assertNotIn("hide me", log.read_text())
        said = self.sentrailc("--json", "replay", str(log), "-p", str(self.policy))
        self.assertEqual(said["effects"], {"allow": 4, "require_approval": 1, "block": 1}, said)
        self.assertEqual(said["requests"], asked)

        def changes(text, code):
            edited = self.folder / "edited.sentrail"
            edited.write_text(text, encoding="utf-8")
            said = self.sentrailc("--json", "diff", str(self.policy), str(edited),
                                  "--log", str(log), code=code)
            return said["policies"][0]["traffic"]["changes"]

        self.assertEqual(changes(POLICY, 0), [])
        changed = changes(POLICY.replace('contains "secret"', 'contains "plain"'), 1)
        self.assertEqual({(one["from"], one["to"], one["requests"], one["examples"][0]["line"])
                          for one in changed},
                         {("allow", "block", 1, 2), ("block", "allow", 1, 3)}, changed)

    def test_a_body_that_the_policy_in_force_does_not_ask_for_is_there_for_the_next(self):
        self.policy.write_text("policy p\nlanguage 1\nimport sentrail.github\ndefault allow\n",
                               encoding="utf-8")
        self.start()
        self.ask("POST", "/repos/acme/web/issues", {"title": "t", "deep": {"er": [1, "x"]}})
        until(lambda: self.recorded() == 1, "the request to be written")
        attributes = json.loads(self.export().read_text())["attributes"]
        self.assertEqual(attributes["body"], {"title": "t", "deep": {"er": [1, "x"]}})
        self.assertEqual(attributes["agent.id"], "octo")
        self.assertEqual(attributes["http.headers.x-trace"], "7")
        self.assertNotIn(self.key, json.dumps(attributes))

    def test_an_agent_that_is_erased_is_in_no_file_and_in_no_export(self):
        self.start()
        for agent in ("octo", "other"):
            self.ask("POST", "/repos/acme/web/issues", {"title": f"of {agent}"}, agent)
        until(lambda: self.recorded() == 2, "the requests to be written")
        on_disk = b"".join(file.read_bytes()
                           for file in (self.gate.folder / "data/requests").iterdir())
        self.assertNotIn(b"of octo", on_disk)
        workspace = call(self.gate.port, "POST", "/session", {
            "name": "ada", "passphrase": self.ada.passphrase}).body["workspaceId"]
        done = subprocess.run(
            [PROGRAMS.sentrail, "--workspace", workspace, "audit", "erase", "--local",
             str(self.gate.folder / "data"), "--basis", "art. 17", "--agent", "octo"],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = self.export().read_text()
        self.assertNotIn("octo", text)
        self.assertIn("of other", text)
        self.assertIn("1 more were erased", self.said)

    def test_spans_kills_and_who_may_read(self):
        self.start()
        self.ask("GET", "/repos/acme/web/issues")
        until(lambda: self.recorded() == 1, "the request to be written")
        self.gate.kill()
        self.gate.start()
        self.ada.token = None
        self.assertEqual(len(self.export().read_text().splitlines()), 1)
        self.assertEqual(self.export("--to", "2020-01-01T00:00:00Z").read_text(), "")
        self.assertEqual(self.export("--from", "2120-01-01T00:00:00Z").read_text(), "")
        refused = call(self.gate.port, "GET", "/audit/requests",
                       headers={"Authorization": f"Bearer {self.key}"})
        self.assertIn(refused.status, (401, 403), refused)

    def test_nothing_is_recorded_unless_asked_for(self):
        self.start(settings="")
        self.ask("GET", "/repos/acme/web/issues")
        self.assertFalse((self.gate.folder / "data/requests").exists())
        answer = self.ada.ask("GET", "/audit/requests")
        self.assertEqual(answer.status, 404, answer)
        self.assertIn("requests.sample", answer.body["error"])


if __name__ == "__main__":
    unittest.main()
