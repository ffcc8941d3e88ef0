"""Cerbos beside the gate, HTTP with HTTP: one request, one decision, connections kept alive.

Neighbours: translate.py (the rules as CEL), run.py (peers in process), the harness of tests/e2e (a
gate with people and a key). Cerbos decides on attributes that a request brings along; the gate
knows most attributes by itself, so that here all are members of the body and its rules ask those.

Prints a row for each workload and size: the median time of a request to either, what of it is the
server's processor time, and how many of the checked answers are not the oracle's. Exit code 1 if
any is not, 77 where a program is missing.
"""

import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import translate

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent), str(ROOT / "tests" / "e2e")]
import report  # noqa: E402
from harness.people import owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, read_if_there, until  # noqa: E402

CERBOS = HERE / "cerbos" / "node_modules" / ".bin" / "cerbos"
TICK = os.sysconf("SC_CLK_TCK")


class Connection:
    """Requests with `Content-Length` and answers with it, one after the other."""

    def __init__(self, port, target, headers):
        self.port = port
        self.connect()
        lines = [f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers]
        self.head = "\r\n".join([*lines, "Content-Type: application/json", "Content-Length: "])

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def message(self, body):
        text = json.dumps(body).encode()
        return self.head.encode() + f"{len(text)}\r\n\r\n".encode() + text

    def ask(self, message):
        self.socket.sendall(message)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive(answer)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)[1])
        while len(body) < length:
            body += self.receive(answer)
        if re.search(rb"\r\nconnection: *close", head, re.IGNORECASE):
            self.connect()
        return json.loads(body)

    def receive(self, before):
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError(f"the server closed the connection behind {before!r}")
        return more


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(pid, connection, bodies, effect_of, expected, seconds):
    """Median microseconds of a request, processor time of one, wrong answers, requests."""
    messages = [connection.message(body) for body in bodies]
    wrong = sum(
        effect_of(connection.ask(message)) != effect
        for message, effect in zip(messages, expected)
        if effect is not None
    )
    times, began, before = [], time.perf_counter(), processor_seconds(pid)
    while time.perf_counter() - began < seconds:
        for message in messages:
            start = time.perf_counter()
            connection.ask(message)
            times.append(time.perf_counter() - start)
            if start - began > seconds:
                break
    used = processor_seconds(pid) - before
    return statistics.median(times) * 1e6, used / len(times) * 1e6, wrong, len(times)


def ask_us(folder, rules, requests, expected, options):
    policy = folder / "ours"
    policy.mkdir()
    (policy / "p.sentrail").write_text(translate.sentrail(rules))
    gate = Gate(Programs(options.programs), folder / "gate", policy=policy).start()
    try:
        ada, _ = owner_and_reviewer(gate)
        key = ada.make_key("bench", ["evaluate"])
        headers = [f"Authorization: Bearer {key}", "X-Agent-Id: bench"]
        to = Connection(gate.port, "/simulate-action?explain=false", headers)
        bodies = [
            {"tool": "bench", "action": "act", "riskLevel": "low", "payload": request}
            for request in requests
        ]
        return measure(gate.process.pid, to, bodies, lambda said: said["decision"], expected,
                       options.seconds)
    finally:
        gate.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask_cerbos(folder, rules, requests, expected, options):
    policies = folder / "cerbos"
    policies.mkdir()
    (policies / "call.json").write_text(json.dumps(translate.cerbos(rules)))
    port = free_port()
    settings = ["storage.driver=disk", f"storage.disk.directory={policies}",
                f"server.httpListenAddr=127.0.0.1:{port}",
                f"server.grpcListenAddr=127.0.0.1:{free_port()}", "telemetry.disabled=true"]
    log = folder / "cerbos.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [str(CERBOS), "server", "--log-level=error", *(f"--set={one}" for one in settings)],
            stdout=out, stderr=out)

    def listens():
        if process.poll() is not None:
            raise RuntimeError("cerbos ended: " + read_if_there(log)[-1000:])
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(listens, "cerbos", options.timeout)
        to = Connection(port, "/api/check/resources", [])
        bodies = [
            {
                "principal": {"id": "bench", "roles": ["agent"]},
                "resources": [
                    {"actions": ["act"], "resource": {"kind": "call", "id": "x", "attr": request}}
                ],
            }
            for request in requests
        ]

        def effect_of(said):
            effect = said["results"][0]["actions"]["act"]
            return "allow" if effect == "EFFECT_ALLOW" else "block"

        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
        pid = int((children.stdout.split() or [process.pid])[0])
        return measure(pid, to, bodies, effect_of, expected, options.seconds)
    finally:
        process.terminate()
        process.wait()


def row_of(workload, count, options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(
            [str(pathlib.Path(options.programs, "sentrail-bench")), "export", str(folder),
             "--workload", workload, "--rules", str(count), "--requests", str(options.requests)],
            check=True)
        rules = json.loads((folder / "policy.json").read_text())["rules"]
        lines = [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()]
        requests = [line["request"] for line in lines]
        expected = [line.get("expect") for line in lines]
        ours = ask_us(folder, rules, requests, expected, options)
        theirs = ask_cerbos(folder, rules, requests, expected, options)
    return {
        "peer": "cerbos",
        "workload": workload,
        "rules": count,
        "gate_p50_us": round(ours[0], 1),
        "gate_cpu_us": round(ours[1], 1),
        "peer_p50_us": round(theirs[0], 1),
        "peer_cpu_us": round(theirs[1], 1),
        "ratio_p50": round(theirs[0] / ours[0], 1),
        "ratio_cpu": round(theirs[1] / ours[1], 1) if ours[1] else None,
        "mismatches": ours[2] + theirs[2],
        "checked": sum(effect is not None for effect in expected),
        "requests": theirs[3],
    }


def table(rows):
    out = ["| workload | rules | gate | processor | cerbos | processor | × | × processor | wrong |",
           "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        out.append(
            f"| {row['workload']} | {row['rules']:,} | {row['gate_p50_us']} µs "
            f"| {row['gate_cpu_us']} µs | {row['peer_p50_us']:,} µs | {row['peer_cpu_us']:,} µs "
            f"| {row['ratio_p50']} | {row['ratio_cpu']} | {row['mismatches']} / {row['checked']} |")
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workload", nargs="+", default=["equality-rbac", "gateway-globs"])
    parser.add_argument("--rules", nargs="+", type=int, default=[10, 100, 1000])
    parser.add_argument("--requests", type=int, default=2048)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load on either")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for cerbos to start")
    parser.add_argument("--programs", default=str(ROOT / "build" / "release" / "bin"))
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    parser.add_argument("--results", type=pathlib.Path, help="write a table there")
    options = parser.parse_args()
    if not CERBOS.exists():
        print("skipped: cerbos is not installed (tools/bench_peers.sh)", file=sys.stderr)
        return 77
    rows = [row_of(name, count, options) for name in options.workload for count in options.rules]
    print("\n".join(map(json.dumps, rows)) if options.json else table(rows))
    if options.results:
        report.write(options.results, "peers_http", "Cerbos and the gate, over HTTP", rows,
                     table(rows))
    return 1 if any(row["mismatches"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
