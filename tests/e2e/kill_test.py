"""kill -9 at random moments while calls are held, decided and sent.

    kill_test.py BIN ROUNDS [SEED]

Whatever was acknowledged before a kill must be there after it: holds, decisions, entries of the
log. No held call reaches the upstream twice; one that nobody decided for, never; one whose outcome
nobody knows is in doubt. The log verifies after every start.
"""

import base64
import collections
import json
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import Person, call, http_error, owner_and_reviewer, without_terminal  # noqa
from harness.processes import Demo, Gate, Programs, until  # noqa: E402
from harness.wire import read_messages  # noqa: E402

PULLS = "/gateway-proxy/github/repos/acme/web/pulls"
GONE = (OSError, http_error)
FINAL = {"executed", "failed", "denied", "expired", "revoked", "in_doubt"}
WORKERS = 3


class Ledger:
    """What the gate acknowledged, by the title of each call."""

    def __init__(self):
        self.lock = threading.Lock()
        self.approvals = {}
        self.decided = {}
        self.audit_ids = set()

    def note(self, table, title, value):
        with self.lock:
            table[title] = value


class Traffic:
    """Agents that ask and a reviewer that decides, until the gate goes away under them."""

    def __init__(self, gate, ledger, key, token, round_number):
        self.gate, self.ledger, self.key, self.token = gate, ledger, key, token
        self.threads = [threading.Thread(target=self.work, args=(f"{round_number}.{n}",))
                        for n in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def work(self, name):
        chance = random.Random(name)
        try:
            for number in range(1000):
                self.one_call(f"{name}.{number}", chance)
        except GONE:
            pass

    def one_call(self, title, chance):
        body = {"title": title, "head": title, "base": "main"}
        held = call(self.gate.port, "POST", PULLS, body,
                    {"Authorization": f"Bearer {self.key}", "X-Agent-Id": title.rsplit(".", 1)[0]})
        assert held.status == 202, held
        approval = held.body["approvalRequestId"]
        with self.ledger.lock:
            self.ledger.approvals[title] = approval
            self.ledger.audit_ids.add(held.body["auditLogId"])
        choice = chance.random()
        if choice < 0.1:
            return  # nobody decides for this one
        decision = "denied" if choice < 0.25 else "approved"
        answer = call(self.gate.port, "POST", "/approval-decision",
                      {"approvalRequestId": approval, "decision": decision},
                      {"Authorization": f"Bearer {self.token}"})
        assert answer.status == 200, answer
        self.ledger.note(self.ledger.decided, title, (decision, answer.body["status"]))

    def join(self):
        for thread in self.threads:
            thread.join()


class Trial:
    """One gate through many kills."""

    def __init__(self, programs, seed):
        self.chance = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-kill-"))
        self.programs = programs
        self.demo = Demo(self.folder / "demo")
        self.gate = Gate(programs, self.folder / "gate", settings="log:\n  level: warning\n")
        self.gate.start()
        self.ada, self.bob = owner_and_reviewer(self.gate)
        self.ada.connect(self.demo)
        self.key = self.ada.make_key("agents")
        self.reader = self.ada.make_key("reader", ["admin-read"])
        self.ledger = Ledger()

    def round(self, number):
        if number % 50 == 0:
            self.bob.sign_in()  # sessions last 15 minutes
        traffic = Traffic(self.gate, self.ledger, self.key, self.bob_token(), number)
        time.sleep(self.chance.uniform(0.02, 0.4))
        self.gate.kill()
        traffic.join()
        self.gate.start()
        self.verify()

    def bob_token(self):
        if self.bob.token is None:
            self.bob.sign_in()
        return self.bob.token

    def read(self, target):
        answer = call(self.gate.port, "GET", target,
                      headers={"Authorization": f"Bearer {self.reader}"})
        assert answer.status == 200, f"{target}: {answer}"
        return answer.body

    def verify(self):
        answer = without_terminal(
            [self.programs.sentrail, "--server", f"http://127.0.0.1:{self.gate.port}", "audit",
             "verify"],
            {"SENTRAIL_KEY": self.reader, "HOME": str(self.folder), "PATH": "/usr/bin:/bin"})
        assert answer.returncode == 0, answer.stderr

    def arrived(self):
        """How often the upstream got each title."""
        return collections.Counter(
            json.loads(message.body)["title"] for stream in self.demo.received()
            for message in read_messages(stream) if message.method == "POST")

    def status(self, approval):
        body = self.read(f"/approvals/{approval}")
        return body.get("approval", body)["status"]

    def judge(self):
        """Looks at everything that was acknowledged; counts what became of it."""
        ledger, outcomes = self.ledger, collections.Counter()
        until(lambda: not self.read("/approvals?status=approved")["approvals"],
              "the last approved calls", 120)
        arrived = self.arrived()
        for title, count in arrived.items():
            assert count == 1, f"{title} was sent {count} times"
            assert title in ledger.approvals, f"{title} was sent, and nobody was told of its hold"
        for title, approval in ledger.approvals.items():
            status = self.status(approval)
            outcomes[status] += 1
            sent = arrived[title]
            decision, told = ledger.decided.get(title, (None, None))
            assert status in FINAL | {"pending"}, f"{title}: {status}"
            if decision is not None:
                assert status != "pending", f"{title}: {decision} was forgotten"
            if decision == "denied":
                assert status == "denied", f"{title}: denied, now {status}"
            if told in FINAL:
                assert status == told, f"{title}: told {told}, now {status}"
            if status == "executed":
                assert sent == 1, f"{title}: executed, but the upstream got it {sent} times"
            elif status != "in_doubt":
                assert sent == 0, f"{title}: {status}, but the upstream got it"
        entries = self.sealed_ids()
        lost = ledger.audit_ids - entries
        assert not lost, f"{len(lost)} acknowledged entries are gone"
        return outcomes

    def sealed_ids(self):
        """The ids of all entries in the log."""
        ids, at = set(), 0
        while True:
            answer = call(self.gate.port, "GET", f"/audit/log/entries?from={at}&limit=1000",
                          headers={"Authorization": f"Bearer {self.reader}"})
            lines = answer.raw.splitlines()
            leaves = [base64.b64decode(json.loads(line)["leaf"]) for line in lines]
            ids |= {json.loads(leaf)["id"] for leaf in leaves}
            at += len(lines)
            if len(lines) < 1000:
                return ids


def main():
    programs, rounds = Programs(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    trial = Trial(programs, seed)
    began = time.monotonic()
    try:
        for number in range(rounds):
            trial.round(number)
        outcomes = trial.judge()
    finally:
        if trial.gate.process.poll() is None:
            trial.gate.stop()
        trial.demo.stop()
    took = time.monotonic() - began
    print(f"{rounds} kills in {took:.0f} s: {len(trial.ledger.approvals)} holds and "
          f"{len(trial.ledger.decided)} decisions acknowledged; {dict(outcomes)}; "
          f"{sum(trial.arrived().values())} calls at the upstream, none twice")
    assert outcomes["executed"] > 0 and outcomes["denied"] > 0
    shutil.rmtree(trial.folder)


if __name__ == "__main__":
    main()
