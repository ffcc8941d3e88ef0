"""What `sentrailc import cedar` writes, beside Cedar itself, on policies and requests drawn anew.

Whatever was carried or lost, a request that Cedar denies is blocked; where the import says that it
carried everything, and values have the types that the policy compares, both decide the same.
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
SETS, REQUESTS = 50, 12

MAP = """
principal: {types: {User: user.id}, in: {Group: user.groups}}
action: {groups: {write: [upload, delete]}}
resource:
  types: {Album: album, Photo: photo}
  in: {Album: resource.name}
  attributes: {owner: resource.owner}
context: {attribute: args}
"""

LOST = ["context.size + 1 > 2", "context.kind == context.other", 'ip("10.0.0.1").isIpv4()',
        "resource.owner == principal", 'principal.colour == "red"', "{a: 1} == context"]


class Writer:
    """Policies in Cedar's text; `lossy` ones also say what cannot be carried."""

    def __init__(self, draw, lossy):
        self.draw, self.lossy = draw, lossy

    def one_of(self, *texts):
        return self.draw.choice(texts)

    def leaf(self):
        if self.lossy and self.draw.random() < 0.15:
            return self.draw.choice(LOST)
        size, kind = self.draw.randint(0, 3), self.one_of("raw", "jpg", "j*g", "")
        like = self.one_of("j*", "*g", "*a*", "r*w", "j*p*g", "raw", "*", "j\\*g")
        return self.one_of(
            f"context.size {self.one_of('==', '!=', '<', '<=', '>', '>=')} {size}",
            f"{size} {self.one_of('==', '<', '>=')} context.size",
            f'context.kind {self.one_of("==", "!=")} {json.dumps(kind)}',
            f'context.kind like "{like}"',
            f'["raw", "jpg", "j*g"].contains(context.kind)',
            f'context.tags.contains("{self.one_of("a", "b")}")',
            f'context.tags.{self.one_of("containsAny", "containsAll")}(["a", "b"])',
            "context.tags.isEmpty()", "context.ok", "context.ok == false",
            f"context has {self.one_of('size', 'kind', 'tags', 'ok', 'meta', 'meta.level')}",
            f"context.meta.level {self.one_of('==', '>', '!=')} {size}",
            f'resource.owner {self.one_of("==", "!=")} "{self.one_of("acme", "umbrella")}"',
            "resource has owner", 'resource in Album::"a1"', "resource is Photo",
            'principal in Group::"staff"', 'principal == User::"alice"', "principal is User",
            'action in Action::"write"', 'action == Action::"view"', "true", "false")

    def expression(self, depth):
        if depth == 0 or self.draw.random() < 0.3:
            return self.leaf()
        parts = [f"({self.expression(depth - 1)})" for _ in range(3)]
        return self.one_of(f"{parts[0]} && {parts[1]}", f"{parts[0]} || {parts[1]}",
                           f"!{parts[0]}", f"{parts[0]} && {parts[1]} && {parts[2]}",
                           f"{parts[0]} || {parts[1]} || {parts[2]}",
                           f"if {parts[0]} then {parts[1]} else {parts[2]}")

    def policy(self):
        principal = self.one_of("", "", ' == User::"alice"', ' in Group::"staff"', " is User",
                                ' is User in Group::"guests"', ' in User::"bob"')
        if "in User" in principal and not self.lossy:
            principal = ""
        action = self.one_of("", "", ' == Action::"view"', ' in Action::"write"',
                             ' in [Action::"view", Action::"delete"]')
        resource = self.one_of("", "", ' == Photo::"p1"', ' in Album::"a1"', " is Album",
                               ' is Photo in Album::"a2"')
        text = (f"{self.one_of('permit', 'permit', 'forbid')}(principal{principal}, "
                f"action{action}, resource{resource})")
        for _ in range(self.draw.randint(0, 2)):
            text += f"\n{self.one_of('when', 'when', 'unless')} {{ {self.expression(2)} }}"
        return text + ";"

    def policies(self):
        return "\n".join(self.policy() for _ in range(self.draw.randint(1, 4)))


def drawn_context(draw, typed):
    values = {"size": draw.randint(0, 4), "kind": draw.choice(["raw", "jpg", "j*g", "", "jpag"]),
              "tags": draw.choice([[], ["a"], ["b", "c"], ["a", "b"]]), "ok": draw.random() < 0.5,
              "meta": draw.choice([{}, {"level": draw.randint(0, 3)}])}
    if not typed:
        values[draw.choice(sorted(values))] = draw.choice([7, "text", True, ["x"], {"y": 1}])
    return {name: value for name, value in values.items() if draw.random() < 0.75}


def drawn_request(draw, typed):
    """The same request for Cedar and for us."""
    user, action = draw.choice(["alice", "bob"]), draw.choice(["view", "upload", "delete"])
    groups = draw.sample(["staff", "guests"], draw.randint(0, 2))
    kind, owner = draw.choice(["Photo", "Album"]), draw.choice(["acme", "umbrella", None])
    album = draw.choice(["a1", "a2"])
    identity = "p1" if kind == "Photo" else album
    context = drawn_context(draw, typed)

    def uid(type_, id_):
        return {"type": type_, "id": id_}

    parents = [uid("Album", album)] if kind == "Photo" else []
    entities = [
        {"uid": uid("User", user), "attrs": {}, "parents": [uid("Group", g) for g in groups]},
        {"uid": uid("Action", action), "attrs": {},
         "parents": [] if action == "view" else [uid("Action", "write")]},
        {"uid": uid(kind, identity), "attrs": {"owner": owner} if owner else {},
         "parents": parents}]
    cedar = {"principal": uid("User", user), "action": uid("Action", action),
             "resource": uid(kind, identity), "context": context, "entities": entities}
    resource = {"type": kind.lower(), "id": identity}
    if owner:
        resource["owner"] = owner
    if kind == "Photo":
        resource["name"] = album
    ours = {"attributes": {"user": {"id": user, "groups": groups}, "action": action,
                           "resource": resource, "args": context}}
    return cedar, ours


def cedar_decides(cases):
    answer = subprocess.run([NODE, HERE / "cedar/decide.mjs"], input=json.dumps(cases), text=True,
                            capture_output=True, timeout=100, check=True)
    return json.loads(answer.stdout)


def drawn_case(draw, index):
    lossy = index % 2 == 1
    policies = Writer(draw, lossy).policies()
    requests = []
    for number in range(REQUESTS):
        typed = number % 4 != 3
        requests.append((typed, *drawn_request(draw, typed)))
    return policies, requests


class BesideCedar(unittest.TestCase):
    def test_never_looser_and_equal_where_exact(self):
        seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(48))
        print(f"seed {seed}")
        draw = random.Random(seed)
        cases = [drawn_case(draw, index) for index in range(SETS)]
        decided = cedar_decides([{"policies": policies, "requests": [r[1] for r in requests]}
                                 for policies, requests in cases])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="import-"))
        (folder / "map.yaml").write_text(MAP, encoding="utf-8")
        counts = {"exact": 0, "lossy": 0, "allow": 0, "deny": 0}
        for index, ((policies, requests), theirs) in enumerate(zip(cases, decided)):
            self.assertIsInstance(theirs, list, f"seed {seed}: {theirs}\n{policies}")
            with self.subTest(seed=seed, index=index, policies=policies):
                self.compare(folder, policies, requests, theirs, counts)
        print(counts)
        self.assertGreater(min(counts.values()), 0, counts)

    def compare(self, folder, policies, requests, theirs, counts):
        out = folder / "p.sentrail"
        answer = run("import", "--json", "cedar", "-", "-o", out, "--map", folder / "map.yaml",
                     stdin=policies)
        self.assertIn(answer.returncode, (0, 1), answer.stdout + answer.stderr)
        report = json.loads(answer.stdout)
        self.assertEqual(report["exact"], answer.returncode == 0)
        counts["exact" if report["exact"] else "lossy"] += 1
        self.assertEqual(run("fmt", "--check", out).returncode, 0)
        for (typed, _, ours), their in zip(requests, theirs):
            counts[their] += 1
            effect = json.loads(run("eval", "--json", "-p", out,
                                    stdin=json.dumps(ours)).stdout)["effect"]
            what = f"{json.dumps(ours)}\n{out.read_text(encoding='utf-8')}"
            if their == "deny":
                self.assertEqual(effect, "block", what)
            elif report["exact"] and typed:
                self.assertEqual(effect, "allow", what)


class Command(unittest.TestCase):
    SAMPLES = HERE.parents[0] / "unit/import/samples"

    def test_the_policy_goes_to_the_terminal_or_to_a_file(self):
        answer = run("import", "sentrail", self.SAMPLES / "hosted.json")
        self.assertEqual(answer.returncode, 1)
        self.assertTrue(answer.stdout.startswith("# Imported from Sentrail"))
        self.assertIn("not carried: `Odd one`", answer.stderr)
        out = pathlib.Path(tempfile.mkdtemp(prefix="import-")) / "hosted.sentrail"
        again = run("import", "sentrail", self.SAMPLES / "hosted.json", "-o", out)
        self.assertEqual(again.stdout, "")
        self.assertEqual(out.read_text(encoding="utf-8"), answer.stdout)
        self.assertEqual(run("check", out).returncode, 0)

    def test_all_samples_load_and_stay_laid_out(self):
        for source, name, more in [("sentinelgate", "gate.yaml", []),
                                   ("sentinelgate", "gate.json", []),
                                   ("cedar", "photos.cedar",
                                    ["--map", self.SAMPLES / "photos_map.yaml"])]:
            out = pathlib.Path(tempfile.mkdtemp(prefix="import-")) / "p.sentrail"
            answer = run("import", "--json", source, self.SAMPLES / name, "-o", out, *more)
            self.assertEqual(answer.returncode, 1, answer.stdout)
            report = json.loads(answer.stdout)
            self.assertFalse(report["exact"])
            self.assertIn("not_carried", [f["kind"] for f in report["findings"]])
            self.assertEqual(json.loads(run("check", "--json", out).stdout)["errors"], 0)
            self.assertEqual(run("fmt", "--check", out).returncode, 0)

    def test_what_cannot_be_run_exits_2(self):
        self.assertEqual(run("import", "rego", "x").returncode, 2)
        self.assertEqual(run("import", "cedar", "/nothing/there").returncode, 2)
        answer = run("import", "cedar", "-", stdin="permit(")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("line 1, column 8", answer.stderr)
        answer = run("import", "--default", "allow", "cedar", "-", stdin="")
        self.assertEqual(answer.returncode, 2)

    def test_the_default_can_be_chosen_where_the_source_does_not_say(self):
        rule = "policies: [{name: p, rules: [{name: a, action: deny, condition: 'true'}]}]"
        answer = run("import", "--default", "require_approval", "sentinelgate", "-", stdin=rule)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("default require_approval", answer.stdout)


if __name__ == "__main__":
    unittest.main()
