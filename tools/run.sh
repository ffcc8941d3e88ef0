#!/usr/bin/env bash
# Starts the gate with the starter policy in front of the demo upstream, and says what to try.
# Everything lives in .sentrail/, which is yours to change; Ctrl-C ends it, running it again
# continues. SENTRAIL_PORT and DEMO_PORT choose other ports.
set -euo pipefail
cd "$(dirname "$0")/.."
home=${SENTRAIL_RUN_FOLDER:-.sentrail}
bin=${SENTRAIL_RUN_PROGRAMS:-build/release/bin}
port=${SENTRAIL_PORT:-8080}
demo_port=${DEMO_PORT:-8081}
node=demo/node_modules/.bin/node
mkdir -p -m 700 "$home"
mkdir -p "$home/policy"

[ -f "$home/policy/starter.sentrail" ] || cp policies/starter/starter.sentrail "$home/policy/"
if [ ! -f "$home/policy.key" ]; then
  "$bin/sentrailc" keygen local/policy -o "$home/policy.key" > /dev/null
fi
"$bin/sentrailc" build "$home/policy" -o "$home/policy.bundle" --sign "$home/policy.key" \
  || echo "run: the policy does not build; the last good bundle stays in force" >&2
cat > "$home/sentrail.yaml" <<YAML
listen: 127.0.0.1:$port
data: data
policy:
  bundle: policy.bundle
  trust: ["$(cat "$home/policy.key.pub")"]
log:
  level: warning
YAML

# Both get sessions of their own: Ctrl-C is for this script, which ends them in order.
gate='' demo=''
finish() {
  trap '' INT TERM HUP
  if [ -n "$gate" ] && kill -TERM "$gate" 2> /dev/null; then
    echo "ending; what is under way may finish"
    wait "$gate" || true
  fi
  [ -z "$demo" ] || kill "$demo" 2> /dev/null || true
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

rm -f "$home/demo.port" "$home/ready.json"
setsid "$node" demo/main.mjs --state "$home/demo.json" --port "$demo_port" \
  --port-file "$home/demo.port" > "$home/demo.log" 2>&1 &
demo=$!
for _ in $(seq 200); do
  [ ! -s "$home/demo.port" ] || break
  kill -0 "$demo" 2> /dev/null || break
  sleep 0.1
done
if [ ! -s "$home/demo.port" ]; then
  echo "run: the demo upstream did not start; another port: DEMO_PORT=8091 make run" >&2
  tail -5 "$home/demo.log" >&2
  exit 1
fi
demo_port=$(cat "$home/demo.port")

setsid "$bin/sentraild" --config "$home/sentrail.yaml" --ready-file "$home/ready.json" &
gate=$!
while [ ! -s "$home/ready.json" ]; do
  if ! kill -0 "$gate" 2> /dev/null; then
    echo "run: the gate did not start; another port: SENTRAIL_PORT=8090 make run" >&2
    gate=''
    exit 1
  fi
  sleep 0.1
done
port=$(sed 's/.*"main":\([0-9]*\).*/\1/' "$home/ready.json")

cat <<TEXT
A GitHub to try it on: http://127.0.0.1:$demo_port (token demo-token, repository acme/web)

In another terminal, once; \`init\` asks for the token that is printed above at the first start:
  export PATH=\$PWD/$bin:\$PATH SENTRAIL_SERVER=http://127.0.0.1:$port
  sentrail init --name \$USER
  echo demo-token | sentrail connection add github --url http://127.0.0.1:$demo_port \\
      --private-address --token-file -
  sentrail agent add bot
  export KEY=\$(sentrail key create first --agent bot)

Act as an agent: a read is allowed, a merge is held, deleting the repository is blocked
  gate=\$SENTRAIL_SERVER/gateway-proxy/github/repos/acme/web
  curl -s -H "Authorization: Bearer \$KEY" \$gate/issues/1
  curl -s -H "Authorization: Bearer \$KEY" -X PUT \$gate/pulls/6/merge
  curl -s -H "Authorization: Bearer \$KEY" -X DELETE \$gate

Decide, look, change:
  sentrail approvals list          sentrail approvals approve ID
  sentrail audit list              sentrail audit verify
  sentrailc watch $home/policy -o $home/policy.bundle --sign $home/policy.key \\
      --reload $home/data/sentraild.pid      # and edit $home/policy/starter.sentrail

All of it step by step: docs/quickstart.md. Ctrl-C ends the gate.
TEXT
wait "$gate"
