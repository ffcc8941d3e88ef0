"""Rows of run.py as a table, and as a plot in SVG. No library: the file is the same anywhere.

Neighbours: run.py. `python3 report.py ROWS.json FOLDER` draws them again.
"""

import json
import math
import os
import pathlib
import platform
import sys

COLOURS = [
    "#1b6e3c",
    "#8a8a8a",
    "#b5382a",
    "#d97c1e",
    "#2a63b5",
    "#6a3fa0",
    "#0f8a8a",
    "#a3266e",
    "#7a5a14",
]
WIDTH, HEIGHT, MARGIN = 420, 340, 54


def machine():
    """What the numbers were taken on, and how much else it did: the run itself is a load of one."""
    name = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{name}, {os.cpu_count()} cores, {system}, load average {os.getloadavg()[2]:.1f}"


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size * 0.9995:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def table(rows):
    out = [
        "| workload | rules | engine | a decision | × ours | wrong / checked | load |",
        "|---|---|---|---|---|---|---|",
    ]
    seen = set()
    for row in rows:
        place = (row["workload"], row["rules"])
        if place not in seen:
            seen.add(place)
            head = f"| {row['workload']} | {row['rules']:,} "
            out.append(
                f"{head}| sentrail ({row['engine']}) | {duration(row['engine_p50'])} | 1 | | |"
            )
            ratio = row["naive_p50"] / row["engine_p50"]
            out.append(f"{head}| naive loop | {duration(row['naive_p50'])} | {ratio:.3g} | | |")
        out.append(
            f"| {row['workload']} | {row['rules']:,} | {row['peer']} | {duration(row['peer_p50'])} "
            f"| {row['ratio_peer']:,.0f} | {row['mismatches']} / {row['checked']} "
            f"| {row['load_ms']:,.0f} ms |"
        )
    return "\n".join(out)


def series_of(rows):
    """For each engine its points: ours first."""
    out = {"sentrail": {}, "naive loop": {}}
    for row in rows:
        out["sentrail"][row["rules"]] = row["engine_p50"]
        out["naive loop"][row["rules"]] = row["naive_p50"]
        out.setdefault(row["peer"], {})[row["rules"]] = row["peer_p50"]
    return out


def panel(workload, rows, left, colours):
    """One workload: rules against nanoseconds, both logarithmic."""
    series = series_of(rows)
    values = [ns for points in series.values() for ns in points.values()]
    sizes = sorted({rules for points in series.values() for rules in points})
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1]) or 1

    def at(rules, ns):
        across = (math.log10(rules) - first) / ((last - first) or 1)
        up = (math.log10(ns) - low) / (high - low)
        return left + MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (
            HEIGHT - 2 * MARGIN
        )

    middle = f'x="{left + WIDTH / 2}" text-anchor="middle"'
    out = [f'<text {middle} y="24" font-weight="bold">{workload}</text>']
    for power in range(low, high + 1):
        x, y = at(sizes[0], 10**power)
        end = left + WIDTH - MARGIN
        out.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(
            f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{duration(10**power)}</text>'
        )
    for rules in sizes:
        x, y = at(rules, 10**low)
        out.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{rules:,}</text>')
    out.append(f'<text {middle} y="{HEIGHT - 14}">rules</text>')
    for name, points in series.items():
        places = [at(rules, ns) for rules, ns in sorted(points.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        stroke = f'stroke="{colours[name]}" stroke-width="{3 if name == "sentrail" else 1.5}"'
        out.append(f'<polyline points="{path}" fill="none" {stroke}/>')
        out += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colours[name]}"/>' for x, y in places
        ]
    return out


def plot(rows, where):
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    names = ["sentrail", "naive loop", *dict.fromkeys(row["peer"] for row in rows)]
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    width = WIDTH * len(workloads) + 120
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>Nanoseconds of a decision by rules. {where}</title>",
        f'<rect width="{width}" height="{HEIGHT}" fill="white"/>',
    ]
    for i, workload in enumerate(workloads):
        out += panel(
            workload, [row for row in rows if row["workload"] == workload], i * WIDTH, colours
        )
    for i, name in enumerate(names):
        x, y = WIDTH * len(workloads), 60 + i * 20
        out.append(f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colours[name]}"/>')
        out.append(f'<text x="{x + 18}" y="{y}">{name}</text>')
    return "\n".join([*out, "</svg>\n"])


def write(rows, folder, where=None):
    where = where or machine()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peers.json").write_text(
        json.dumps({"machine": where, "rows": rows}, indent=1) + "\n"
    )
    (folder / "peers.md").write_text(f"# Peers\n\n{where}.\n\n{table(rows)}\n")
    (folder / "peers.svg").write_text(plot(rows, where))


if __name__ == "__main__":
    drawn = json.loads(pathlib.Path(sys.argv[1]).read_text())
    write(drawn["rows"], pathlib.Path(sys.argv[2]), drawn["machine"])
