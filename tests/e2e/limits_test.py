"""Limits as people meet them in sentrailc: eval with a state, explain, test, replay, diff."""

import json
import unittest

from harness.sentrailc import policy, run

HEAD = "policy acme\nlanguage 1\n\n"
PAY = HEAD + """tier team {
  rule small: allow
    when mcp.tool == "pay"
    limit 3 per 1h by agent.id
    limit sum args.amount 100 per 1d by agent.id
      else require_approval from (group finance) within 1h
}
default block
"""


def request(amount, agent="a", time=None, **more):
    attributes = {"mcp.tool": "pay", "agent.id": agent, "workspace": "w"}
    if time is not None:
        attributes["time"] = time
    if amount is not None:
        attributes["args"] = {"amount": amount}
    return {"attributes": attributes, **more}


class Limits(unittest.TestCase):
    def eval_of(self, asked, text=PAY, command="eval"):
        answer = run(command, "--json", "-p", policy(text), stdin=json.dumps(asked))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def effect_of(self, asked):
        return self.eval_of(asked)["effect"]

    def test_what_a_limit_holds_decides(self):
        def used(**counts):
            return {"used": {key.replace("_", "#"): value for key, value in counts.items()}}

        self.assertEqual(self.effect_of(request(7)), "allow")
        self.assertEqual(self.effect_of(request(7, state=used(small_1=2))), "allow")
        self.assertEqual(self.effect_of(request(7, state=used(small=3))), "block")
        self.assertEqual(self.effect_of(request(7, state=used(small_2=93))), "allow")
        asks = self.eval_of(request(7, state={"used": {"acme.team.small#2": 93.000001}}))
        self.assertEqual(asks["effect"], "require_approval")
        self.assertEqual(asks["approval"]["quorums"], ["1 of finance"])
        self.assertIn("limit sum args.amount 100 per 1d by agent.id", asks["reason"])
        self.assertEqual([one["room"] for one in asks["limits"]], [True, False])

    def test_what_cannot_be_counted_has_no_room(self):
        for amount in (None, -1, "7", {}):
            self.assertEqual(self.effect_of(request(amount)), "require_approval", amount)
        self.assertEqual(self.effect_of({"attributes": {"mcp.tool": "pay"}}), "block")

    def test_several_actions_accumulate(self):
        self.assertEqual(self.effect_of({"items": [request(1)] * 3}), "allow")
        self.assertEqual(self.effect_of({"items": [request(1)] * 4}), "block")
        self.assertEqual(self.effect_of({"items": [request(60), request(60)]}), "require_approval")

    def test_explain_says_which_limits_have_room(self):
        answer = run("explain", "-p", policy(PAY),
                     stdin=json.dumps(request(7, state={"used": {"small": 3}})))
        self.assertIn("has no room acme.team.small: limit 3 per 1h by agent.id", answer.stdout)
        self.assertIn("has room    acme.team.small: limit sum", answer.stdout)

    def test_an_odd_state_is_refused(self):
        for state in ({"used": {"small#3": 1}}, {"used": {"smal": 1}}, {"used": {"small": -1}},
                      {"used": {"small#0": 1}}, {"used": 1}, {}, {"used": {}, "more": 1}):
            answer = run("eval", "-p", policy(PAY), stdin=json.dumps(request(7, state=state)))
            self.assertEqual(answer.returncode, 2, state)

    def test_replay_counts_along_the_log(self):
        log = [request(1, time="2027-01-31T09:00:00Z"), request(1), request(1), request(1),
               request(1, agent="b"), request(1, time="2027-01-31T10:02:00Z")]
        answer = run("replay", "--json", "-p", policy(PAY), "-",
                     stdin="\n".join(json.dumps(one) for one in log))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(json.loads(answer.stdout)["effects"],
                         {"allow": 5, "require_approval": 0, "block": 1})

    def test_the_policys_own_tests(self):
        tests = PAY + """
test "room" {
  given with mcp.tool = "pay", agent.id = "a", args.amount = 40 after 2 calls
  expect require_approval by small
}
test "full" {
  given with mcp.tool = "pay", agent.id = "a", args.amount = 1 used small = 3
  expect block by small
}
"""
        self.assertEqual(run("test", policy(tests)).returncode, 0)
        wrong = tests.replace("used small = 3", "used small = 2")
        self.assertEqual(run("test", policy(wrong)).returncode, 1)

    def test_diff_lists_limits(self):
        raised = PAY.replace("limit 3 per", "limit 4 per")
        answer = run("diff", "--json", policy(PAY), policy(raised))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        limits = json.loads(answer.stdout)["policies"][0]["limits"]
        self.assertEqual(len(limits), 1)
        self.assertTrue(limits[0]["widens"])
        self.assertEqual(limits[0]["after"], "limit 4 per 1h by agent.id else block")
        back = json.loads(run("diff", "--json", policy(raised), policy(PAY)).stdout)
        self.assertFalse(back["policies"][0]["limits"][0]["widens"])

    def test_claims_hold_whichever_limits_have_room(self):
        claims = PAY + """
prove "never blocked" never block when mcp.tool == "pay"
prove "never allowed elsewhere" never allow when mcp.tool != "pay"
"""
        answer = run("prove", "--json", policy(claims))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("refuted", answer.stdout)
        self.assertIn("proved", answer.stdout)


if __name__ == "__main__":
    unittest.main()
