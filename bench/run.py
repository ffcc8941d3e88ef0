"""Runs `sentrail-bench` and writes what it measured as tables, JSON and a plot.

Neighbours: tools/bench.sh calls it; report.py draws. Must not know: how anything is measured.
Exit code 1 if a part failed: an answer that is not the oracle's, an allocation, a failed request.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import report

HERE = pathlib.Path(__file__).resolve().parent


def decide_table(rows):
    out = [
        "| workload | rules | engine | p50 | p99 | p99.9 | slowest found | naive | × | verdicts "
        "| bytes | build | wrong | allocations |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        times = [row["p50"], row["p99"], row["p999"], row["worst_ns"], row["naive_p50"]]
        ratio = f"{row['ratio_naive']:.3g}" + ("" if row["valid"] else " (not valid)")
        out.append(
            f"| {row['workload']} | {row['rules']:,} | {row['engine']} | "
            + " | ".join(report.duration(time) for time in times)
            + f" | {ratio} | {row['ratio_verdicts']:.2f} | {row['bytes']:,} "
            f"| {row['build_ms']:.1f} ms | {row['mismatches']} | {row['allocations']} |"
        )
    return "\n".join(out)


def decide_panels(rows):
    out = {}
    for row in rows:
        series = out.setdefault(row["workload"], {"sentrail": {}, "naive loop": {}})
        series["sentrail"][row["rules"]] = row["p50"]
        series["naive loop"][row["rules"]] = row["naive_p50"]
    return {workload: series for workload, series in out.items() if len(series["sentrail"]) > 1}


def plain_table(rows):
    """Columns as the rows have them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in rows:
        cells = [row.get(name, "") for name in names]
        shown = [f"{cell:,.3f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
                 for cell in cells]
        out.append("| " + " | ".join(shown) + " |")
    return "\n".join(out)


def shown(cell):
    return f"{cell:,.3f}".rstrip("0").rstrip(".") if isinstance(cell, float) else f"{cell:,}"


def step_table(rows):
    """A line a step: what was asked of it, whether that is so, and all its numbers."""
    out = ["| step | asked | reached | measured |", "|---|---|---|---|"]
    for row in rows:
        numbers = [f"{name} {shown(cell)}" for name, cell in row.items()
                   if name not in ("step", "asked", "reached")]
        reached = {True: "yes", False: "**no**", None: ""}[row.get("reached")]
        out.append(f"| {row['step']} | {row.get('asked', '')} | {reached} | {'; '.join(numbers)} |")
    return "\n".join(out)


def rows_in(text):
    """A row a line."""
    return [json.loads(line) for line in text.splitlines()]


# Name, title, table, panels; the name is the subcommand.
PARTS = {
    "decide": ("Decisions, in process", decide_table, decide_panels),
    "requests": ("Bodies, decisions and batches, in process", plain_table, None),
    "durable": ("Entries of the audit log, in process", plain_table, None),
    "audit": ("The audit log against disk and hashes", step_table, None),
    "approvals": ("Pages of the queue of held calls, from approval to call", step_table, None),
    "http": ("Requests to the gate, nginx beside it", plain_table, None),
    "compile": ("sentrailc on large and on hostile policies", plain_table, None),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--bench", required=True, help="the sentrail-bench to run")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results")
    options, arguments = parser.parse_known_args()
    failed = False
    for part in options.part:
        print(f"# {part}", file=sys.stderr)
        done = subprocess.run(
            [options.bench, part, "--json", *arguments], stdout=subprocess.PIPE, text=True
        )
        failed = failed or done.returncode != 0
        if not done.stdout:
            continue
        rows = rows_in(done.stdout)
        title, table, panels = PARTS[part]
        report.write(
            options.results, part, title, rows, table(rows), panels(rows) if panels else None
        )
        print(table(rows))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
