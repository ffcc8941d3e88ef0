"""A gate with a published log, and what other makers' programs say of it: where
tools/tlog_peers.sh has built them.
"""

import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import tempfile

from .people import Person, call, without_terminal
from .processes import ROOT, Gate, read_if_there, until

JUDGE = ROOT / "build/tlog/judge"
LITEWITNESS = ROOT / "build/tlog/litewitness"
ORIGIN = "audit.example.com/gate"


class Log:
    """A gate with a log of some entries."""

    def __init__(self, programs, settings=""):
        self.programs = programs
        self.gate = Gate(programs, settings=f"audit:\n  origin: {ORIGIN}\n{settings}")
        self.gate.start()
        self.ada = Person(self.gate, "ada").join(self.gate.bootstrap_token())
        self.reader = self.ada.make_key("reader", ["admin-read", "evaluate"])
        self.data = self.gate.folder / "data"
        self.files = self.data / "log"

    def get(self, target):
        return call(self.gate.port, "GET", target,
                    headers={"Authorization": f"Bearer {self.reader}"})

    def decide(self, count):
        """Entries, one for each question."""
        for number in range(count):
            call(self.gate.port, "POST", "/evaluate-action",
                 {"tool": "github", "action": "issues.create", "resourceType": "issue",
                  "riskLevel": "low", "payload": {"title": f"t{number}"}},
                 {"Authorization": f"Bearer {self.reader}"})

    def head(self):
        return self.get("/audit/log/head").body

    def published(self):
        """The size once everything is published."""
        def all_of_it():
            head = self.head()
            return head["size"] if head["size"] == head["published"] else 0
        return until(all_of_it, "the checkpoint")

    @property
    def key(self):
        return (self.data / "signer/key.pub").read_text().strip()

    @property
    def shards(self):
        """The years of which there is a log."""
        return [int(year) for year in read_if_there(self.files / "shards").split()]

    def shard_key(self, year):
        """The verifier key of one shard, for other makers' programs."""
        answer = self.sentrail("audit", "shard-key", year, "--key", self.key, key=False)
        return answer.stdout.strip()

    def sentrail(self, *arguments, key=True):
        home = tempfile.mkdtemp(prefix="sentrail-home-")
        environment = {"SENTRAIL_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin",
                       "SENTRAIL_SERVER": f"http://127.0.0.1:{self.gate.port}"}
        if key:
            environment["SENTRAIL_KEY"] = self.reader
        return without_terminal([self.programs.sentrail, *map(str, arguments)], environment)

    def doctor(self, *words):
        answer = self.sentrail("audit", "doctor", self.data, "--json", *words)
        parts = {one["part"]: one for one in json.loads(answer.stdout)["findings"]}
        return answer.returncode, parts


def judged(*arguments):
    return subprocess.run([JUDGE, *map(str, arguments)], capture_output=True, text=True,
                          timeout=280, check=False)


def free_port():
    """One that nobody listens on; litewitness does not say which it was given."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Witness:
    """litewitness with a database and a key of its own."""

    def __init__(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="witness-"))
        self.database = folder / "db"
        self.agent = subprocess.Popen([JUDGE, "agent", folder / "agent"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        fingerprint = self.agent.stdout.readline().strip()
        self.log = folder / "log"
        errors = open(self.log, "wb")
        port = free_port()
        self.process = subprocess.Popen(
            [LITEWITNESS, "-name", "sentrail.test/witness", "-db", self.database, "-ssh-agent",
             folder / "agent", "-key", fingerprint, "-listen", f"127.0.0.1:{port}"],
            stderr=errors, stdout=subprocess.DEVNULL)
        errors.close()
        self.url = f"http://127.0.0.1:{port}"
        self.key = until(lambda: re.search(r"sentrail\.test/witness\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+",
                                           read_if_there(self.log)), "its key").group(0)

    def know(self, origin, key):
        empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        with sqlite3.connect(self.database, timeout=10) as database:
            database.execute("INSERT INTO log VALUES (?, 0, ?)", (origin, empty))
            database.execute("INSERT INTO key VALUES (?, ?)", (origin, key))

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.kill()
        self.process.wait()
        self.agent.stdin.close()  # that ends it
        self.agent.stdout.close()
        self.agent.wait(30)
