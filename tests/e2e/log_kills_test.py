"""kill -9 at the places where the published log goes from one state on disk to the next.

    log_kills_test.py BIN RUNS

At each place RUNS times with questions under way, and RUNS times while a year ends, by a library
that is loaded before the gate (preload/preload.cpp). Afterwards the gate starts, every entry that
was acknowledged is in the log, all shards verify, and every checkpoint that was ever published is
of a beginning of its shard.
"""

import base64
import datetime
import hashlib
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.log import Log  # noqa: E402
from harness.people import call, http_error  # noqa: E402
from harness.processes import Programs, read_if_there, until  # noqa: E402

# The sync points of runtime/audit as what the kernel sees of them. The first fdatasync of the
# memory is that of the signer's start.
PLACES = {
    "audit.signer.memory": ("synced", "/signer/last_signed", 1),
    "audit.tiles.written": ("written", "/tile/", 1),
    "audit.tiles.committed": ("noting", "/signer/last_signed", 1),
    "audit.signer.noted": ("noted", "/signer/last_signed", 1),
    "audit.signer.synced": ("synced", "/signer/last_signed", 2),
    "a checkpoint before its name": ("written", "/checkpoint", 1),
    "audit.checkpoint.published": ("renamed", "/checkpoint", 1),
    "a list of shards before its name": ("written", "/log/shards", 1),
    "a list of shards": ("renamed", "/log/shards", 1),
}
# At a start the last checkpoints of all shards are published again, before anything is new.
AGAIN = {"a checkpoint before its name", "audit.checkpoint.published"}
AT_STARTS = {"audit.signer.memory"}
AT_ROLLOVERS = {"a list of shards before its name", "a list of shards"}
# Once for the first checkpoint of a year; keys are too old then for questions to follow.
ONCE = AT_ROLLOVERS | {"audit.tiles.committed", "audit.signer.noted", "audit.signer.synced"}
GONE = (OSError, http_error)
NOW = datetime.datetime.now(datetime.timezone.utc)
PATIENCE = 60  # seconds of questions until the place is reached


def root_of(leaves):
    """The Merkle tree hash of RFC 6962, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


class Trial:
    """One gate through many kills."""

    def __init__(self, programs):
        self.log = Log(programs)
        self.log.decide(5)
        self.log.published()
        self.log.gate.stop()
        self.acknowledged = set()
        self.checkpoints = set()
        self.year = NOW.year

    def ask(self):
        answer = call(self.log.gate.port, "POST", "/evaluate-action",
                      {"tool": "github", "action": "issues.create", "resourceType": "issue",
                       "riskLevel": "low", "payload": {"title": "t"}},
                      {"Authorization": f"Bearer {self.log.reader}"}, timeout=20)
        if answer.status == 200 and answer.body.get("auditLogId"):
            self.acknowledged.add(answer.body["auditLogId"])
        elif answer.status == 401:  # the key is too old: a sign-in that is refused is an entry, too
            call(self.log.gate.port, "POST", "/session", {"name": "eve", "passphrase": "wrong"})

    def run(self, place, arrivals, rolls):
        """Lets a gate live until it is killed there."""
        kind, part, first = PLACES[place]
        if place in AGAIN:
            first += len(self.log.shards)
        settings = {"kill": f"{kind}:{part}:{first + arrivals}"}
        if rolls:
            self.year += 1
            then = datetime.datetime(self.year, 6, 1, tzinfo=datetime.timezone.utc)
            settings["ahead_ms"] = int((then - NOW).total_seconds()) * 1000
        gate = self.log.gate
        gate.preload(**settings)
        try:
            gate.start()
            end = time.monotonic() + PATIENCE
            while gate.process.poll() is None and time.monotonic() < end:
                self.ask()
        except (RuntimeError, *GONE):
            pass
        if gate.process.poll() is None:
            until(lambda: gate.process.poll() is not None, f"the kill at {place}")
        assert gate.process.returncode == -9, f"{place}: {gate.process.returncode}"
        gate.preload()
        self.note_checkpoints()
        gate.start()
        self.check(place)
        gate.stop()
        self.note_checkpoints()

    def note_checkpoints(self):
        for file in self.log.files.glob("*/checkpoint"):
            origin, size, root = file.read_text().split("\n")[:3]
            self.checkpoints.add((origin, int(size), root))

    def check(self, place):
        self.log.published()
        verified = self.log.sentrail("audit", "verify", self.log.files, "--key", self.log.key)
        assert verified.returncode == 0, f"{place}: {verified}"
        assert "audit_log_rebuilt" not in read_if_there(self.log.gate.log), place

    def leaves(self, year):
        """The leaf hashes of a shard, and the ids of its entries."""
        folder = self.log.files / year / "tile/entries"
        size = int((self.log.files / year / "checkpoint").read_text().split("\n")[1])
        hashes, ids = [], set()
        for index in range((size + 255) // 256):
            width = min(256, size - 256 * index)
            name = f"{index:03}" if width == 256 else f"{index:03}.p/{width}"
            content = (folder / name).read_bytes()
            while content:
                length = int.from_bytes(content[:2], "big")
                leaf, content = content[2:2 + length], content[2 + length:]
                hashes.append(hashlib.sha256(b"\0" + leaf).digest())
                if leaf.startswith(b"{"):
                    ids.add(json.loads(leaf)["id"])
        return hashes, ids

    def judge(self):
        """Nothing acknowledged is gone, and no checkpoint was of another history."""
        ids, shards = set(), {}
        for year in map(str, self.log.shards):
            shards[year], more = self.leaves(year)
            ids |= more
        lost = self.acknowledged - ids
        assert not lost, f"{len(lost)} acknowledged entries are gone"
        for origin, size, root in self.checkpoints:
            hashes = shards[origin.rsplit("/", 1)[1]]
            assert size <= len(hashes), f"{origin} had {size} leaves"
            assert base64.b64encode(root_of(hashes[:size])).decode() == root, f"fork at {size}"


def main():
    programs, runs = Programs(sys.argv[1]), int(sys.argv[2])
    trial = Trial(programs)
    print(f"{'place':36} kills")
    for place in PLACES:
        kills = 0
        for run in range(runs):
            if place not in AT_ROLLOVERS:
                trial.run(place, 0 if place in AT_STARTS else 2 + run % 5, False)
                kills += 1
            if place not in AT_STARTS:
                trial.run(place, 0 if place in ONCE else run % 2, True)
                kills += 1
        print(f"{place:36} {kills}", flush=True)
    trial.judge()
    print(f"{len(trial.acknowledged)} acknowledged entries, none lost; "
          f"{len(trial.checkpoints)} checkpoints of {len(trial.log.shards)} shards, no fork")
    assert trial.acknowledged and len(trial.log.shards) > runs


if __name__ == "__main__":
    main()
