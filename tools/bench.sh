#!/usr/bin/env bash
# Measures, and writes tables, JSON and a plot with the machine they are of to bench/results.
# Arguments: `--part decide requests …`, and what else that part of sentrail-bench takes.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 bench/run.py --bench build/release/bin/sentrail-bench "$@"
