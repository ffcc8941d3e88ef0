#!/usr/bin/env bash
# fuzz.sh SECONDS [SEED]: runs every built fuzz target for that long, two at a time, each from its
# committed seeds; with a SEED the mutations are drawn from it. A crash leaves its input in
# build/fuzz/crashes; make it a named test.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
export FUZZ_SEED=${2:-0}  # 0: libFuzzer draws one, and prints it
mkdir -p build/fuzz/crashes

run_one() {
  local target=$1 seconds=$2 name
  name=$(basename "$target")
  local seeds=tests/fuzz/seeds/$name work=build/fuzz/corpus/$name
  mkdir -p "$work"
  local log=build/fuzz/$name.log
  local slow=10
  [ "$name" != fuzz_analysis ] || slow=120  # one input is asked of thousands of requests
  if "$target" "$work" $([ -d "$seeds" ] && echo "$seeds") -max_total_time="$seconds" \
      -seed="$FUZZ_SEED" -max_len=65536 -timeout="$slow" -rss_limit_mb=2048 \
      -artifact_prefix=build/fuzz/crashes/"$name"- > "$log" 2>&1; then
    printf '%-24s clean, %s\n' "$name" "$(grep -o 'Done [0-9]* runs' "$log" | tail -1)"
  else
    printf '%-24s FAILED\n' "$name"
    tail -30 "$log"
    return 1
  fi
}
export -f run_one
find build/fuzz/fuzz -maxdepth 1 -type f -executable -name 'fuzz_*' | sort \
  | xargs -P 2 -I{} bash -c 'run_one {} '"$seconds"
