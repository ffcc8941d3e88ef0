"""Series as a plot in SVG, and files of results. No library: a plot is the same anywhere.

Neighbours: run.py and peers/run.py, which measure. Must not know: what is measured.
"""

import json
import math
import os
import pathlib
import platform

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
ACROSS = 3  # panels


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


def panel(workload, series, left, top, colours):
    """One workload: rules against nanoseconds, both logarithmic."""
    values = [ns for points in series.values() for ns in points.values()]
    sizes = sorted({rules for points in series.values() for rules in points})
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1]) or 1

    def at(rules, ns):
        across = (math.log10(rules) - first) / ((last - first) or 1)
        up = (math.log10(ns) - low) / ((high - low) or 1)
        return (
            left + MARGIN + across * (WIDTH - 2 * MARGIN),
            top + HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN),
        )

    middle = f'x="{left + WIDTH / 2}" text-anchor="middle"'
    out = [f'<text {middle} y="{top + 24}" font-weight="bold">{workload}</text>']
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
    out.append(f'<text {middle} y="{top + HEIGHT - 14}">rules</text>')
    for name, points in series.items():
        places = [at(rules, ns) for rules, ns in sorted(points.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        stroke = f'stroke="{colours[name]}" stroke-width="{3 if name == "sentrail" else 1.5}"'
        out.append(f'<polyline points="{path}" fill="none" {stroke}/>')
        out += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colours[name]}"/>' for x, y in places
        ]
    return out


def plot(panels, where):
    """`panels`: for each workload its series, for each name of one its nanoseconds by rules."""
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    across = min(len(panels), ACROSS)
    width, height = WIDTH * across + 120, HEIGHT * math.ceil(len(panels) / across)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>Nanoseconds of a decision by rules. {where}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for i, (workload, series) in enumerate(panels.items()):
        out += panel(workload, series, i % across * WIDTH, i // across * HEIGHT, colours)
    for i, name in enumerate(names):
        x, y = WIDTH * across, 60 + i * 20
        out.append(f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colours[name]}"/>')
        out.append(f'<text x="{x + 18}" y="{y}">{name}</text>')
    return "\n".join([*out, "</svg>\n"])


def write(folder, name, title, rows, table, panels=None):
    """Writes NAME.json, NAME.md and, of panels, NAME.svg, each with the machine."""
    where = machine()
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": where, "rows": rows}, indent=1)
    (folder / f"{name}.json").write_text(text + "\n")
    (folder / f"{name}.md").write_text(f"# {title}\n\n{where}.\n\n{table}\n")
    if panels:
        (folder / f"{name}.svg").write_text(plot(panels, where))
