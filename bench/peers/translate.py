"""Rules of a workload in the languages of peers.

Neighbours: run.py and over_http.py call it with what `sentrail-bench export` wrote. Each language
gets the form that its own makers recommend: a scope in Cedar where all tests are equality on who,
what and where, a rule each in Rego, an expression each in CEL, a row each in Casbin and in a
decision table. Where a glob means a little less or more than ours, the answers on the workload's
requests are the same; every runner counts those that are not.
"""

import json
import re

SCOPE = {
    "agent_id": "principal == Agent",
    "action": "action == Action",
    "resource_repo": "resource == Repo",
}


def text(value):
    return json.dumps(value)


def globs(pattern):
    """A pattern with `**` as patterns of one `*` that crosses separators."""
    forms = [pattern]
    if pattern.startswith("**/"):
        forms.append(pattern[3:])
    if pattern.endswith("/**"):
        forms.append(pattern[:-3])
    return [form.replace("**", "*") for form in forms]


def compared(test, name):
    """A comparison as Cedar and Rego both write it; None for any other test."""
    if test["test"] == "equal":
        return f"{name} == {text(test['value'])}"
    return f"{name} >= {test['value']}" if test["test"] == "at_least" else None


def cedar_test(test):
    name, value = "context." + test["attribute"], test["value"]
    if said := compared(test, name):
        return said
    if test["test"] == "has":
        return f"{name}.contains({text(value)})"
    forms = [
        f"{name} like {text(form)}" if "*" in form else f"{name} == {text(form)}"
        for form in globs(value)
    ]
    return forms[0] if len(forms) == 1 else "(" + " || ".join(forms) + ")"


def cedar(rules):
    scoped = all(
        test["test"] == "equal" and test["attribute"] in SCOPE
        for rule in rules
        for test in rule["tests"]
    )
    out = []
    for rule in rules:
        word = "permit" if rule["effect"] == "allow" else "forbid"
        if scoped:
            said = {test["attribute"]: test["value"] for test in rule["tests"]}
            scope = ", ".join(
                f"{form}::{text(said[name])}" if name in said else form.split()[0]
                for name, form in SCOPE.items()
            )
            out.append(f"{word}({scope});")
        else:
            tests = " && ".join(cedar_test(test) for test in rule["tests"])
            out.append(f"{word}(principal, action, resource) when {{ {tests} }};")
    return {"policies": "\n".join(out), "context": not scoped}


def glob_parts(pattern):
    """A prefix if the pattern is one and a run behind it, else a regular expression.

    Both are faster in every peer than its globs, two to three times in Rego.
    """
    if re.fullmatch(r"[^*]+(\*|/\*\*)", pattern):
        return pattern.rstrip("*"), None
    said = pattern.removeprefix("**/")
    assert re.fullmatch(r"[\w./*-]+", said), "nothing that an expression would read as its own"
    body = said.replace(".", "[.]").replace("*", "[^/]*")
    return None, ("(^|/)" if said != pattern else "^") + body + "$"


def rego_test(test):
    name, value = "input." + test["attribute"], test["value"]
    if said := compared(test, name):
        return said
    if test["test"] == "has":
        return f"{text(value)} in {name}"
    prefix, expression = glob_parts(value)
    if prefix:
        return f"startswith({name}, {text(prefix)})"
    return f"regex.match({text(expression)}, {name})"


def rego(rules):
    out = [
        "package bench",
        "import rego.v1",
        'default decision := "block"',
        "default denied := false",
        "default permitted := false",
        'decision := "allow" if { not denied; permitted }',
    ]
    for rule in rules:
        head = "permitted" if rule["effect"] == "allow" else "denied"
        out.append(f"{head} if {{ {'; '.join(rego_test(test) for test in rule['tests'])} }}")
    return "\n".join(out) + "\n"


def cel_test(test):
    name, value = test["attribute"], test["value"]
    if test["test"] == "equal":
        return f"{name} == {text(value)}"
    if test["test"] == "at_least":
        return f"{name} >= {value}"
    if test["test"] == "has":
        return f"{text(value)} in {name}"
    prefix, expression = glob_parts(value)
    return f"{name}.startsWith({text(prefix)})" if prefix else f"{name}.matches({text(expression)})"


def cel(rules):
    return [
        {
            "effect": rule["effect"],
            "expression": " && ".join(cel_test(test) for test in rule["tests"]),
        }
        for rule in rules
    ]


def sentrail_test(test):
    name, value = "body." + test["attribute"], test["value"]
    word = {"equal": "==", "at_least": ">=", "has": "has", "matches": "~"}[test["test"]]
    return f"{name} {word} {text(value)}"


def sentrail(rules):
    """All blocks before all allows, as the exported rules stand."""
    out = ["policy bench", "language 1"]
    for i, rule in enumerate(rules):
        tests = " and ".join(sentrail_test(test) for test in rule["tests"])
        out.append(f"rule r{i}: {rule['effect']} when {tests}")
    return "\n".join([*out, "default block", ""])


def cerbos(rules):
    """A rule each, conditions in CEL; a deny wins, and what nothing allows is denied."""
    said = [
        {
            "actions": ["act"],
            "roles": ["agent"],
            "effect": "EFFECT_ALLOW" if rule["effect"] == "allow" else "EFFECT_DENY",
            "condition": {
                "match": {
                    "expr": " && ".join(
                        cel_test({**test, "attribute": "R.attr." + test["attribute"]})
                        for test in rule["tests"]
                    )
                }
            },
        }
        for rule in rules
    ]
    return {
        "apiVersion": "api.cerbos.dev/v1",
        "resourcePolicy": {"version": "default", "resource": "call", "rules": said},
    }


def columns_of(rules):
    """For each attribute and kind of test, as many columns as one rule has tests of it."""
    most = {}
    for rule in rules:
        seen = {}
        for test in rule["tests"]:
            key = (test["attribute"], test["test"])
            seen[key] = seen.get(key, 0) + 1
            most[key] = max(most.get(key, 0), seen[key])
    return [(name, kind, i) for (name, kind), count in sorted(most.items()) for i in range(count)]


def casbin(rules):
    columns = columns_of(rules)
    attributes = sorted({name for name, _, _ in columns})
    full = all(len(rule["tests"]) == len(columns) for rule in rules)
    tests = []
    for i, (name, kind, _) in enumerate(columns):
        test = {
            "equal": f"r.{name} == p.c{i}",
            "at_least": f"r.{name} >= p.c{i}",
            "has": f"p.c{i} in r.{name}",
            "matches": f"globMatch(r.{name}, p.c{i})",
        }[kind]
        tests.append(test if full else f'(p.c{i} == "" || {test})')
    rows = []
    for rule in rules:
        row = [""] * len(columns)
        seen = {}
        for test in rule["tests"]:
            key = (test["attribute"], test["test"])
            row[columns.index((*key, seen.get(key, 0)))] = str(test["value"])
            seen[key] = seen.get(key, 0) + 1
        rows.append([*row, "allow" if rule["effect"] == "allow" else "deny"])
    model = "\n".join(
        [
            "[request_definition]",
            "r = " + ", ".join(attributes),
            "[policy_definition]",
            "p = " + ", ".join(f"c{i}" for i in range(len(columns))) + ", eft",
            "[policy_effect]",
            (
                "e = some(where (p.eft == allow)) && !some(where (p.eft == deny))"
                if any(row[-1] == "deny" for row in rows)
                else "e = some(where (p.eft == allow))"
            ),
            "[matchers]",
            "m = " + " && ".join(tests),
        ]
    )
    return {"model": model, "attributes": attributes, "rules": rows}


def zen_cell(tests):
    cells = []
    for test in tests:
        value = test["value"]
        if test["test"] == "equal":
            cells.append(f"$ == {text(value)}")
        elif test["test"] == "at_least":
            cells.append(f"$ >= {value}")
        elif test["test"] == "has":
            cells.append(f"contains($, {text(value)})")
        else:
            prefix, expression = glob_parts(value)
            cells.append(
                f"startsWith($, {text(prefix)})" if prefix else f"matches($, {text(expression)})"
            )
    return " and ".join(cells)


def zen(rules, by_default):
    attributes = sorted({test["attribute"] for rule in rules for test in rule["tests"]})
    rows = []
    for i, rule in enumerate(rules):
        row = {"_id": f"r{i}", "effect": text(rule["effect"])}
        for name in attributes:
            row[name] = zen_cell([test for test in rule["tests"] if test["attribute"] == name])
        rows.append(row)
    rows.append({"_id": "default", "effect": text(by_default), **{name: "" for name in attributes}})
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in attributes],
        "outputs": [{"id": "effect", "name": "effect", "field": "effect"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "content": table,
            "position": {"x": 1, "y": 0},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def translate(folder):
    """Writes policy.cedar.json, .rego, .cel.json, .casbin.json and .zen.json beside policy.json."""
    policy = json.loads((folder / "policy.json").read_text())
    rules = policy["rules"]
    effects = {rule["effect"] for rule in rules}
    assert effects <= {"allow", "block"} and policy["default"] == "block", "two effects, closed"
    first_allow = next((i for i, rule in enumerate(rules) if rule["effect"] == "allow"), len(rules))
    assert all(rule["effect"] == "allow" for rule in rules[first_allow:]), "blocks come first"
    written = {
        "policy.cedar.json": json.dumps(cedar(rules)),
        "policy.rego": rego(rules),
        "policy.cel.json": json.dumps(cel(rules)),
        "policy.casbin.json": json.dumps(casbin(rules)),
        "policy.zen.json": json.dumps(zen(rules, policy["default"])),
    }
    for name, content in written.items():
        (folder / name).write_text(content)
