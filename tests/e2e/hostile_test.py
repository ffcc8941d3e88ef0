"""Bad keys, bad framing, bad upstreams: against the real port, with real bytes."""

import json
import pathlib
import re
import resource
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import world  # noqa: E402
from harness.agents import PREFIX, Octokit  # noqa: E402
from harness.people import call, http_error  # noqa: E402
from harness.processes import read_if_there, until  # noqa: E402
from harness.wire import exchange  # noqa: E402
from harness.world import WEB  # noqa: E402

PROGRAMS = world.programs_of_the_command_line()
UNAUTHORISED = b'{"ok":false,"error":"Invalid or expired API key"}'


class Untouched(world.World):
    """Tests that count what reaches the upstream from their own beginning."""

    def setUp(self):
        self.before = len(self.upstream())


class Keys(Untouched):
    def test_every_key_that_does_not_open_is_told_the_same(self):
        revoked = self.ada.do("POST", "/manage-api-keys", {"name": "r", "scopes": ["gateway"]})
        self.ada.do("POST", f"/manage-api-keys/{revoked['id']}/revoke", {})
        rotated = self.ada.do("POST", "/manage-api-keys", {"name": "o", "scopes": ["gateway"]})
        fresh = self.ada.do("POST", f"/manage-api-keys/{rotated['id']}/rotate",
                            {"overlapMinutes": 0})
        scopeless = self.ada.make_key("s", ["evaluate"])
        presented = {
            "missing": None, "empty": "", "no scheme": self.key,
            "unknown scheme": f"Digest {self.key}",
            "malformed": "Bearer agk_short", "unknown": "Bearer agk_" + "A" * 40,
            "revoked": f"Bearer {revoked['key']}", "expired": f"Bearer {rotated['key']}",
            "of another scope": f"Bearer {scopeless}", "a session": f"Bearer {self.ada.token}",
            "one letter off": f"Bearer {self.key[:-1]}{'a' if self.key[-1] != 'a' else 'b'}",
            "basic without password": "Basic YTo=", "not base64": "Basic ***",
        }
        answers = {}
        for name, value in presented.items():
            answer = call(self.gate.port, "GET", PREFIX + "/user",
                          headers={"Authorization": value} if value is not None else {})
            self.assertEqual(answer.status, 401, f"{name}: {answer}")
            self.assertEqual(answer.raw, UNAUTHORISED, name)
            answers[name] = {key: value for key, value in answer.headers.items()
                             if key not in ("date", "x-sentrail-correlationid")}
        self.assertEqual(len({json.dumps(headers, sort_keys=True)
                              for headers in answers.values()}), 1, answers)
        self.assertEqual(len(self.upstream()), self.before)
        # And the keys that should, do.
        for key in (self.key, fresh["key"]):
            answer = call(self.gate.port, "GET", PREFIX + "/user",
                          headers={"Authorization": f"Bearer {key}"})
            self.assertEqual(answer.status, 200, answer)

    def test_a_key_is_only_the_agents_that_it_is_bound_to(self):
        self.ada.do("POST", "/agents", {"id": "one"})
        key = self.ada.make_key("bound", ["gateway"], agentIds=["one"])
        for agent, status in (("one", 200), ("two", 403), (None, 200)):
            headers = {"Authorization": f"Bearer {key}"}
            if agent:
                headers["X-Agent-Id"] = agent
            answer = call(self.gate.port, "GET", PREFIX + "/user", headers=headers)
            self.assertEqual(answer.status, status, answer)
        self.ada.do("POST", "/agents/one/disable", {})
        answer = call(self.gate.port, "GET", PREFIX + "/user",
                      headers={"Authorization": f"Bearer {key}"})
        self.assertEqual(answer.status, 403, answer)

    def test_agents_keys_open_nothing_of_peoples(self):
        for method, target, body in (
                ("GET", "/approvals", None), ("GET", "/audit", None), ("GET", "/connections", None),
                ("GET", "/manage-api-keys", None), ("PUT", "/policy", {}),
                ("POST", "/kill-switch", {"action": "disable"}),
                ("POST", "/manage-api-keys", {"name": "x", "scopes": ["gateway"]}),
                ("POST", "/reviewers", {"name": "eve", "role": "owner"}),
                ("PUT", "/connections/github", {"scheme": "http", "host": "x", "port": 1})):
            answer = call(self.gate.port, method, target, body,
                          {"Authorization": f"Bearer {self.key}"})
            self.assertIn(answer.status, (401, 403), f"{method} {target}: {answer}")

    def test_reviewers_do_not_administer(self):
        for method, target, body in (
                ("POST", "/kill-switch", {"action": "enable"}),
                ("POST", "/manage-api-keys", {"name": "x", "scopes": ["gateway"]}),
                ("POST", "/reviewers", {"name": "eve", "role": "member"}),
                ("DELETE", "/connections/github", None)):
            answer = self.bob.ask(method, target, body)
            self.assertEqual((answer.status, answer.body["code"]), (403, "role_required"), answer)

    def test_guessing_a_passphrase_is_slowed_down(self):
        codes = [call(self.gate.port, "POST", "/session",
                      {"name": "nobody-has-this", "passphrase": f"wrong number {n}"}).status
                 for n in range(7)]
        self.assertEqual(codes[:5], [401] * 5)
        self.assertEqual(codes[-1], 429)


class Framing(Untouched):
    """Requests with two readings: refused with 400 or closed, and nothing of them is forwarded."""

    def head(self, *lines, target=PREFIX + "/repos/acme/web/issues", method="POST",
             version="HTTP/1.1", host="Host: gate"):
        fixed = [f"{method} {target} {version}", *([host] if host else []),
                 f"Authorization: Bearer {self.key}"]
        return "\r\n".join([*fixed, *lines, "", ""]).encode("latin-1")

    def attacks(self):
        smuggled = b"GET /gateway-proxy/github/user HTTP/1.1\r\nHost: x\r\n\r\n"
        chunk = b"0\r\n\r\n"
        return {
            "both lengths": self.head("Content-Length: 5", "Transfer-Encoding: chunked") + chunk,
            "two lengths": self.head("Content-Length: 2", "Content-Length: 3") + b"{}x",
            "a list of lengths": self.head("Content-Length: 2, 2") + b"{}",
            "a signed length": self.head("Content-Length: +2") + b"{}",
            "a hex length": self.head("Content-Length: 0x2") + b"{}",
            "a huge length": self.head("Content-Length: 99999999999999999999") + b"{}",
            "te identity": self.head("Transfer-Encoding: identity") + b"{}",
            "te list": self.head("Transfer-Encoding: gzip, chunked") + chunk,
            "te twice": self.head("Transfer-Encoding: chunked", "Transfer-Encoding: x") + chunk,
            "te quoted": self.head('Transfer-Encoding: "chunked"') + chunk,
            "te tab": self.head("Transfer-Encoding:\x0bchunked") + chunk,
            "te on 1.0": self.head("Transfer-Encoding: chunked", version="HTTP/1.0") + chunk,
            "space before colon": self.head("Content-Length : 2") + b"{}",
            "obs-fold": self.head("X-A: b", " Content-Length: 2") + b"{}",
            "no host": self.head(host=None),
            "two hosts": self.head("Host: other"),
            "fragment": self.head(target=PREFIX + "/user#x", method="GET"),
            "bare lf": self.head("X-A: b\nContent-Length: 2") + b"{}",
            "bare cr": self.head("X-A: b\rX-B: c"),
            "nul": self.head("X-A: b\0c"),
            "bad chunk size": self.head("Transfer-Encoding: chunked") + b"zz\r\n\r\n",
            "huge chunk size": self.head("Transfer-Encoding: chunked") + b"f" * 20 + b"\r\n",
            "chunk without end": self.head("Transfer-Encoding: chunked") + b"2\r\n{}XX" + chunk,
            "absolute to elsewhere": self.head(target="http://evil.example/x", method="GET"),
            "connect": self.head(target="api.github.com:443", method="CONNECT"),
            "upgrade": self.head("Connection: upgrade", "Upgrade: websocket", method="GET"),
            "unknown version": self.head(version="HTTP/3.0", method="GET"),
            "get with smuggled rest": self.head("Content-Length: 1", "Transfer-Encoding: chunked",
                                                method="GET") + chunk + smuggled,
            "a header too large": self.head("X-A: " + "a" * 70_000, method="GET"),
            "too many headers": self.head(*["X-A: b"] * 200, method="GET"),
            "a target too long": self.head(target=PREFIX + "/" + "a" * 20_000, method="GET"),
        }

    def test_no_second_reading_is_ever_forwarded(self):
        for name, raw in self.attacks().items():
            answer = exchange(self.gate.port, raw)
            with self.subTest(name):
                status = int(answer.split(b" ", 2)[1]) if answer else 0
                self.assertIn(status, (0, 400, 404, 405, 413, 414, 426, 431, 501, 505), answer)
                self.assertNotIn(b"HTTP/1.1 2", answer)
                answers = re.findall(rb"HTTP/1\.1 \d{3} ", answer)
                self.assertEqual(len(answers), 1 if answer else 0)
        self.assertEqual(len(self.upstream()), self.before)
        self.assertEqual(call(self.gate.port, "GET", "/healthz").status, 200)

    def test_what_ends_at_the_gate_ends_there_with_underscores_too(self):
        """Upstreams behind CGI, WSGI or Rack would take these for the names with dashes."""
        hidden = ("X_HTTP_Method_Override", "x_http-method", "X_Original_URL", "X_Forwarded_For",
                  "X_API_Key", "X_Agent_Id", "X_Sentrail_Decision", "X_Hop")
        answer = exchange(self.gate.port, self.head(
            *[f"{name}: DELETE" for name in hidden], "X_Kept: marked", "Connection: close, X-Hop",
            method="GET", target=PREFIX + "/repos/acme/web/issues/1"))
        self.assertIn(b"HTTP/1.1 200 ", answer)
        arrived = [message for message in self.upstream() if message.field("x_kept")]
        self.assertEqual(len(arrived), 1)
        self.assertEqual([name for name, _ in arrived[0].fields if "_" in name], ["X_Kept"])

    def test_a_pipeline_is_answered_in_order(self):
        get = self.head(method="GET", target=PREFIX + "/repos/acme/web/issues/1")
        stop = self.head("Connection: close", method="DELETE", target=PREFIX + "/repos/acme/web")
        answer = exchange(self.gate.port, get + get + stop)
        self.assertEqual([int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]],
                         [200, 200, 403])

    def test_bodies_with_two_readings_never_loosen(self):
        def put(body):
            return call(self.gate.port, "PUT", PREFIX + "/repos/acme/web/contents/x",
                        body.encode(), {"Authorization": f"Bearer {self.key}",
                                        "Content-Type": "application/json"})

        # The first reading alone is allowed; no second one may come with it.
        allowed = '{"branch":"topic/a","message":"m","content":"YQ=="}'
        self.assertEqual(put(allowed).headers.get("x-sentrail-decision"), "allow")
        self.before = len(self.upstream())
        for body in ('{"branch":"topic/a","branch":"main","message":"m","content":"YQ=="}',
                     '{"branch":"topic/a","Branch":"main","message":"m","content":"YQ=="}',
                     allowed[:-1], "\ufeff" + allowed, allowed + '{"branch":"main"}'):
            answer = put(body)
            self.assertIn(answer.status, (202, 400, 403), f"{body}: {answer}")
        for body in ('{"action":"enable","action":"disable"}', '{"action":"enable","more":1}',
                     "[]"):
            answer = call(self.gate.port, "POST", "/kill-switch", body.encode(),
                          {"Authorization": f"Bearer {self.ada.token}",
                           "Content-Type": "application/json"})
            self.assertEqual(answer.status, 400, f"{body}: {answer}")
        self.assertEqual(len(self.upstream()), self.before)

    def test_bodies_too_large_are_refused(self):
        big = b'{"title":"' + b"a" * (9 << 20) + b'"}'
        answer = call(self.gate.port, "PUT", PREFIX + "/repos/acme/web/pulls/6/merge", big,
                      {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
        self.assertEqual(answer.status, 413, answer)
        self.assertEqual(len(self.upstream()), self.before)


class Upstreams(world.World):
    """An upstream that is away, or ends in the middle: never twice, never a wrong word about it."""

    def setUp(self):
        # Each test ends with the upstream alive, whatever it did to it.
        self.addCleanup(self.revive)

    def revive(self):
        if self.demo.process.poll() is not None:
            self.demo.start()

    def approve(self, title, fault=None, **more):
        headers = {"x-demo-fault": fault} if fault else {}
        approval, correlation = self.hold_a_pull(title, headers=headers, **more)
        return approval, correlation, self.bob.decide(approval).body["status"]

    def test_down_for_an_allowed_call(self):
        self.demo.stop()
        answer = self.agent.call("issues.create", **WEB, title="down")
        self.assertEqual(answer["error"]["status"], 502, answer)
        self.assertIn("upstream_", answer["error"]["data"]["code"])
        self.revive()
        self.assertEqual(self.agent.call("issues.create", **WEB, title="up")["status"], 201)
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), 1)

    def test_down_for_an_approved_call_is_tried_again_once_it_is_back(self):
        approval, correlation = self.hold_a_pull("while down")
        shown = self.bob.approval(approval)["hash"]
        self.demo.stop()
        answers = []
        voting = threading.Thread(target=lambda: answers.append(self.bob.ask(
            "POST", "/approval-decision",
            {"approvalRequestId": approval, "decision": "approved", "hash": shown})))
        voting.start()
        until(lambda: self.status(correlation)["status"] != "pending", "the vote")
        self.revive()
        voting.join(90)
        final = until(lambda: self.status(correlation, 5)["status"] in ("executed", "failed")
                      and self.status(correlation)["status"], "the end", 60)
        self.assertEqual(final, "executed")
        self.assertEqual(self.pulls_named("while down"), 1)

    def test_a_connection_that_ends_without_an_answer_is_in_doubt(self):
        for fault in ("close", "reset", "close-mid-body"):
            title = f"cut off by {fault}"
            _, correlation, status = self.approve(title, fault)
            self.assertEqual(status, "in_doubt", fault)
            self.assertEqual(self.status(correlation)["status"], "in_doubt")
            self.assertEqual(self.pulls_named(title), 1)

    def test_502_after_the_body_is_in_doubt(self):
        _, correlation, status = self.approve("bad gateway", "bad-gateway")
        self.assertEqual(status, "in_doubt")
        self.assertEqual(self.pulls_named("bad gateway"), 1)
        final = self.status(correlation)
        self.assertEqual(final["status"], "in_doubt")
        self.assertEqual((final["result"]["status"], final["result"]["body"]),
                         (502, {"message": "Bad Gateway"}))

    def test_the_same_for_allowed_calls_is_said_to_the_client(self):
        before = self.times("POST", "/repos/acme/web/issues")
        for fault in ("close", "reset"):
            answer = self.agent.call("issues.create", **WEB, title=fault,
                                     headers={"x-demo-fault": fault})
            self.assertEqual(answer["error"]["status"], 502, answer)
        # Octokit takes half a body for an empty one; curl tells them apart.
        cut = subprocess.run(
            ["curl", "-sS", "-H", f"Authorization: Bearer {self.key}", "-H",
             "x-demo-fault: close-mid-body", "-d", '{"title":"cut"}',
             f"{self.relay.url}{PREFIX}/repos/acme/web/issues"], capture_output=True, timeout=60,
            check=False)
        self.assertIn(cut.returncode, (18, 56), cut.stderr)  # cut off, or reset
        self.assertEqual(cut.stdout, b'{"half":')
        passed = self.agent.call("issues.create", **WEB, title="502",
                                 headers={"x-demo-fault": "bad-gateway"})
        self.assertEqual((passed["error"]["status"], passed["error"]["data"]),
                         (502, {"message": "Bad Gateway"}))
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), before + 4)

    def test_hanging_and_then_gone(self):
        before = self.times("POST", "/repos/acme/web/issues")
        agent = Octokit(self.relay.url + PREFIX, self.key)
        try:
            number = agent.send("issues.create", {**WEB, "title": "hang",
                                                  "headers": {"x-demo-fault": "hang"}})
            until(lambda: self.times("POST", "/repos/acme/web/issues") > before,
                  "the call at the upstream")
            # Others are served meanwhile.
            self.assertEqual(self.agent.call("issues.get", **WEB, issue_number=1)["status"], 200)
            self.demo.stop()
            answer = agent.wait(number)
            self.assertEqual(answer["error"]["status"], 502, answer)
        finally:
            agent.close()

    def test_a_certificate_of_nobody_known_is_not_talked_to(self):
        self.ada.do("PUT", "/connections/github",
                    {"scheme": "https", "host": "localhost", "port": self.gate.tls_port,
                     "authScheme": "token", "credential": "secret-of-mine", "privateAddress": True})
        try:
            answer = self.agent.call("issues.create", **WEB, title="tls")
            self.assertEqual(answer["error"]["status"], 502, answer)
            self.assertNotIn("secret-of-mine", json.dumps(answer))
        finally:
            self.ada.connect(self.demo)

    def test_private_addresses_must_be_declared(self):
        undeclared = {"scheme": "https", "port": self.demo.port, "authScheme": "none",
                      "privateAddress": False}
        said = self.ada.ask("PUT", "/connections/github", {**undeclared, "host": "127.0.0.1"})
        self.assertEqual(said.status, 400, said)
        # What a name leads to is only known when it is called.
        self.ada.do("PUT", "/connections/github", {**undeclared, "host": "localhost"})
        try:
            before = len(self.upstream())
            answer = self.agent.call("issues.get", **WEB, issue_number=1)
            self.assertEqual(answer["error"]["status"], 502, answer)
            self.assertEqual(len(self.upstream()), before)
        finally:
            self.ada.connect(self.demo)

    def test_credentials_and_keys_are_in_no_log(self):
        self.agent.call("issues.get", **WEB, issue_number=1)
        log = read_if_there(self.gate.log)
        for secret in (self.key, "demo-token", self.ada.token, self.ada.passphrase):
            self.assertNotIn(secret, log)
        listed = json.dumps(self.ada.do("GET", "/connections"))
        self.assertNotIn("demo-token", listed)
        raw = subprocess.run(["grep", "-rlaF", "-e", "demo-token", "-e", self.key, "-e",
                              self.ada.passphrase, str(self.gate.folder / "data")],
                             capture_output=True, text=True, check=False)
        self.assertEqual(raw.stdout, "")


class SlowUpstreams(world.World):
    """An upstream that takes a call and says nothing is waited for as long as configured."""

    settings = "upstream:\n  first_byte_ms: 1500\n"

    def test_an_allowed_call_is_answered_once_the_wait_is_over(self):
        began = time.monotonic()
        answer = self.agent.call("issues.create", **WEB, title="hang",
                                 headers={"x-demo-fault": "hang"})
        took = time.monotonic() - began
        self.assertEqual(answer["error"]["status"], 504, answer)
        self.assertEqual(answer["error"]["data"]["code"], "upstream_timed_out")
        self.assertGreater(took, 1.4)
        self.assertLess(took, 20)
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), 1)

    def test_an_approved_call_that_nobody_answers_is_in_doubt(self):
        approval, correlation = self.hold_a_pull("silence", headers={"x-demo-fault": "hang"})
        self.assertEqual(self.bob.decide(approval).body["status"], "in_doubt")
        final = self.status(correlation)
        self.assertEqual((final["status"], final["result"]), ("in_doubt", None), final)
        self.assertIn("no response came in time", final["reason"])
        self.assertEqual(self.pulls_named("silence"), 1)


class FullDisk(world.World):
    """A disk that takes no more: what cannot be recorded does not happen, what was stays."""

    def limit(self, bytes_max):
        resource.prlimit(self.gate.process.pid, resource.RLIMIT_FSIZE,
                         (bytes_max, resource.RLIM_INFINITY))

    def test_what_cannot_be_recorded_does_not_happen(self):
        kept = self.hold_a_pull("before the disk was full")
        self.limit(1)
        for _ in range(3):
            answer = self.agent.call("issues.create", **WEB, title="unrecorded")
            self.assertEqual(answer["error"]["status"], 503, answer)
            held = self.agent.call("pulls.create", **WEB, title="unheld", head="x", base="main")
            self.assertEqual(held["error"]["status"], 503, held)
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), 0)
        self.assertEqual(call(self.gate.port, "GET", "/readyz").status, 503)
        self.assertEqual(call(self.gate.port, "GET", "/healthz").status, 200)
        self.limit(resource.RLIM_INFINITY)
        self.gate.stop()
        self.start_gate()
        self.assertEqual(self.status(kept[1])["status"], "pending")
        self.assertEqual(self.bob.decide(kept[0]).body["status"], "executed")
        self.assertEqual(self.agent.call("issues.create", **WEB, title="again")["status"], 201)
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), 1)
        self.assertEqual(self.pulls_named("unheld"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=0)
