"""Each system call of the gate's fails in turn, and it never gives a wrong answer.

    io_faults_test.py BIN RUNS|all [SEED]

One scripted life of the gate, from its start over decisions, a hold, an approval and a send to its
end, is run again and again under `strace -e inject`: the n-th call of one kind fails, for a kind
and an n of each thread; or a write writes half of what it was given (preload/preload.cpp). Whatever
the gate answers must be right or a refusal; whatever it acknowledged must be there when it is
started anew without faults, the log must verify, and the upstream must have got each call at most
once. A gate that cannot start says why, and starts again.
"""

import collections
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, http_error, owner_and_reviewer, without_terminal  # noqa: E402
from harness.processes import Demo, Gate, Programs, read_if_there  # noqa: E402
from harness.wire import read_messages  # noqa: E402

FAULTS = {"openat": ["EIO", "ENOSPC", "EMFILE"], "read": ["EIO", "EINTR"],
          "pread64": ["EIO"], "write": ["EIO", "ENOSPC", "EINTR", "short"],
          "pwrite64": ["EIO", "ENOSPC", "short"],
          "fdatasync": ["EIO"], "fsync": ["EIO"], "rename": ["EIO"], "unlink": ["EIO"],
          "close": ["EIO"], "ftruncate": ["EIO"], "fallocate": ["ENOSPC"], "mkdir": ["ENOSPC"],
          "sync_file_range": ["EIO"], "lseek": ["EIO"], "newfstatat": ["EIO"]}
GONE = (OSError, http_error, RuntimeError, TimeoutError)
ISSUES = "/gateway-proxy/github/repos/acme/web/issues"
PULLS = "/gateway-proxy/github/repos/acme/web/pulls"


class Template:
    """A data folder with people, a connection and a key, made once and copied for each life."""

    def __init__(self, programs, folder):
        self.folder = folder
        self.demo = Demo(folder / "demo")
        gate = Gate(programs, folder / "gate").start()
        ada, self.bob = owner_and_reviewer(gate)
        ada.connect(self.demo)
        self.key = ada.make_key("agents", ["gateway", "evaluate"])
        gate.stop()

    def copy(self, programs, name):
        gate = Gate(programs, self.folder / name)
        shutil.rmtree(gate.folder / "data", ignore_errors=True)
        shutil.copytree(self.folder / "gate/data", gate.folder / "data")
        return gate

    def posts(self, title):
        """How often the upstream got a POST that names this title."""
        return sum(message.method == "POST" and title.encode() in message.body
                   for stream in self.demo.received() for message in read_messages(stream))


class Life:
    """What was asked of one gate, and what it acknowledged."""

    def __init__(self, template, gate, title):
        self.template, self.gate, self.title = template, gate, title
        self.audit_ids = []
        self.hold = None
        self.approved = False
        self.wrong = []

    def ask(self, method, target, body=None):
        """An answer that must be right or a refusal; nothing if none came."""
        try:
            answer = call(self.gate.port, method, target, body,
                          {"Authorization": f"token {self.template.key}"}, timeout=20)
        except GONE:
            return None
        if answer.body and isinstance(answer.body, dict) and answer.body.get("auditLogId"):
            self.audit_ids.append(answer.body["auditLogId"])
        elif answer.headers.get("x-sentrail-auditlogid"):
            self.audit_ids.append(answer.headers["x-sentrail-auditlogid"])
        return answer

    def expect(self, answer, right, what):
        refusals = (400, 401, 403, 408, 429, 500, 502, 503, 504)
        if answer is not None and answer.status not in right and answer.status not in refusals:
            self.wrong.append(f"{what}: {answer}")

    def run(self):
        """The script. The gate may be gone at any step."""
        made = self.ask("POST", ISSUES, {"title": self.title + "-allowed"})
        self.expect(made, (201,), "an allowed call")
        gone = self.ask("DELETE", "/gateway-proxy/github/repos/acme/web")
        self.expect(gone, (403,), "a blocked call")
        for action in ("issues.list", "repos.delete"):
            told = self.ask("POST", "/evaluate-action",
                            {"tool": "github", "action": action, "riskLevel": "low"})
            self.expect(told, (200,), "an evaluation")
            if action == "repos.delete" and told is not None and told.status == 200 \
                    and told.body["decision"] == "allow":
                self.wrong.append(f"allowed what policy blocks: {told}")
        held = self.ask("POST", PULLS, {"title": self.title + "-held", "head": self.title,
                                        "base": "main"})
        self.expect(held, (202,), "a call to be held")
        if held is not None and held.status == 202:
            self.hold = held.body["approvalRequestId"]
            self.decide()

    def decide(self):
        """A reviewer approves what was held."""
        bob = self.template.bob
        bob.gate, bob.token = self.gate, None
        try:
            answer = bob.decide(self.hold)
        except (AssertionError, KeyError, *GONE):
            return
        self.approved = answer.status == 200

    def check(self):
        """After a start without faults."""
        bob = self.template.bob
        bob.gate, bob.token = self.gate, None
        for audit_id in self.audit_ids:
            found = bob.do("GET", f"/audit?id={audit_id}")["entries"]
            if len(found) != 1:
                self.wrong.append(f"the acknowledged entry {audit_id} is gone")
        status = bob.approval(self.hold)["status"] if self.hold else None
        sent = self.template.posts(self.title + "-held")
        if sent > 1 or self.template.posts(self.title + "-allowed") > 1:
            self.wrong.append("a call was sent twice")
        if status in ("pending", "denied", "expired", "revoked") and sent:
            self.wrong.append(f"sent, and told as {status}")
        if status == "executed" and not sent:
            self.wrong.append("executed, but the upstream got nothing")
        if self.approved and status in ("pending", None):
            self.wrong.append("an acknowledged approval is gone")


def verify(programs, gate, key_folder):
    """The log as the command line verifies it."""
    environment = {"SENTRAIL_STATE": str(key_folder), "HOME": str(key_folder)}
    return without_terminal([programs.sentrail, "--gate", f"http://127.0.0.1:{gate.port}",
                             "audit", "verify"], environment)


def counts_of(template, programs):
    """How often each thread at most makes each of the calls in one life."""
    gate = template.copy(programs, "counting")
    log = gate.folder / "strace.log"
    gate.prefix = ["strace", "-D", "-f", "-qq", "-e", "trace=" + ",".join(FAULTS), "-o", str(log)]
    gate.start()
    Life(template, gate, "counting").run()
    gate.stop(seconds=60)
    per_thread = collections.Counter()
    for line in log.read_text(errors="replace").splitlines():
        if match := re.match(r"(\d+) +(\w+)\(", line):
            per_thread[match.groups()] += 1
    most = collections.Counter()
    for (_, name), times in per_thread.items():
        most[name] = max(most[name], times)
    return most


def one_run(template, programs, name, fault, number, outcomes):
    """A life in which that call fails, and the start after it."""
    title = f"{name}-{fault}-{number}"
    gate = template.copy(programs, title)
    if fault == "short":
        gate.preload(short=f"{name.removesuffix('64')}:{number}")
    else:
        gate.prefix = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                       f"inject={name}:error={fault}:when={number}"]
    life = Life(template, gate, title)
    try:
        gate.start()
        life.run()
        gate.stop(seconds=60)
        outcomes["ran to its end"] += 1
        # Half a write is no failure.
        if fault == "short" and not life.approved:
            life.wrong.append("it did not do all that it was asked")
    except GONE + (subprocess.TimeoutExpired,) as error:
        outcomes["did not start" if gate.port == 0 else "ended early"] += 1
        if fault == "short":
            life.wrong.append(f"it ended: {error}")
        if gate.process.poll() is None:
            gate.kill()
        # RocksDB asserts that its probe of sync_file_range works, before anything is served.
        if gate.process.returncode in (-6, -11) and "IsSyncFileRangeSupported" not in str(error):
            life.wrong.append(f"it crashed: {error}")
    gate.prefix = []
    gate.start()
    life.check()
    gate.stop()
    if life.wrong:
        life.wrong.append(read_if_there(gate.log)[-2000:])
    shutil.rmtree(gate.folder)
    return life.wrong


class EverySystemCallFails(unittest.TestCase):
    def test_lives_with_one_failing_call(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed; `make setup` installs it")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-faults-"))
        template = Template(PROGRAMS, folder)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.addCleanup(template.demo.stop)
        most = counts_of(template, PROGRAMS)
        places = [(name, fault, number) for name, faults in FAULTS.items() for fault in faults
                  for number in range(1, most[name] + 1)]
        chosen = places if RUNS == "all" else random.Random(SEED).sample(
            places, min(int(RUNS), len(places)))
        print(f"seed {SEED}: {len(chosen)} of {len(places)} places", dict(most))
        outcomes = collections.Counter()
        for place in chosen:
            wrong = one_run(template, PROGRAMS, *place, outcomes)
            self.assertEqual(wrong, [], place)
        print(json.dumps(outcomes))


if __name__ == "__main__":
    PROGRAMS = Programs(sys.argv.pop(1))
    RUNS = sys.argv.pop(1)
    SEED = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() \
        else random.SystemRandom().randrange(10 ** 6)
    unittest.main()
