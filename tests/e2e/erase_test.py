"""A person's and an agent's traces in the log of a real gate, erased.

    erase_test.py BIN
"""

import json
import pathlib
import secrets
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))


class Erasing(unittest.TestCase):
    def setUp(self):
        self.gate = Gate(PROGRAMS).start()
        self.data = self.gate.folder / "data"
        self.ada, self.bob = owner_and_reviewer(self.gate)
        self.key = self.ada.make_key("agents", ["evaluate"])
        self.workspace = call(self.gate.port, "POST", "/session", {
            "name": "ada", "passphrase": self.ada.passphrase}).body["workspaceId"]

    def tearDown(self):
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)

    def erase(self, *arguments, code=0):
        done = subprocess.run(
            [PROGRAMS.sentrail, "--json", "--workspace", self.workspace, "audit", "erase",
             "--local", str(self.data), "--basis", "art. 17", *arguments],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def list_local(self, *arguments, json_too=("--json",)):
        return subprocess.run([PROGRAMS.sentrail, *json_too, "audit", "list", "--local",
                               str(self.data), *arguments],
                              capture_output=True, text=True, timeout=60, check=False)

    def of_server(self):
        done = self.list_local("--limit", "10")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)["entries"]

    def act(self, agent, text):
        answer = call(self.gate.port, "POST", "/evaluate-action",
                      {"tool": "github", "action": "issues.create", "riskLevel": "low",
                       "resourceType": "issue", "resourceId": text},
                      {"Authorization": f"Bearer {self.key}", "X-Agent-Id": agent})
        self.assertEqual(answer.status, 200, answer)
        return answer

    def found(self, agent):
        return self.ada.do("GET", f"/audit?agent={agent}")["entries"]

    def test_an_agent_is_gone_and_the_log_still_verifies(self):
        self.act("octo", "acme/private")
        self.act("other", "acme/public")
        before = until(lambda: self.found("octo"), "the entry")
        self.assertEqual(before[0]["agent_id"], "octo")
        head = self.ada.do("GET", "/audit/log/head")
        done = self.erase("--agent", "octo")
        self.assertEqual((done["entries"], done["keys"]), (len(before), 1))
        after = self.found("octo")
        self.assertEqual([e["id"] for e in after], [e["id"] for e in before])
        self.assertTrue(all(e["erased"] for e in after), after)
        self.assertFalse(any(e.get("agent_id") for e in after), after)
        self.assertEqual(self.found("other")[0]["agent_id"], "other")
        redact = self.ada.do("GET", f"/audit?id={done['auditLogId']}")["entries"][0]
        self.assertEqual((redact["kind"], redact["reason"]), ("redact", "art. 17"))
        leaf = call(self.gate.port, "GET", "/audit/log/entries?limit=1000", headers={
            "Authorization": f"Bearer {self.ada.token}"}).raw.splitlines()
        self.assertGreater(len(leaf), head["size"])
        # After a restart with everything but the key there, nothing opens it.
        self.gate.kill()
        self.gate.start()
        self.ada.token = None
        self.assertTrue(self.found("octo")[0]["erased"])
        self.gate.stop()
        report = subprocess.run([PROGRAMS.sentrail, "store", "check", str(self.data)],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(report.returncode, 0, report.stdout + report.stderr)

    def test_no_file_has_what_was_erased(self):
        secret = "acme/" + secrets.token_hex(12)
        agent = "agent-" + secrets.token_hex(12)
        self.act(agent, secret)
        until(lambda: self.found(agent), "the entry")
        time.sleep(1.5)  # whose key it is, is written down within a second
        subjects = self.data / "subjects"
        before = subjects.read_bytes()
        self.erase("--agent", agent)
        after = subjects.read_bytes()
        # The slot's wrapped key, which with the master key would still open everything.
        gone = [before[at + 32:at + 104] for at in range(128, len(before), 128)
                if before[at:at + 128] != after[at:at + 128]]
        self.assertEqual(len(gone), 1)
        self.gate.stop()
        needles = [secret.encode(), agent.encode(), gone[0]]
        files = [path for path in self.gate.folder.rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix in (".log", ".sst") and path.parent.name == "db"
                            for path in files), files)
        for path in files:
            held = path.read_bytes()
            self.assertEqual([n for n in needles if n in held], [], path)

    def test_what_was_answered_has_its_key_after_a_kill(self):
        # More new agents at once than there are keys ahead.
        names = [[f"new-{page}-{i}" for i in range(64)] for page in range(40)]
        for page in names:
            items = [{"tool": "github", "action": "issues.create", "riskLevel": "low",
                      "agentId": name} for name in page]
            answer = call(self.gate.port, "POST", "/evaluate-action", {"items": items},
                          {"Authorization": f"Bearer {self.key}"})
            self.assertEqual(answer.status, 200, answer)
        self.gate.kill()
        self.gate.start()
        self.ada.token = None
        for name in names[0][:1] + names[-1]:
            entries = self.found(name)
            self.assertEqual([e["agent_id"] for e in entries], [name], entries)

    def test_without_the_file_of_keys_nothing_is_served(self):
        self.act("octo", "acme/private")
        self.gate.stop()
        subjects = self.data / "subjects"
        kept = subjects.read_bytes()
        for bad, why in ((None, "is missing"), (b"sentrail-subjects-2" + b"x" * 16 + b"\0" * 93,
                                                "is not the file of this store")):
            subjects.unlink()
            if bad is not None:
                subjects.touch(mode=0o600)
                subjects.write_bytes(bad)
            refused = subprocess.run([PROGRAMS.sentraild, "--config", str(self.gate.config)],
                                     capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn(why, refused.stderr)
            self.assertEqual(subjects.exists(), bad is not None)
            if bad is None:
                subjects.touch(mode=0o600)
        subjects.write_bytes(kept)
        self.gate.start()
        self.ada.token = None
        self.assertEqual(self.found("octo")[0]["agent_id"], "octo")

    def test_the_entries_of_no_workspace_are_listed_to_the_owner_of_the_process(self):
        for _ in range(20):
            call(self.gate.port, "POST", "/session",
                 {"name": "bob", "passphrase": self.bob.passphrase})
        done = self.list_local("--limit", "18")
        self.assertEqual(done.returncode, 0, done.stderr)
        pages = [json.loads(line)["entries"] for line in done.stdout.splitlines()]
        self.assertEqual([len(page) for page in pages], [16, 2])
        numbers = [entry["sequence"] for page in pages for entry in page]
        self.assertEqual(numbers, sorted(set(numbers), reverse=True))
        self.assertEqual({entry["kind"] for entry in pages[0]}, {"sign_in"})
        table = self.list_local("--limit", "18", json_too=())
        self.assertEqual(table.stdout.count("sign_in"), 18, table.stdout + table.stderr)
        refused = self.list_local("--agent", "octo")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--agent", refused.stdout + refused.stderr)

    def test_a_person_by_name_and_nobody_by_mistake(self):
        call(self.gate.port, "POST", "/session", {"name": "bob", "passphrase": self.bob.passphrase})
        for name in ("bob", "mallory"):
            call(self.gate.port, "POST", "/session", {"name": name, "passphrase": "wrong horses"})
        before = [e for e in self.of_server() if e["person"] == "bob"]
        self.assertIn("session.refused", [e["action"] for e in before])
        self.assertEqual({(e["kind"], e["erased"]) for e in before}, {("sign_in", False)})
        done = self.erase("--person", "bob")
        after = self.of_server()
        self.assertFalse(any("bob" in (e["person"], e["requested_by"]) for e in after), after)
        self.assertTrue(any(e["requested_by"] == "mallory" for e in after), after)
        self.assertTrue({e["id"] for e in before} <= {e["id"] for e in after if e["erased"]})
        self.assertTrue(any(e["person"] == "ada" for e in after), after)
        self.assertGreaterEqual(done["entries"], 2)
        self.assertEqual(done["keys"], 2, done)  # in the workspace, and of who signed in
        self.assertIn("no account", self.erase("--person", "nobody", code=1))
        self.assertIn("no entry", self.erase("--agent", "nobody", code=1))


if __name__ == "__main__":
    unittest.main()
