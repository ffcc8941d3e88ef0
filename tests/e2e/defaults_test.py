"""Members of bodies that the upstream fills in: policy sees the catalog's default for them."""

import json
import unittest

from harness.sentrailc import policy, run

POLICY = """policy p
language 1

import sentrail.github

rule drafts: allow
  on github pull_request.create
  when body.draft == true

rule ready: require_approval
  on github pull_request.create
  when body.draft == false

rule squashed: allow
  on github pull_request.merge
  when body.merge_method == "squash"

rule public: block
  on github repos.create
  when body.private != true

rule production: block
  on github deployment.create
  when resource.name == "production"

default block

test "a pull request is no draft unless it says so" {
  given github POST "/repos/a/b/pulls" body {"title": "t", "head": "x", "base": "main"}
  expect require_approval by ready
}
test "nor without a body" {
  given github POST "/repos/a/b/pulls"
  expect require_approval by ready
}
test "a draft" {
  given github POST "/repos/a/b/pulls" body {"draft": true}
  expect allow by drafts
}
test "put over the default" {
  given github POST "/repos/a/b/pulls" with body.draft = true
  expect allow by drafts
}
test "null stays null" {
  given github POST "/repos/a/b/pulls" body {"draft": null}
  expect block by default
}
test "what cannot be read stays so" {
  given github POST "/repos/a/b/pulls" with body = unreadable
  expect block by default
}
test "a request given by its attributes is taken as it is" {
  given with tool = "github", action = "pull_request.create", body.title = "t"
  expect block by default
}
test "a merge is a merge commit" {
  given github PUT "/repos/a/b/pulls/7/merge"
  expect block by default
}
test "repositories are public unless they say so" {
  given github POST "/user/repos" body {"name": "x"}
  expect block by public
}
test "a deployment goes to production unless it says so" {
  given github POST "/repos/a/b/deployments" body {"ref": "main"}
  expect block by production
}
"""

PLAIN = """policy p
language 1

import sentrail.github

rule reads: allow when risk == low
rule titled: allow on github pull_request.create when body.title == "x"
"""

CATALOG = """catalog: acme.api
tool: api
version: 1
hosts: [api.example.com]
actions: {make: high}
families:
  all: {paths: {/things: {POST: {action: make, body: {a: {type: bool, default: "true"}}}}}}
"""


class Defaults(unittest.TestCase):
    def test_stand_for_what_is_absent(self):
        answer = run("test", policy(POLICY))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_eval_sees_them_in_raw_requests(self):
        folder = policy(POLICY)
        for body, rule in [({}, "ready"), ({"draft": True}, "drafts")]:
            request = {"tool": "github", "method": "POST", "path": "/repos/a/b/pulls",
                       "body": body}
            answer = run("eval", "--json", "-p", folder, stdin=json.dumps(request))
            self.assertIn(rule, json.loads(answer.stdout)["rule"], answer.stdout)

    def test_bundles_carry_those_that_their_policy_asks_for(self):
        for text, fits in [(PLAIN, True), (POLICY, False)]:
            folder = policy(text)
            built = run("build", folder, "-o", folder / "p.bundle", "--level", "7")
            self.assertEqual(built.returncode == 0, fits, built.stderr)
            self.assertEqual("defaults of body members" in built.stderr, not fits, built.stderr)
            built = run("build", folder, "-o", folder / "p.bundle")
            self.assertEqual(built.returncode, 0, built.stderr)
            self.assertEqual(run("verify", folder / "p.bundle").returncode, 0)

    def test_one_of_another_type_is_a_finding_at_its_place(self):
        folder = policy("policy p\nlanguage 1\nimport acme.api\nrule r: allow when risk == low\n")
        (folder / "catalogs").mkdir()
        (folder / "catalogs/acme.api.yaml").write_text(CATALOG)
        answer = run("check", folder)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("7:80: error[S0417]", answer.stdout + answer.stderr)


if __name__ == "__main__":
    unittest.main()
