#!/usr/bin/env bash
# Runs the benchmarks and prints their rows as JSON, with the machine they ran on.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "# $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-), $(nproc) cores, $(uname -r)" >&2
build/release/bin/sentrail-bench decide --json "$@"
