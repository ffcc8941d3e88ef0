"""Runs engines of other makers on our workloads, beside ours, in the same run.

Neighbours: translate.py (their languages), rust/, go/ and node/ (one small runner each),
../report.py (plot), tools/bench_peers.sh (builds the runners, calls this). In process is compared
with in process; over_http.py is for HTTP.

Prints a row for each peer, workload and size: nanoseconds of a decision, how many times ours that
is, and how many of the checked answers are not the oracle's. Exit code 1 if any is not, 77 if no
runner has been built.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import translate

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
import report
BUILT = ROOT / "build" / "peers"

RUST = [str(BUILT / "rust" / "release" / "peers")]
GO = [str(BUILT / "go" / "peers")]
NODE = ["node", str(HERE / "node" / "runner.cjs")]
# Peer, the runner that has it, and what must be there for it.
PEERS = {
    "cedar": (RUST, RUST[0]),
    "cedar-wasm": (NODE, HERE / "node" / "node_modules"),
    "opa": (GO, GO[0]),
    "regorus": (RUST, RUST[0]),
    "cel-go": (GO, GO[0]),
    "casbin": (GO, GO[0]),
    "zen": (NODE, HERE / "node" / "node_modules"),
}


def ours(bench, workload, rules, options):
    """The row of the engine that the runtime takes, and the naive baseline's beside it."""
    command = [bench, "decide", "--workload", workload, "--rules", str(rules), "--json"]
    command += ["--seconds", str(options.seconds), "--worst-seconds", "0"]
    command += ["--requests", str(options.requests)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # one row, one line


def peer_row(peer, folder, options):
    """What the runner of a peer prints, or nothing if it fails or takes too long."""
    command = [*PEERS[peer][0], peer, str(folder), str(options.seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=options.timeout)
    except subprocess.TimeoutExpired:
        print(f"# {peer}: not done after {options.timeout} s", file=sys.stderr)
        return None
    if done.returncode != 0:
        print(f"# {peer}: {done.stderr.strip()[-400:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def rows_of(workload, rules, peers, options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        command = [options.bench, "export", str(folder), "--workload", workload]
        command += ["--rules", str(rules), "--requests", str(options.requests)]
        subprocess.run(command, check=True)
        translate.translate(folder)
        mine = ours(options.bench, workload, rules, options)
        for peer in peers:
            print(f"# {workload}, {rules} rules: {peer}", file=sys.stderr)
            row = peer_row(peer, folder, options)
            if row is None:
                continue
            yield {
                "peer": peer,
                "workload": workload,
                "rules": rules,
                "peer_p50": round(row["peer_p50"], 1),
                "ratio_peer": round(row["peer_p50"] / mine["p50"], 1),
                "mismatches": row["mismatches"],
                "checked": row["checked"],
                "requests": row["requests"],
                "passes": row["passes"],
                "load_ms": round(row["load_ms"], 1),
                "engine": mine["engine"],
                "engine_p50": mine["p50"],
                "naive_p50": mine["naive_p50"],
            }


def table(rows):
    out = [
        "| workload | rules | engine | a decision | × ours | wrong / checked | load |",
        "|---|---|---|---|---|---|---|",
    ]
    seen = set()
    for row in rows:
        place = (row["workload"], row["rules"])
        ours_p50, naive = row["engine_p50"], row["naive_p50"]
        if place not in seen:
            seen.add(place)
            head = f"| {row['workload']} | {row['rules']:,} "
            out.append(
                f"{head}| sentrail ({row['engine']}) | {report.duration(ours_p50)} | 1 | | |"
            )
            out.append(
                f"{head}| naive loop | {report.duration(naive)} | {naive / ours_p50:.3g} | | |"
            )
        out.append(
            f"| {row['workload']} | {row['rules']:,} | {row['peer']} "
            f"| {report.duration(row['peer_p50'])} | {row['ratio_peer']:,.0f} "
            f"| {row['mismatches']} / {row['checked']} | {row['load_ms']:,.0f} ms |"
        )
    return "\n".join(out)


def panels_of(rows):
    out = {}
    for row in rows:
        series = out.setdefault(row["workload"], {"sentrail": {}, "naive loop": {}})
        series["sentrail"][row["rules"]] = row["engine_p50"]
        series["naive loop"][row["rules"]] = row["naive_p50"]
        series.setdefault(row["peer"], {})[row["rules"]] = row["peer_p50"]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workload", nargs="+", default=["equality-rbac", "gateway-globs"])
    parser.add_argument("--rules", nargs="+", type=int, default=[10, 1000, 10000])
    parser.add_argument("--peer", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--requests", type=int, default=16384)
    parser.add_argument("--seconds", type=float, default=2.0, help="of passes, for each row")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds, for each row")
    parser.add_argument(
        "--bench", default=str(ROOT / "build" / "release" / "bin" / "sentrail-bench")
    )
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    parser.add_argument("--results", type=pathlib.Path, help="write a table and a plot there")
    options = parser.parse_args()

    peers = [peer for peer in options.peer if pathlib.Path(PEERS[peer][1]).exists()]
    for peer in set(options.peer) - set(peers):
        print(f"# {peer}: its runner is not built (tools/bench_peers.sh)", file=sys.stderr)
    if not peers:
        print("skipped: no runner of a peer is built", file=sys.stderr)
        return 77
    rows = [
        row
        for workload in options.workload
        for rules in options.rules
        for row in rows_of(workload, rules, peers, options)
    ]
    print("\n".join(map(json.dumps, rows)) if options.json else table(rows))
    if options.results:
        report.write(options.results, "peers", "Peers", rows, table(rows), panels_of(rows))
    return 1 if any(row["mismatches"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
