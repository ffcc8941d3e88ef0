"""Obligations and shadow rules at the gate: what is recorded, shown, found and refused."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Demo, Gate, Programs  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
ISSUES = "/gateway-proxy/github/repos/acme/web/issues"
HEAD = "policy p\nlanguage 1\nimport sentrail.github\n"
POLICY = HEAD + """shadow rule tighten: block on github issues.create
rule held: require_approval on github issues.create
  because "{body.title}: {body.body}"
  then redact body.body, mask body.title, tag "issues"
rule reads: allow when risk == low
default block
"""


def policy(text):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder


class Obligations(unittest.TestCase):
    def setUp(self):
        self.gate = Gate(PROGRAMS, policy=policy(POLICY))
        self.demo = Demo(self.gate.folder / "demo")
        self.gate.start()
        self.ada, self.bob = owner_and_reviewer(self.gate)
        self.ada.connect(self.demo)
        self.key = self.ada.make_key("agent")

    def tearDown(self):
        self.gate.kill()
        self.demo.stop()
        shutil.rmtree(self.gate.folder)

    def create(self, body):
        return call(self.gate.port, "POST", ISSUES, body,
                    {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})

    def test_hidden_values_are_sent_and_nowhere_shown(self):
        held = self.create({"title": "a title of some length", "body": "topsecret"})
        self.assertEqual(held.status, 202, held)
        self.assertNotIn("topsecret", str(held.raw))
        self.assertEqual(held.body["reason"], "[redacted]: [redacted]")
        shown = self.bob.approval(held.body["approvalRequestId"])
        self.assertEqual(shown["hidden"], ["redact /body", "mask /title"])
        self.assertEqual(shown["request"]["body"], '{"title":"****ngth","body":"[redacted]"}')
        entries = self.ada.do("GET", "/audit?tag=issues")["entries"]
        self.assertTrue(entries)
        self.assertNotIn("topsecret", str(self.ada.do("GET", "/audit")))
        self.assertEqual(self.bob.decide(held.body["approvalRequestId"]).body["status"], "executed")
        self.assertIn(b"topsecret", b"".join(self.demo.received()))
        self.assertNotIn("topsecret", str(self.ada.do("GET", "/audit")["entries"]))

    def test_what_cannot_be_read_is_blocked_and_tagged(self):
        blocked = self.create('{"title": "x", "body": ')
        self.assertEqual(blocked.status, 403, blocked)
        self.assertIn("cannot be carried out", blocked.body["reason"])
        entry = self.ada.do("GET", "/audit?tag=issues")["entries"][0]
        self.assertEqual((entry["decision"], entry["tags"]), ("block", ["issues"]))
        self.assertEqual(entry["shadows"], ["p.main.tighten: block by p.main.tighten"])
        self.assertEqual(entry["payload_preview"], "[redacted]")
        self.assertEqual(self.ada.do("GET", "/audit?tag=other")["entries"], [])

    def test_a_policy_that_asks_for_more_is_refused(self):
        text = HEAD + 'rule told: allow when risk == low then notify slack "#fin"\n'
        bundle = self.gate.folder / "more.bundle"
        subprocess.run([PROGRAMS.sentrailc, "build", str(policy(text)), "-o", str(bundle)],
                       check=True, capture_output=True, timeout=60)
        before = self.ada.do("GET", "/policy")["bundle"]
        pushed = call(self.gate.port, "PUT", "/policy", bundle.read_bytes(),
                      {"Authorization": f"Bearer {self.ada.token}",
                       "Content-Type": "application/octet-stream"})
        self.assertEqual((pushed.status, pushed.body["code"]), (400, "bundle_refused"), pushed)
        self.assertIn('`notify slack "#fin"`', str(pushed.body))
        self.assertEqual(self.ada.do("GET", "/policy")["bundle"], before)


if __name__ == "__main__":
    unittest.main(verbosity=0)
