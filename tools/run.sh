#!/usr/bin/env bash
# Walks a newcomer through the compiler on the starter pack, with real output. Works in a copy under
# .sentrail/, which is theirs to change; running it again starts from what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
home=.sentrail
bin=build/release/bin
mkdir -p "$home/policy"
[ -f "$home/policy/starter.sentrail" ] || cp policies/starter/starter.sentrail "$home/policy/"

step() { printf '\n\033[1m%s\033[0m\n$ %s\n' "$1" "$2"; }
[ -t 1 ] || step() { printf '\n%s\n$ %s\n' "$1" "$2"; }

step "Is the policy well-formed and typed?" "sentrailc check $home/policy"
"$bin/sentrailc" check "$home/policy" || true

step "Do its own tests pass?" "sentrailc test $home/policy"
"$bin/sentrailc" test "$home/policy" || true

merge='{"tool":"github","method":"PUT","path":"/repos/acme/web/pulls/7/merge"}'
step "What happens to a merge?" "echo '$merge' | sentrailc eval -p $home/policy"
echo "$merge" | "$bin/sentrailc" eval -p "$home/policy" || true

delete='{"tool":"github","method":"DELETE","path":"/repos/acme/web/git/refs/heads%2Frelease%2F1.2"}'
step "And why is this blocked?" "echo '$delete' | sentrailc explain -p $home/policy"
echo "$delete" | "$bin/sentrailc" explain -p "$home/policy" || true

if [ ! -f "$home/policy.key" ]; then
  "$bin/sentrailc" keygen local/policy -o "$home/policy.key" > /dev/null 2>&1
fi
step "A signed bundle, the same bytes every time" \
  "sentrailc build $home/policy -o $home/policy.bundle --sign $home/policy.key"
"$bin/sentrailc" build "$home/policy" -o "$home/policy.bundle" --sign "$home/policy.key" || true
step "Anybody can verify it" "sentrailc verify $home/policy.bundle --trust $home/policy.key.pub"
"$bin/sentrailc" verify "$home/policy.bundle" --trust "$home/policy.key.pub" || true

cat <<TEXT

Now change $home/policy/starter.sentrail and see what follows:
  export PATH=\$PWD/$bin:\$PATH
  sentrailc watch $home/policy -o $home/policy.bundle --sign $home/policy.key
  sentrailc --help          the language: docs/language.md
This release holds the compiler. The parts of the server are in runtime/; its program is not here.
TEXT
