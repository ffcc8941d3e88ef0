"""The gate's main job with real clients: an unmodified Octokit, curl, people at terminals.

What arrives at the upstream must be what was sent, less what harness/wire.py lists, and once.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import world  # noqa: E402
from harness.agents import PREFIX, Octokit  # noqa: E402
from harness.people import (PASSPHRASES, at_terminal, call, http_error,  # noqa: E402
                            without_terminal)
from harness.processes import until  # noqa: E402
from harness.world import WEB  # noqa: E402

PROGRAMS = world.programs_of_the_command_line()


class Deciding(world.World):
    def test_allowed_calls_pass_unchanged_both_ways(self):
        answer = self.agent.call("issues.create", **WEB, title="é🦜 \u0000 title", body="a\r\nb")
        self.assertEqual(answer["status"], 201, answer)
        self.assertEqual(answer["data"]["title"], "é🦜 \u0000 title")
        self.assertEqual(answer["headers"]["x-sentrail-decision"], "allow")
        self.assert_arrived_once("POST", "/repos/acme/web/issues")
        entry = self.bob.do("GET", f"/audit?id={answer['headers']['x-sentrail-auditlogid']}")
        self.assertEqual([(row["decision"], row["action"], row["agent_id"], row["rule"])
                          for row in entry["entries"]],
                         [("allow", "issues.create", "octo", "starter.everyday.talk")])

    def test_the_tools_own_refusals_pass_unchanged(self):
        answer = self.agent.call("issues.get", **WEB, issue_number=9999)
        self.assertEqual(answer["error"]["status"], 404)
        self.assertEqual(answer["error"]["data"], {"message": "Not Found"})
        self.assertEqual(answer["error"]["headers"]["x-sentrail-decision"], "allow")

    def test_blocked_calls_say_why_in_octokits_own_words(self):
        answer = self.agent.call("repos.delete", **WEB)
        error = answer["error"]
        self.assertEqual(error["status"], 403)
        self.assertIn("deleting acme/web is done by people", error["message"])
        self.assertEqual(error["data"]["rule"], "starter.safety.no_repository_deletion")
        self.assertEqual(error["data"]["decision"], "block")
        self.assertIn(error["data"]["documentation_url"], error["message"])
        self.assertEqual(self.times("DELETE", "/repos/acme/web"), 0)

    def test_encoded_refs_are_what_they_name(self):
        answer = self.agent.call("git.deleteRef", **WEB, ref="heads/release/1.2")
        self.assertEqual(answer["error"]["status"], 403)
        self.assertIn("release/1.2", answer["error"]["data"]["reason"])

    def test_pagination_stays_behind_the_gate(self):
        before = len(self.upstream())
        answer = self.agent.paginate("issues.listForRepo", **WEB, per_page=2)
        numbers = [issue["number"] for issue in answer["data"]]
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertGreaterEqual(len(numbers), 5)
        pages = [message for message in self.upstream()[before:] if "per_page=2" in message.target]
        self.assertGreaterEqual(len(pages), 3)
        for message in pages:
            self.assertNotIn(self.key, str(message))


class Holding(world.World):
    settings = "approvals:\n  decide_by_ms: 86400000\n"

    def test_a_held_call_runs_once_when_approved(self):
        answer = self.agent.call("pulls.merge", **WEB, pull_number=6, merge_method="squash")
        approval, correlation = self.held(answer)
        self.assertEqual(answer["data"]["rule"], "starter.everyday.merges")
        self.assertEqual(answer["headers"]["location"], answer["data"]["statusUrl"])
        self.assertTrue(answer["data"]["statusUrl"].startswith(self.relay.url))
        self.assertEqual(self.times("PUT", "/repos/acme/web/pulls/6/merge"), 0)
        self.assertEqual(self.status(correlation)["status"], "pending")
        shown = self.bob.approval(approval)["request"]
        self.assertEqual(shown["method"], "PUT")
        self.assertTrue(shown["url"].endswith("/repos/acme/web/pulls/6/merge"), shown)
        self.assertEqual(json.loads(shown["body"]), {"merge_method": "squash"})
        self.assertNotIn("demo-token", json.dumps(shown))
        decided = self.bob.decide(approval)
        self.assertEqual((decided.status, decided.body["status"]), (200, "executed"), decided)
        self.assertEqual(decided.body["executionResult"]["body"]["merged"], True)
        self.assert_arrived_once("PUT", "/repos/acme/web/pulls/6/merge")
        polled = self.status(correlation)
        self.assertEqual(polled["status"], "executed")
        self.assertEqual(polled["result"]["status"], 200)
        self.assertTrue(self.demo.state()["pulls"][0]["merged"])
        self.assertIn(self.bob.decide(approval).body["code"], ("already_decided", "already_voted"))

    def test_what_octokit_sent_is_what_runs_to_the_byte(self):
        content = "c3BlY2lhbCDwn6acIGJ5dGVzAA=="
        approval, _ = self.held(self.agent.call(
            "repos.createOrUpdateFileContents", **WEB, path="dir/a b.txt", message="mé\u2028ssage",
            content=content, headers={"x-custom": "Kept  As-Is", "x-http-method-override": "DELETE",
                                      "x-forwarded-for": "1.2.3.4", "cookie": "a=b"}))
        self.assertEqual(self.bob.decide(approval).body["status"], "executed")
        target = "/repos/acme/web/contents/dir%2Fa%20b.txt"
        targets = {message.target for message in self.upstream() if message.method == "PUT"}
        self.assertIn(target, targets)
        self.assert_arrived_once("PUT", target)

    def test_a_denied_call_never_runs(self):
        approval, correlation = self.hold_a_pull("denied")
        answer = self.bob.decide(approval, "denied", reason="not today")
        self.assertEqual(answer.body["status"], "denied")
        self.assertEqual(self.status(correlation)["status"], "denied")
        self.assertIn(self.bob.decide(approval).body["code"], ("already_decided", "already_voted"))
        self.assertEqual(self.pulls_named("denied"), 0)

    def test_a_repeated_call_attaches_to_the_one_that_waits(self):
        first = self.hold_a_pull("twice")
        self.assertEqual(self.hold_a_pull("twice"), first)
        self.assertNotEqual(self.hold_a_pull("twice", body="not the same"), first)
        self.assertEqual(self.bob.decide(first[0]).body["status"], "executed")
        self.assertEqual(self.pulls_named("twice"), 1)
        self.assertNotEqual(self.hold_a_pull("twice"), first)

    def test_a_long_poll_hears_of_the_end_at_once(self):
        approval, correlation = self.hold_a_pull("polled")
        heard = {}
        poll = threading.Thread(target=lambda: heard.update(self.status(correlation, 50)))
        poll.start()
        began = time.monotonic()
        self.bob.decide(approval)
        poll.join(30)
        self.assertLess(time.monotonic() - began, 25)
        self.assertIn(heard["status"], ("approved", "executed"))

    def test_the_requester_side_never_approves(self):
        approval, _ = self.hold_a_pull("self")
        answer = self.ada.decide(approval)
        self.assertEqual((answer.status, answer.body["code"]), (403, "self_approval"))
        self.assertEqual(self.pulls_named("self"), 0)

    def test_an_approval_is_for_what_was_shown(self):
        approval, _ = self.hold_a_pull("shown")
        answer = self.bob.ask("POST", "/approval-decision",
                              {"approvalRequestId": approval, "decision": "approved",
                               "hash": "0" * 12})
        self.assertEqual(answer.body["code"], "hash_mismatch")
        self.assertEqual(self.pulls_named("shown"), 0)

    def test_status_is_for_the_caller_and_reviewers(self):
        _, correlation = self.hold_a_pull("foreign")
        other = self.ada.make_key("other", ["gateway"])
        # Another key may not look; the key that called may, whichever agent it names.
        for status, headers in (
                (404, {"Authorization": f"token {other}"}),
                (200, {"Authorization": f"token {self.key}", "X-Agent-Id": "somebody-else"})):
            answer = call(self.gate.port, "GET", f"/gateway-proxy/status/{correlation}",
                          headers=headers)
            self.assertEqual(answer.status, status, answer)
        answer = self.bob.ask("GET", f"/gateway-proxy/status/{correlation}")
        self.assertEqual(answer.body["status"], "pending", answer)
        unknown = "00000000-0000-4000-8000-000000000000"
        self.assertEqual(self.bob.ask("GET", f"/gateway-proxy/status/{unknown}").status, 404)


class Expiring(world.World):
    settings = "approvals:\n  decide_by_ms: 1000\n"

    def test_what_nobody_decides_expires_and_never_runs(self):
        approval, correlation = self.hold_a_pull("late")
        polled = self.status(correlation, 50)
        self.assertEqual(polled["status"], "expired")
        self.assertEqual(self.bob.decide(approval).body["code"], "expired")
        self.assertEqual(self.pulls_named("late"), 0)


class Stopping(world.World):
    def kill(self, action, **more):
        self.ada.do("POST", "/kill-switch", {"action": action, **more})

    def sequences(self, query, kind):
        """The numbers of the entries of a kind, newest first."""
        return [int(entry["sequence"]) for entry in
                self.ada.do("GET", f"/audit?{query}")["entries"] if entry["kind"] == kind]

    def test_the_kill_switch_stops_all_but_declared_reads(self):
        self.kill("enable", reason="drill")
        try:
            answer = self.agent.call("issues.create", **WEB, title="while stopped")
            self.assertEqual(answer["error"]["status"], 403)
            self.assertIn("Kill switch is active", answer["error"]["message"])
            read = self.agent.call("issues.listForRepo", **WEB)
            self.assertEqual(read["status"], 200)
            self.kill("enable", mode="hard")
            read = self.agent.call("issues.listForRepo", **WEB)
            self.assertEqual(read["error"]["status"], 403)
        finally:
            self.kill("disable")
        self.assertEqual(self.agent.call("issues.listForRepo", **WEB)["status"], 200)
        self.assertEqual(self.times("POST", "/repos/acme/web/issues"), 0)

    def test_pauses_stop_a_tool_and_an_agent(self):
        for stop, go, more, reason in (
                ("pause_tool", "resume_tool", {"tool": "github"}, "Tool 'github' is paused"),
                ("pause_agent", "resume_agent", {"agent": "octo"}, "Agent 'octo' is paused")):
            self.kill(stop, **more)
            try:
                answer = self.agent.call("issues.create", **WEB, title="paused")
            finally:
                self.kill(go, **more)
            self.assertIn(reason, answer["error"]["message"])

    def test_a_kill_between_hold_and_approval_revokes(self):
        approval, correlation = self.hold_a_pull("killed before")
        self.kill("enable")
        try:
            decided = self.bob.decide(approval)
            self.assertEqual(decided.body["status"], "revoked", decided)
            self.assertEqual(self.status(correlation)["reason"], "Kill switch is active")
        finally:
            self.kill("disable")
        self.assertEqual(self.pulls_named("killed before"), 0)

    def test_a_kill_between_approval_and_send_revokes(self):
        approval, correlation = self.hold_a_pull("killed after")
        shown = self.bob.approval(approval)["hash"]
        self.demo.stop()  # the first try to send finds nobody, and the call stays approved
        voting = threading.Thread(target=lambda: self.bob.ask(
            "POST", "/approval-decision",
            {"approvalRequestId": approval, "decision": "approved", "hash": shown}))
        voting.start()
        try:
            until(lambda: self.status(correlation)["status"] == "approved", "the approval")
            self.kill("enable")
        finally:
            self.demo.start()
        until(lambda: self.status(correlation, 5)["status"] == "revoked", "the revocation")
        voting.join()
        self.kill("disable")
        self.assertEqual(self.status(correlation)["status"], "revoked")
        self.assertEqual(self.pulls_named("killed after"), 0)

    def test_a_kill_races_approvals_and_no_call_leaves_after_it(self):
        for number in range(8):
            title = f"race {number}"
            approval, correlation = self.hold_a_pull(title)
            shown = self.bob.approval(approval)["hash"]
            word = {"approvalRequestId": approval, "decision": "approved", "hash": shown}
            outcome = {}
            voting = threading.Thread(target=lambda w=word, o=outcome: o.update(
                self.bob.do("POST", "/approval-decision", w)))
            voting.start()
            time.sleep(0.004 * number)
            self.kill("enable")
            voting.join()
            final = self.status(correlation)["status"]
            killed = self.sequences("limit=100", "kill")[0]
            sent = self.sequences(f"correlationId={correlation}", "sending")
            self.kill("disable")
            self.assertIn(final, ("executed", "revoked"), outcome)
            self.assertEqual(self.pulls_named(title), 1 if final == "executed" else 0)
            # What ran had its intent on record before the switch; nothing began after it.
            self.assertEqual(len(sent), 1 if final == "executed" else 0)
            self.assertTrue(all(sequence < killed for sequence in sent), (sent, killed))


class Restarting(world.World):
    def test_a_hold_survives_kill_9_and_runs_once(self):
        approval, correlation = self.hold_a_pull("across a restart")
        self.gate.kill()
        self.start_gate()
        self.assertEqual(self.status(correlation)["status"], "pending")
        self.assertEqual(self.hold_a_pull("across a restart")[0], approval)
        self.assertEqual(self.bob.decide(approval).body["status"], "executed")
        self.gate.kill()
        self.start_gate()
        self.assertEqual(self.status(correlation)["status"], "executed")
        self.assertEqual(self.pulls_named("across a restart"), 1)

    def test_killed_while_the_answer_is_awaited_it_is_in_doubt_and_a_person_settles(self):
        approval, correlation = self.hold_a_pull("in doubt", headers={"x-demo-fault": "hang"})
        shown = self.bob.approval(approval)["hash"]

        def vote():
            try:
                self.bob.ask("POST", "/approval-decision", {"approvalRequestId": approval,
                                                            "decision": "approved", "hash": shown})
            except (ConnectionError, OSError, http_error):
                pass

        voting = threading.Thread(target=vote)
        voting.start()
        until(lambda: self.pulls_named("in doubt") == 1, "the call at the upstream")
        self.gate.kill()
        voting.join()
        self.start_gate()
        self.assertEqual(self.status(correlation)["status"], "in_doubt")
        answer = self.bob.ask("POST", f"/approvals/{approval}/resolve",
                              {"resolution": "not_applied", "reason": "looked"})
        self.assertEqual(answer.status, 403, answer)
        settled = self.ada.do("POST", f"/approvals/{approval}/resolve",
                              {"resolution": "not_applied", "reason": "looked"})
        self.assertIn(settled["status"], ("failed", "executed"))
        self.assertEqual(self.pulls_named("in doubt"), 1)

    def test_sigterm_waits_for_a_send_that_is_under_way(self):
        approval, correlation = self.hold_a_pull("graceful")
        shown = self.bob.approval(approval)["hash"]
        voting = threading.Thread(target=lambda: self.bob.ask(
            "POST", "/approval-decision",
            {"approvalRequestId": approval, "decision": "approved", "hash": shown}))
        voting.start()
        until(lambda: self.status(correlation)["status"] != "pending", "the vote")
        self.assertEqual(self.gate.stop(), 0)
        voting.join()
        self.start_gate()
        until(lambda: self.status(correlation)["status"] == "executed", "the call's end")
        self.assertEqual(self.pulls_named("graceful"), 1)


class Terminals(world.World):
    """A reviewer at a terminal of their own, and an agent's shell on the same machine."""

    def setUp(self):
        self.home = self.folder / "home"
        self.home.mkdir(exist_ok=True)
        self.environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "TERM": "dumb",
                            "SENTRAIL_SERVER": f"http://127.0.0.1:{self.gate.port}",
                            "SENTRAIL_ACCOUNT": "bob"}

    def approve_command(self, approval):
        return [PROGRAMS.sentrail, "approvals", "approve", approval]

    def test_a_reviewer_approves_at_the_terminal_and_sees_what_will_run(self):
        approval, correlation = self.hold_a_pull("seen at a terminal")
        code, screen = at_terminal(self.approve_command(approval),
                                   [("Passphrase of bob", PASSPHRASES["bob"]),
                                    ("Approve exactly this?", "y")], self.environment)
        self.assertEqual(code, 0, screen)
        self.assertIn("seen at a terminal", screen)
        self.assertIn("executed", screen)
        self.assertNotIn(PASSPHRASES["bob"], screen)
        self.assertEqual(self.status(correlation)["status"], "executed")
        self.assertEqual(self.pulls_named("seen at a terminal"), 1)

    def test_no_at_the_terminal_leaves_it_waiting(self):
        approval, correlation = self.hold_a_pull("declined")
        code, screen = at_terminal(self.approve_command(approval),
                                   [("Passphrase of bob", PASSPHRASES["bob"]),
                                    ("Approve exactly this?", "n")], self.environment)
        self.assertEqual(code, 1, screen)
        self.assertEqual(self.status(correlation)["status"], "pending")

    def test_an_agents_shell_cannot_approve(self):
        approval, correlation = self.hold_a_pull("by the agent itself")
        # Bob worked on this very account of the machine before.
        at_terminal([PROGRAMS.sentrail, "approvals", "list"],
                    [("Passphrase of bob", PASSPHRASES["bob"])], self.environment)
        mine = {**self.environment, "SENTRAIL_KEY": self.key}
        piped = without_terminal(self.approve_command(approval) + ["--yes"], mine)
        self.assertNotEqual(piped.returncode, 0)
        self.assertIn("no controlling terminal", piped.stderr)
        # A terminal that the agent makes itself asks for what the agent does not know.
        for guess in ("", "bob", self.key, PASSPHRASES["ada"]):
            code, screen = at_terminal(self.approve_command(approval) + ["--yes"],
                                       [("Passphrase of bob", guess)], mine)
            self.assertNotEqual(code, 0, screen)
        # Nothing below the home opens a session or an approval.
        shown = self.bob.approval(approval)["hash"]
        word = {"approvalRequestId": approval, "decision": "approved", "hash": shown}
        found = set()
        for file in self.home.rglob("*"):
            if file.is_file():
                found |= set(file.read_text(errors="replace").replace('"', " ").split())
        for secret in found | {self.key, "", "bob"}:
            for scheme in ("Bearer", "token"):
                answer = call(self.gate.port, "POST", "/approval-decision", word,
                              {"Authorization": f"{scheme} {secret}"})
                self.assertIn(answer.status, (400, 401, 403), answer)
        self.assertNotIn(PASSPHRASES["bob"], " ".join(found))
        self.assertEqual(self.status(correlation)["status"], "pending")
        self.assertEqual(self.pulls_named("by the agent itself"), 0)


class Curl(world.World):
    def curl(self, *arguments):
        done = subprocess.run(["curl", "-sS", "-i", "--max-time", "30", *arguments],
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        head, _, body = done.stdout.decode().partition("\r\n\r\n")
        return int(head.split(" ")[1]), head.lower(), body

    def test_all_ways_to_present_a_key(self):
        url = f"{self.relay.url}{PREFIX}/repos/acme/web"
        for how in (["-H", f"Authorization: Bearer {self.key}"],
                    ["-H", f"authorization: TOKEN {self.key}"], ["-u", f"x:{self.key}"]):
            status, head, body = self.curl(*how, url)
            self.assertEqual(status, 200, body)
            self.assertIn("x-sentrail-decision: allow", head)
            self.assertEqual(json.loads(body)["full_name"], "acme/web")

    def test_chunked_bodies_arrive_with_their_length(self):
        status, _, body = self.curl(
            "-H", f"Authorization: Bearer {self.key}", "-H", "Transfer-Encoding: chunked", "-H",
            "Content-Type: application/json", "-d", '{"title":"chunked"}',
            f"{self.relay.url}{PREFIX}/repos/acme/web/issues")
        self.assertEqual(status, 201, body)
        arrived = [message for message in self.upstream() if b"chunked" in message.body]
        self.assertEqual([message.body for message in arrived], [b'{"title":"chunked"}'])
        self.assertEqual(arrived[0].field("transfer-encoding"), [])

    def test_octokit_at_an_enterprise_host(self):
        agent = Octokit(f"https://localhost:{self.gate.tls_port}/api/v3", self.key,
                        authority=self.authority)
        try:
            answer = agent.call("issues.get", **WEB, issue_number=2)
            self.assertEqual((answer["status"], answer["data"]["number"]), (200, 2), answer)
            answer = agent.call("repos.delete", **WEB)
            self.assertEqual(answer["error"]["data"]["decision"], "block")
        finally:
            agent.close()

    def test_the_enterprise_shaped_alias_over_tls(self):
        base = f"https://localhost:{self.gate.tls_port}"
        trust = ["--cacert", str(self.authority), "-H", f"Authorization: token {self.key}"]
        status, _, body = self.curl(*trust, f"{base}/api/v3/repos/acme/web/issues?per_page=1")
        self.assertEqual(status, 200, body)
        self.assertEqual(self.times("GET", "/repos/acme/web/issues?per_page=1"), 1)
        status, _, body = self.curl(*trust, "-X", "DELETE", f"{base}/api/v3/repos/acme/web")
        self.assertEqual((status, json.loads(body)["decision"]), (403, "block"))
        untrusted = subprocess.run(["curl", "-sS", f"{base}/healthz"], capture_output=True,
                                   check=False, timeout=60)
        self.assertEqual(untrusted.returncode, 60)

    def test_evaluate_and_simulate(self):
        how = ["-H", f"Authorization: Bearer {self.key}", "-H", "Content-Type: application/json"]
        status, _, body = self.curl(*how, "-d", json.dumps(
            {"tool": "github", "action": "repos.delete", "riskLevel": "low"}),
            f"{self.relay.url}/evaluate-action")
        self.assertEqual((status, json.loads(body)["decision"]), (200, "block"), body)
        status, _, body = self.curl(*how, "-d", json.dumps(
            {"tool": "github", "method": "DELETE", "path": "/repos/acme/web"}),
            f"{self.relay.url}/simulate-action")
        self.assertEqual((status, json.loads(body)["decision"]), (200, "block"), body)
        self.assertIn("explanation", json.loads(body))

    def test_ambiguous_paths_are_refused_and_never_forwarded(self):
        before = len(self.upstream())
        for path in ("/repos/acme/web/../../user", "/repos/acme/%2e%2e/user", "/repos//web",
                     "/repos/acme/web%00", "/repos/acme/web%5c..", "/repos/acme%252fweb/issues",
                     "/repos/acme%2Fweb/issues"):
            status, _, body = self.curl("--path-as-is", "-H", f"Authorization: Bearer {self.key}",
                                        self.relay.url + PREFIX + path)
            self.assertEqual(status, 400, f"{path}: {body}")
        self.assertEqual(len(self.upstream()), before)


if __name__ == "__main__":
    os.environ.pop("SENTRAIL_KEY", None)
    unittest.main(verbosity=0)
