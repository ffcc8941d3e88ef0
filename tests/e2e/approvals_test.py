"""Approvals with the real gate, the real agent and the real command line: reasons, escalation,
delegation, batches, edits, rules made of calls, habits, emergencies."""

import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import world  # noqa: E402
from harness.people import PASSPHRASES, Person, at_terminal, call  # noqa: E402
from harness.processes import STARTER, until  # noqa: E402
from harness.world import WEB  # noqa: E402

PROGRAMS = world.programs_of_the_command_line()


def list_hash(hashes):
    """docs/approval_hash.md, read a third time."""
    data = b"".join(struct.pack(">I", 32) + bytes.fromhex(one) for one in hashes)
    return hashlib.sha256(b"sentrail-batch-v1\0" + data).hexdigest()


def leads_policy():
    """Pull requests wait for one of the leads."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
    (folder / "p.sentrail").write_text("""policy leads
language 1
import sentrail.github
tier main {
  rule reads: allow when risk == low
  rule pulls: require_approval from (1 of group leads)
    on github pull_request.create
}
default block
""", encoding="utf-8")
    return folder


class WithTerminals(world.World):
    """A home folder for the command line, and what people do there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.folder / "home"
        cls.home.mkdir()

    def cli(self, who, *arguments, answers=()):
        """Runs `sentrail` at a terminal; exit code and screen."""
        return at_terminal(
            [PROGRAMS.sentrail, "--server", f"http://127.0.0.1:{self.gate.port}", "--as", who,
             *arguments], [(f"Passphrase of {who}", PASSPHRASES[who]), *answers],
            {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "SENTRAIL_HOME": str(self.home)})

    def done(self, who, *arguments, answers=()):
        """The screen of a command that must succeed."""
        code, screen = self.cli(who, *arguments, answers=answers)
        self.assertEqual(code, 0, screen)
        return screen

    def entries(self, kind):
        """Audit entries of a kind, newest first."""
        return [entry for entry in self.ada.do("GET", "/audit?limit=100")["entries"]
                if entry["kind"] == kind]


class Reasons(WithTerminals):
    settings = "approvals:\n  reason: always\n  reason_characters: 8\n"

    def test_a_decision_without_a_reason_is_refused_and_the_terminal_asks(self):
        approval, correlation = self.hold_a_pull("why")
        for reason in ("", "short", "\u200b" * 20, "a       b"):
            answer = self.bob.decide(approval, **({"reason": reason} if reason else {}))
            self.assertEqual((answer.status, answer.body["code"]), (400, "reason_required"))
        self.assertEqual(self.bob.decide(approval, "denied").body["code"], "reason_required")
        self.assertEqual(self.status(correlation)["status"], "pending")
        shown = self.bob.approval(approval)
        self.assertEqual((shown["reasonAsked"], shown["reasonCharacters"]), ("always", 8))
        screen = self.done("bob", "approvals", "approve", approval, answers=[
            ("Approve exactly this?", "y"), ("Why", "the tests of the branch passed")])
        self.assertIn("executed", screen)
        votes = self.bob.approval(approval)["votes"]
        self.assertEqual(votes[0]["reason"], "the tests of the branch passed")
        self.assertEqual(self.pulls_named("why"), 1)

    def test_the_command_line_hands_a_refusal_on(self):
        approval, correlation = self.hold_a_pull("too short")
        code, screen = self.cli("bob", "approvals", "deny", approval, "--reason", "no")
        self.assertEqual(code, 1, screen)
        self.assertIn("at least 8 visible characters", screen)
        self.done("bob", "approvals", "deny", approval, "--reason", "not before the release")
        self.assertEqual(self.status(correlation)["status"], "denied")


class Escalating(WithTerminals):
    settings = ("approvals:\n"
                "  escalate: [{after_ms: 1000, to: leads}, {after_ms: 600000, to: cto}]\n")

    def test_more_people_are_asked_once_and_the_quorum_stays(self):
        approval, _ = self.hold_a_pull("waits")
        before = self.bob.approval(approval)
        self.assertEqual([step["group"] for step in before["escalations"]], ["leads", "cto"])
        until(lambda: self.entries("escalate"), "the escalation")
        self.gate.kill()
        self.start_gate()
        # The new process looks at deadlines, and what was done stays done.
        _, correlation = self.hold_a_pull("waits too")
        until(lambda: [entry for entry in self.entries("escalate")
                       if entry["correlation_id"] == correlation], "the escalation after")
        told = [entry for entry in self.entries("escalate")
                if entry["correlation_id"] == before["correlationId"]]
        self.assertEqual(len(told), 1, told)
        self.assertIn("group `leads` is asked too", told[0]["reason"])
        after = self.bob.approval(approval)
        self.assertEqual([step["done"] for step in after["escalations"]], [True, False])
        for member in ("hash", "quorum", "decideBy", "status"):
            self.assertEqual(after[member], before[member])
        self.assertEqual(self.bob.decide(approval).body["status"], "executed")


class Delegating(WithTerminals):
    """Cyd, of the leads, goes away and lends the seat to Dee, who is in no group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cyd = Person(cls.gate, "cyd").join(cls.ada.invite("cyd", groups=["leads"]))
        cls.dee = Person(cls.gate, "dee").join(cls.ada.invite("dee"))
        cls.gate.build(leads_policy())
        cls.gate.reload()

    def test_a_delegate_fills_the_seat_of_who_is_away_and_no_other(self):
        approval, correlation = self.hold_a_pull("lent")
        self.assertEqual(self.dee.decide(approval).status, 403)
        answer = self.dee.decide(approval, onBehalfOf="cyd")
        self.assertEqual((answer.status, answer.body["code"]), (403, "no_delegation"))

        made = json.loads(self.done("cyd", "--json", "delegations", "add", "dee", "--days", "30",
                                    "--tool", "github").splitlines()[-1])["delegation"]
        self.assertEqual((made["fromName"], made["toName"], made["status"]),
                         ("cyd", "dee", "active"))
        # Not transitive, not for anybody else, and nobody lends what is not theirs.
        self.done("dee", "delegations", "add", "bob", "--days", "1")
        for name in ("cyd", "dee"):
            answer = self.bob.decide(approval, onBehalfOf=name)
            self.assertEqual(answer.status, 403, answer)
        self.assertEqual(self.status(correlation)["status"], "pending")

        screen = self.done("dee", "approvals", "approve", approval, "--for", "cyd",
                           answers=[("Approve exactly this?", "y")])
        self.assertIn("executed", screen)
        vote = self.bob.approval(approval)["votes"][0]
        self.assertEqual((vote["name"], vote["onBehalfOf"]), ("dee", "cyd"))
        self.assertIn("dee, for cyd", [entry["person"] for entry in self.entries("approve")])

        second, _ = self.hold_a_pull("after its end")
        self.assertIn("active", self.done("bob", "delegations", "list"))
        code, screen = self.cli("bob", "delegations", "end", made["id"])
        self.assertEqual(code, 1, screen)
        self.done("ada", "delegations", "end", made["id"])
        answer = self.dee.decide(second, onBehalfOf="cyd")
        self.assertEqual(answer.body["code"], "no_delegation", answer)
        told = [entry["action"] for entry in self.entries("person")]
        self.assertIn("delegation.begin", told)
        self.assertIn("delegation.end", told)

    def test_a_delegation_has_an_end_within_thirty_days(self):
        code, screen = self.cli("cyd", "delegations", "add", "dee", "--until",
                                "2099-01-01T00:00:00Z")
        self.assertNotEqual(code, 0)
        self.assertIn("at most 30 days", screen)
        code, screen = self.cli("cyd", "delegations", "add", "dee")
        self.assertEqual(code, 2, screen)


class Together(WithTerminals):
    def test_a_list_is_approved_by_the_hash_of_its_hashes(self):
        held = [self.hold_a_pull(f"together {number}")[0] for number in range(3)]
        screen = self.done("bob", "approvals", "approve", *held,
                           answers=[("Approve exactly these 3?", "y")])
        for number, approval in enumerate(held):
            self.assertIn(f"--- {number + 1} of 3 ---", screen)
            self.assertIn(f"together {number}", screen)
            until(lambda one=approval: self.bob.approval(one)["status"] == "executed", "the end")
            self.assertEqual(self.pulls_named(f"together {number}"), 1)
        code, screen = self.cli("bob", "approvals", "approve", *held, "--yes")
        self.assertEqual(code, 1, screen)
        self.assertIn("you have decided about this call already", screen)

    def batch(self, ids, digest):
        return self.bob.ask("POST", "/approvals/batch-decision",
                            {"approvalRequestIds": ids, "hash": digest})

    def test_none_is_voted_on_unless_the_list_is_what_was_shown(self):
        held = [self.hold_a_pull(f"list {number}")[0] for number in range(2)]
        hashes = [self.bob.approval(approval)["hash"] for approval in held]
        for wrong in (list_hash(hashes[::-1]), list_hash(hashes[:1]), list_hash([]), "0" * 64,
                      hashes[0]):
            answer = self.batch(held, wrong)
            self.assertEqual((answer.status, answer.body["code"]), (409, "hash_mismatch"))
        self.assertEqual(self.batch(held + held[:1], list_hash(hashes)).status, 400)
        self.assertEqual(self.batch([], list_hash([])).status, 400)
        self.assertEqual(self.batch([held[0]] * 65, list_hash(hashes)).status, 400)
        for approval in held:
            self.assertEqual(self.bob.approval(approval)["votes"], [])
        merge, _ = self.held(self.agent.call("pulls.merge", **WEB, pull_number=6))
        mixed = hashes + [self.bob.approval(merge)["hash"]]
        risks = {self.bob.approval(one)["riskLevel"] for one in held + [merge]}
        if len(risks) > 1:
            answer = self.batch(held + [merge], list_hash(mixed))
            self.assertEqual((answer.status, answer.body["code"]), (409, "mixed_risk"))
        # One that was decided meanwhile does not hold up the others.
        self.bob.decide(held[0], "denied")
        answer = self.batch(held, list_hash(hashes))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.body["ok"], False)
        self.assertEqual(answer.body["items"][0]["code"], "already_voted")
        self.assertNotIn("code", answer.body["items"][1])
        until(lambda: self.pulls_named("list 1") == 1, "the second")
        self.assertEqual(self.pulls_named("list 0"), 0)


class Always(WithTerminals):
    def test_the_rule_is_a_text_that_checks_and_does_what_it_says(self):
        merge = {**WEB, "pull_number": 6, "merge_method": "squash"}
        approval, _ = self.held(self.agent.call("pulls.merge", **merge))
        before = self.ada.do("GET", "/policy")["bundle"]
        screen = self.done("bob", "approvals", "always", approval, "--uses", "5")
        self.assertIn("@@ tier everyday, in front of rule merges @@", screen)
        made = self.bob.do("POST", f"/approvals/{approval}/always", {})
        self.assertEqual((made["module"], made["tier"], made["before"]),
                         ("starter", "everyday", "merges"))
        self.assertIn("limit 20 per 8h else require_approval", made["rule"])
        self.assertEqual(self.ada.do("GET", "/policy")["bundle"], before)

        text = (STARTER / "starter.sentrail").read_text(encoding="utf-8")
        anchor = "  rule merges: require_approval"
        self.assertEqual(text.count(anchor), 1)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
        policy = folder / "starter.sentrail"
        policy.write_text(text.replace(anchor, made["rule"] + "\n" + anchor) + "\n" + made["tests"],
                          encoding="utf-8")
        checked = subprocess.run([PROGRAMS.sentrailc, "check", policy], capture_output=True,
                                 text=True, timeout=60, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        # The text brings its own tests: its call is allowed, another agent's is not.
        tested = subprocess.run([PROGRAMS.sentrailc, "test", policy], capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        for change, effect in ((("squash", "rebase"), "require_approval"),
                               (("pulls/6", "pulls/7"), "require_approval"),
                               (("agent.id", 'body.sha = "1234", agent.id'), "require_approval"),
                               (("nothing", "nothing"), "allow")):
            first = made["tests"].split("\n\n")[0]
            changed = first.replace(*change).replace("expect allow by " + made["name"],
                                                     "expect " + effect)
            policy.write_text(text.replace(anchor, made["rule"] + "\n" + anchor) + "\n" + changed
                              .replace(": its call", ": neighbour"), encoding="utf-8")
            tested = subprocess.run([PROGRAMS.sentrailc, "test", policy], capture_output=True,
                                    text=True, timeout=60, check=False)
            self.assertEqual(tested.returncode, 0, f"{change}\n{tested.stdout}{tested.stderr}")

    def test_what_the_default_held_gets_a_tier_and_what_nobody_knows_gets_none(self):
        approval, _ = self.hold_a_pull("by default")
        made = self.bob.do("POST", f"/approvals/{approval}/always", {"arguments": "any"})
        self.assertEqual((made["tier"], made["before"]), (None, None))
        text = (STARTER / "starter.sentrail").read_text(encoding="utf-8")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
        (folder / "starter.sentrail").write_text(text + "\n" + made["rule"] + "\n" + made["tests"],
                                                 encoding="utf-8")
        tested = subprocess.run([PROGRAMS.sentrailc, "test", folder], capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        unknown, _ = self.held(self.agent.call("request", route="PUT /no/such/place"))
        answer = self.bob.ask("POST", f"/approvals/{unknown}/always", {})
        self.assertEqual((answer.status, answer.body["code"]), (409, "not_always"), answer)


class Editing(WithTerminals):
    def test_an_edit_is_a_new_request_that_its_editor_does_not_approve(self):
        cyd = Person(self.gate, "cyd").join(self.ada.invite("cyd"))
        approval, correlation = self.hold_a_pull("before", body="as asked")
        new = self.home / "new.json"
        new.write_text(json.dumps({"title": "after", "head": "before", "base": "main",
                                   "body": "as asked", "draft": True}), encoding="utf-8")
        before = self.bob.approval(approval)
        screen = self.done("bob", "approvals", "edit", approval, "--body", str(new), "--reason",
                           "a draft will do", answers=[("in its place?", "y")])
        for line in ("/title", '- "before"', '+ "after"', "/draft", "+ true"):
            self.assertIn(line, screen)
        old = self.bob.approval(approval)
        self.assertEqual(old["status"], "revoked")
        edited = self.bob.approval(old["replacedBy"])
        self.assertNotEqual(edited["hash"], before["hash"])
        self.assertEqual((edited["editedFrom"], edited["editedBy"]), (approval, "bob"))

        polled = self.status(correlation)
        self.assertEqual(polled["status"], "revoked")
        self.assertIn("its arguments changed: a draft will do", polled["reason"])
        self.assertEqual(polled["replacedBy"]["approvalRequestId"], edited["id"])
        self.assertTrue(polled["replacedBy"]["argumentsChanged"])
        follow = polled["replacedBy"]["correlationId"]
        self.assertEqual(self.status(follow)["status"], "pending")

        self.assertIn(self.bob.decide(approval).body["code"], ("already_decided",))
        answer = self.bob.decide(edited["id"])
        self.assertEqual((answer.status, answer.body["code"]), (403, "self_approval"), answer)
        self.assertEqual(cyd.decide(edited["id"]).body["status"], "executed")
        self.assertEqual((self.pulls_named("before"), self.pulls_named("after")), (0, 1))
        self.assertEqual(self.status(follow)["status"], "executed")

    def test_policy_decides_the_edited_call_anew(self):
        approval, _ = self.held(self.agent.call(
            "repos.createOrUpdateFileContents", **WEB, path="a.txt", message="m", content="eA==",
            branch="main"))
        shown = self.bob.approval(approval)
        answer = self.bob.ask("POST", f"/approvals/{approval}/edit",
                              {"hash": "0" * 12, "body": {}})
        self.assertEqual(answer.body["code"], "hash_mismatch")
        same = json.loads(shown["request"]["body"])
        answer = self.bob.ask("POST", f"/approvals/{approval}/edit",
                              {"hash": shown["hash"], "body": same})
        self.assertEqual(answer.status, 400, answer)
        # Policy would let a topic branch pass at once: people still look at what one of them wrote.
        answer = self.bob.ask("POST", f"/approvals/{approval}/edit",
                              {"hash": shown["hash"], "body": {**same, "branch": "topic/a"}})
        self.assertEqual((answer.status, answer.body["status"]), (200, "pending"), answer)
        self.assertEqual(answer.body["changes"],
                         [{"pointer": "/branch", "old": "main", "new": "topic/a"}])


class Fatigue(WithTerminals):
    def test_decisions_that_nobody_read_are_counted(self):
        quick, _ = self.hold_a_pull("quick")
        self.bob.decide(quick)  # looks and decides at once
        unseen, _ = self.hold_a_pull("unseen")
        word = {"approvalRequestId": unseen, "decision": "denied"}
        self.bob.do("POST", "/approval-decision", word)
        measured = self.ada.do("GET", "/approvals/metrics?days=1")
        person = next(one for one in measured["people"] if one["name"] == "bob")
        self.assertEqual((person["approved"], person["denied"]), (1, 1))
        self.assertEqual((person["shown"], person["unread"]), (1, 1))
        self.assertEqual(person["rubberStampPercent"], 100)
        self.assertEqual([(rule["rule"], rule["neverDenied"]) for rule in measured["rules"]],
                         [("default", False)])
        self.assertLess(measured["timeToDecideMs"]["max"], 60000)
        counted = call(self.gate.port, "GET", "/metrics").raw.decode()
        for line in ('sentrail_votes_total{verdict="approve"} 1',
                     'sentrail_votes_total{verdict="deny"} 1', "sentrail_votes_unread_total 1",
                     "sentrail_votes_emergency_total 0"):
            self.assertIn(line + "\n", counted)
        screen = self.done("bob", "approvals", "metrics", "--days", "1")
        self.assertIn("NEVER DENIED", screen)


class BreakingTheGlass(WithTerminals):
    settings = "approvals:\n  break_glass_group: security\n"

    def test_one_person_approves_alone_and_another_reviews_it(self):
        Person(self.gate, "cyd").join(self.ada.invite("cyd"))
        Person(self.gate, "dee").join(self.ada.invite("dee", role="admin"))
        self.gate.build(leads_policy())
        self.gate.reload()
        approval, correlation = self.hold_a_pull("emergency")
        answer = self.bob.decide(approval)
        self.assertEqual(answer.status, 403, answer)  # no seat
        code = self.done("ada", "break-glass", "code", "bob")
        code = re.search(r"sbg_\w{40}", code).group(0)
        refused, screen = self.cli("bob", "break-glass", "use", approval, "--reason",
                                   "production is down", answers=[
                                       ("Your emergency code", PASSPHRASES["bob"])])
        self.assertEqual(refused, 1, screen)  # never the sign-in
        refused, screen = self.cli("ada", "break-glass", "code", "ada")
        self.assertEqual(refused, 1, screen)
        self.ada.do("POST", "/kill-switch", {"action": "enable", "reason": "drill"})
        shown = self.bob.approval(approval)["hash"]
        word = {"code": code, "reason": "production is down", "approvalRequestId": approval,
                "hash": shown}
        answer = self.bob.ask("POST", "/break-glass", word)
        self.assertEqual((answer.status, answer.body["code"]), (409, "stopped"), answer)
        self.ada.do("POST", "/kill-switch", {"action": "disable"})
        self.assertEqual(self.bob.ask("POST", "/break-glass", {**word, "reason": "x"}).status, 400)

        self.done("bob", "break-glass", "use", approval, "--reason", "production is down",
                  answers=[("Your emergency code", code)])
        until(lambda: self.status(correlation)["status"] == "executed", "the call's end")
        self.assertEqual(self.pulls_named("emergency"), 1)
        told = [entry["action"] for entry in self.entries("break_glass")]
        for action in ("break_glass.make_code", "break_glass.grant", "pull_request.create"):
            self.assertIn(action, told)

        listed = self.ada.do("GET", "/break-glass")
        self.assertEqual((listed["total"], listed["openReviews"]), (1, 1))
        grant = listed["grants"][0]
        self.assertEqual(grant["approved"], [approval])
        refused, _ = self.cli("bob", "break-glass", "close", grant["id"], "--reason", "all is well")
        self.assertEqual(refused, 1)
        self.done("dee", "break-glass", "close", grant["id"], "--reason", "it was down indeed")
        self.assertIn("0 to be reviewed", self.done("ada", "break-glass", "list"))

    def test_the_requester_side_breaks_no_glass(self):
        approval, _ = self.hold_a_pull("own")
        dee = Person(self.gate, "dee")
        code = dee.do("POST", "/break-glass/codes", {"person": "ada"})["code"]
        shown = self.ada.approval(approval)["hash"]
        answer = self.ada.ask("POST", "/break-glass",
                              {"code": code, "reason": "production is down",
                               "approvalRequestId": approval, "hash": shown})
        self.assertEqual((answer.status, answer.body["code"]), (403, "self_approval"), answer)
        self.assertEqual(self.pulls_named("own"), 0)


if __name__ == "__main__":
    os.environ.pop("SENTRAIL_KEY", None)
    unittest.main(verbosity=0)
