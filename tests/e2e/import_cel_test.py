"""What `sentrailc import sentinelgate` writes, beside a CEL engine, on rules and calls drawn anew.

Whatever was carried or lost, ours is never looser; where the import says that it carried all, and
arguments have the types that the rules compare, both decide the same.
"""

import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

from harness.sentrailc import run

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE.parents[1] / "demo/node_modules/.bin/node"
SETS, CALLS = 50, 12
EFFECTS = {"allow": "allow", "approval_required": "require_approval", "deny": "block"}
STRICTNESS = list(EFFECTS.values())
LOST = ["session_call_count > 3", "arguments.size + 1.0 > 2.0", "arguments.kind == arguments.other",
        "size(arguments.tags[0]) > 1"]


class Writer:
    """Rules with conditions in CEL; `lossy` ones also say what cannot be carried."""

    def __init__(self, draw, lossy):
        self.draw, self.lossy = draw, lossy

    def one_of(self, *texts):
        return self.draw.choice(texts)

    def leaf(self):
        if self.lossy and self.draw.random() < 0.15:
            return self.draw.choice(LOST)
        size = self.draw.randint(0, 3)
        kind = json.dumps(self.one_of("raw", "jpg", "r.w", ""))
        part = json.dumps(self.one_of("r", "aw", "p", "j"))
        return self.one_of(
            f"arguments.size {self.one_of('==', '!=', '<', '<=', '>', '>=')} {size}",
            f"{size} {self.one_of('==', '<', '>=')} arguments.size",
            f"arguments.kind {self.one_of('==', '!=')} {kind}",
            f"arguments.kind.{self.one_of('startsWith', 'endsWith', 'contains')}({part})",
            f"arguments.kind.matches({json.dumps(self.one_of('^r', 'w$', 'r.w', '^(raw|jpg)$'))})",
            f"size(arguments.kind) {self.one_of('<', '>=', '==')} {size}",
            f'arguments.kind in ["raw", "r.w"]',
            f"arguments[\"kind\"] == {kind}",
            f'"{self.one_of("a", "b")}" in arguments.tags',
            f'arguments.tags.exists(t, t == "{self.one_of("a", "b")}")',
            f"size(arguments.tags) {self.one_of('<', '>', '==')} {size}",
            "arguments.ok", "arguments.ok == false",
            f"has(arguments.{self.one_of('size', 'kind', 'tags', 'ok', 'meta', 'meta.level')})",
            f"arguments.meta.level {self.one_of('==', '>', '!=')} {size}",
            f'"{self.one_of("staff", "guests")}" in user_roles',
            f'identity_id {self.one_of("==", "!=")} "alice"',
            f'tool_name in ["read", "write"]', f'tool_name.startsWith("{self.one_of("r", "w")}")',
            'action_type == "tool_call"', "true", "false")

    def expression(self, depth):
        if depth == 0 or self.draw.random() < 0.3:
            return self.leaf()
        parts = [f"({self.expression(depth - 1)})" for _ in range(3)]
        return self.one_of(f"{parts[0]} && {parts[1]}", f"{parts[0]} || {parts[1]}",
                           f"!{parts[0]}", f"{parts[0]} && {parts[1]} && {parts[2]}",
                           f"{parts[0]} || {parts[1]} || {parts[2]}",
                           f"{parts[0]} ? {parts[1]} : {parts[2]}")

    def rules(self):
        count = self.draw.randint(1, 4)
        return [{"name": f"r{number}", "priority": priority, "condition": self.expression(2),
                 "tool_match": self.one_of("*", "*", "read", "write"),
                 "action": self.draw.choice(list(EFFECTS))}
                for number, priority in enumerate(self.draw.sample(range(1, 100), count))]


def drawn_call(draw, typed):
    """The same call for CEL and for us."""
    values = {"size": draw.randint(0, 4), "kind": draw.choice(["raw", "jpg", "r.w", "", "jpaw"]),
              "tags": draw.choice([[], ["a"], ["b", "c"], ["a", "b"]]), "ok": draw.random() < 0.5,
              "meta": draw.choice([{}, {"level": draw.randint(0, 3)}])}
    if not typed:
        values[draw.choice(sorted(values))] = draw.choice([7, "text", True, ["x"], {"y": 1}])
    arguments = {name: value for name, value in values.items() if draw.random() < 0.8}
    tool, user = draw.choice(["read", "write", "list"]), draw.choice(["alice", "bob"])
    roles = draw.sample(["staff", "guests"], draw.randint(0, 2))
    theirs = {"tool_name": tool, "arguments": arguments, "user_roles": roles, "identity_id": user,
              "action_type": "tool_call", "session_call_count": 2}
    ours = {"attributes": {"agent": {"id": user, "roles": roles}, "args": arguments,
                           "mcp": {"tool": tool, "server": "files"}}}
    return typed, theirs, ours


def cel_decides(cases):
    answer = subprocess.run([NODE, HERE / "cel/decide.mjs"], input=json.dumps(cases), text=True,
                            capture_output=True, timeout=100, check=False)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


class BesideCel(unittest.TestCase):
    def test_never_looser_and_equal_where_exact(self):
        seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(48))
        print(f"seed {seed}")
        draw = random.Random(seed)
        cases = [(Writer(draw, index % 2 == 1).rules(), draw.choice(["allow", "deny"]),
                  [drawn_call(draw, number % 4 != 3) for number in range(CALLS)])
                 for index in range(SETS)]
        decided = cel_decides([{"rules": rules, "default": otherwise,
                                "requests": [call[1] for call in calls]}
                               for rules, otherwise, calls in cases])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="import-"))
        counts = dict.fromkeys(["exact", "lossy", *EFFECTS], 0)
        for index, ((rules, otherwise, calls), theirs) in enumerate(zip(cases, decided)):
            with self.subTest(seed=seed, index=index, rules=rules):
                source = json.dumps({"default_policy": otherwise, "policies": [
                    {"name": "p", "enabled": True, "rules": rules}]})
                self.compare(folder / "p.sentrail", source, calls, theirs, counts)
        print(counts)
        self.assertGreater(min(counts.values()), 0, counts)

    def compare(self, out, source, calls, theirs, counts):
        answer = run("import", "--json", "sentinelgate", "-", "-o", out, stdin=source)
        self.assertIn(answer.returncode, (0, 1), answer.stdout + answer.stderr)
        report = json.loads(answer.stdout)
        self.assertEqual(report["exact"], answer.returncode == 0)
        counts["exact" if report["exact"] else "lossy"] += 1
        self.assertEqual(run("fmt", "--check", out).returncode, 0)
        for (typed, _, ours), their in zip(calls, theirs):
            counts[their] += 1
            effect = json.loads(run("eval", "--json", "-p", out,
                                    stdin=json.dumps(ours)).stdout)["effect"]
            what = f"{json.dumps(ours)}: {their}\n{out.read_text(encoding='utf-8')}"
            self.assertGreaterEqual(STRICTNESS.index(effect), STRICTNESS.index(EFFECTS[their]),
                                    what)
            if report["exact"] and typed:
                self.assertEqual(effect, EFFECTS[their], what)


if __name__ == "__main__":
    unittest.main()
