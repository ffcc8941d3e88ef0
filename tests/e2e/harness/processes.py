"""sentraild and the demo upstream as processes that can be stopped, killed and started again."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
NODE = ROOT / "demo/node_modules/.bin/node"
STARTER = ROOT / "policies/starter"
DEADLINE = 30


def until(condition, what, seconds=DEADLINE):
    """Polls a condition of another process; its value once it is true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"still waiting after {seconds} s: {what}")
        time.sleep(0.02)


def read_if_there(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def keeps_others_out(program, arguments, file, environment):
    """Whether a program that waits for `file`, a path to be made, belongs to root while it runs:
    what the kernel says of a process that nobody of its own account may trace."""
    file = pathlib.Path(file)
    os.mkfifo(file)
    user = {}
    if os.getuid() == 0:  # to root everything belongs: run as somebody else
        copy = shutil.copy(program, file.parent / "program")
        for path in (file.parent, file):
            os.chmod(path, 0o755)
        program, user = str(copy), {"user": 65534, "group": 65534, "extra_groups": []}

    def opened():
        try:
            return os.open(file, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it yet
            return None

    process = subprocess.Popen([program, *arguments], env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)
    try:
        writer = until(opened, f"{program} to read {file}")
        owner = os.stat(f"/proc/{process.pid}/environ").st_uid
        os.close(writer)
        return owner == 0
    finally:
        process.kill()
        process.wait()


class Programs:
    """Where the programs under test are."""

    def __init__(self, folder):
        self.sentraild = str(pathlib.Path(folder, "sentraild"))
        self.sentrail = str(pathlib.Path(folder, "sentrail"))
        self.sentrailc = str(pathlib.Path(folder, "sentrailc"))


class Demo:
    """The demo upstream, its state and the raw bytes of every connection to it."""

    def __init__(self, folder):
        if not NODE.exists():
            raise RuntimeError("the real clients are not installed; run `make setup`")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.record = self.folder / "record"
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [NODE, ROOT / "demo/main.mjs", "--state", self.folder / "state.json", "--record",
             self.record, "--port", str(self.port), "--port-file", port_file],
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "ab"))
        self.port = int(until(lambda: self.alive() and read_if_there(port_file), "the upstream"))

    def alive(self):
        if self.process.poll() is not None:
            raise RuntimeError("the upstream ended: " + read_if_there(self.folder / "log"))
        return True

    def stop(self):
        """Ends it as a crash would; the port stays its own for the next start()."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def state(self):
        return json.loads(read_if_there(self.folder / "state.json"))["acme/web"]

    def received(self):
        """The bytes of every connection so far, in order of connections."""
        files = sorted(self.record.glob("*.bin"), key=lambda file: int(file.stem))
        return [file.read_bytes() for file in files]


class Gate:
    """One data folder and the sentraild on it."""

    def __init__(self, programs, folder=None, public_url="", policy=STARTER, settings=""):
        self.programs = programs
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="sentrail-gate-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.policy = policy
        self.prefix = []  # of the command: what runs the gate
        self.process = None
        self.port = self.tls_port = 0
        self.log = self.folder / "gate.log"
        self.config = self.folder / "sentrail.yaml"
        self.build(policy)
        self.config.write_text(
            f"listen: 127.0.0.1:0\npublic_url: \"{public_url}\"\ndata: data\n"
            f"policy:\n  bundle: policy.bundle\n  allow_unsigned: true\n{settings}",
            encoding="utf-8")

    def build(self, policy):
        """Compiles a policy into the bundle that the gate reads."""
        subprocess.run([self.programs.sentrailc, "build", str(policy), "-o",
                        str(self.folder / "policy.bundle")], check=True, capture_output=True,
                       timeout=60)

    def start(self):
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        with open(self.log, "ab") as log, open(self.folder / "gate.out", "wb") as out:
            self.process = subprocess.Popen(
                [*self.prefix, self.programs.sentraild, "--config", self.config, "--ready-file",
                 ready],
                stdout=out, stderr=log, stdin=subprocess.DEVNULL)
        ports = json.loads(until(lambda: self.alive() and read_if_there(ready), "the gate"))
        self.port, self.tls_port = ports["main"], ports.get("tls", 0)
        return self

    def preload(self, **settings):
        """Sets the clock or a place to be killed at of what is started next (preload.cpp)."""
        build = pathlib.Path(self.programs.sentraild).parent.parent
        library = build / "tests/e2e/libtest_preload.so"
        words = [f"PRELOAD_{name.upper()}={value}" for name, value in settings.items()]
        self.prefix = ["env", f"LD_PRELOAD={library}", *words] if words else []

    def alive(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"sentraild ended with {self.process.returncode}: "
                               + read_if_there(self.log)[-3000:])
        return True

    def said(self):
        """What it printed since its last start."""
        return read_if_there(self.folder / "gate.out")

    def bootstrap_token(self):
        """The token of the first start; printed before the ready file exists or right after."""
        found = until(lambda: re.search(r"\b(sbt_\w+)\n", self.said()), "the bootstrap token")
        return found.group(1)

    def kill(self):
        """kill -9, as the machine might."""
        self.process.kill()
        self.process.wait()

    def stop(self, number=signal.SIGTERM, seconds=DEADLINE):
        """Ends it as asked; its exit code."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(seconds)

    def reload(self, expect="policy_loaded"):
        """SIGHUP, and the log line that follows."""
        before = len(read_if_there(self.log))
        os.kill(self.process.pid, signal.SIGHUP)
        return until(lambda: re.search(f"^.*{expect}.*$", read_if_there(self.log)[before:],
                                       re.MULTILINE), f"`{expect}` in the log").group(0)
