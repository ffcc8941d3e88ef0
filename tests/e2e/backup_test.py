"""Backups of a gate that serves, brought back, refused, and looked into.

    backup_test.py BIN
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.log import free_port  # noqa: E402
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
CALL = "/gateway-proxy/github/repos/acme/web/pulls"


def sentrail(*arguments, code=0):
    done = subprocess.run([PROGRAMS.sentrail, *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == code, f"{arguments}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


class Backups(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-backup-"))
        self.gate = Gate(PROGRAMS).start()
        self.data = self.gate.folder / "data"
        self.ada, self.bob = owner_and_reviewer(self.gate)
        self.connect(9)
        self.key = self.ada.make_key("agents")

    def tearDown(self):
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)
        shutil.rmtree(self.folder)

    def connect(self, port):
        self.ada.do("PUT", "/connections/github",
                    {"scheme": "http", "host": "127.0.0.1", "port": port, "authScheme": "token",
                     "credential": "x", "privateAddress": True})

    def write(self, number):
        """A held call: some entries and a stored body."""
        answer = call(self.gate.port, "POST", CALL,
                      {"title": f"t{number}", "head": "h", "base": "main"},
                      {"Authorization": f"Bearer {self.key}", "X-Agent-Id": "octo"})
        self.assertIn(answer.status, (202, 429), answer)
        return answer.body

    def size(self):
        return self.ada.do("GET", "/audit/log/head")["size"]

    def test_made_under_load_and_brought_back_whole(self):
        ended, written = threading.Event(), []

        def load():
            while not ended.is_set():
                self.write(len(written))
                written.append(1)

        thread = threading.Thread(target=load)
        thread.start()
        until(lambda: len(written) > 20, "load")
        before = self.size()
        made = json.loads(sentrail("--json", "backup", self.data, self.folder / "b"))
        ended.set()
        thread.join()
        self.assertGreaterEqual(made["entries"], before)
        self.assertIn("exists already", sentrail("backup", self.data, self.folder / "b", code=1))
        self.assertEqual(os.stat(self.folder / "b/keys/master.key").st_mode & 0o777, 0o600)
        report = json.loads(sentrail("store", "check", self.folder / "b", "--json"))
        self.assertEqual((report["ok"], report["entries"]), (True, made["entries"]))

        self.gate.stop()
        fresh = self.gate.folder / "fresh"
        self.assertIn("restored and verified", sentrail("restore", self.folder / "b", fresh))
        shutil.move(self.data, self.gate.folder / "old")
        shutil.move(fresh, self.data)
        self.gate.start()
        self.ada.token = None
        self.assertGreater(self.size(), made["entries"])
        self.write("after")
        self.assertTrue(self.ada.do("GET", "/connections")["connections"])

    def test_an_old_backup_is_refused_with_the_loss_and_can_be_accepted(self):
        sentrail("backup", self.data, self.folder / "b")
        for number in range(5):
            self.write(number)
        said = sentrail("backup", self.data, self.data / "b", code=1)
        self.assertIn("it would copy itself", said)
        promised = self.size()
        sentrail("restore", self.folder / "b", self.data, code=2)  # the gate runs on it
        self.gate.stop()
        said = sentrail("restore", self.folder / "b", self.data, code=1)
        self.assertRegex(said, r"has promised \d+ entries, the backup holds \d+: at least \d+ "
                               "would be lost")
        # Without the store, too, the signer knows what it signed.
        (self.data / "store").rename(self.folder / "store")
        said = sentrail("restore", self.folder / "b", self.data, code=1)
        self.assertRegex(said, r"has promised \d+ entries, the backup holds \d+")
        (self.folder / "store").rename(self.data / "store")
        self.gate.start()  # nothing was touched
        self.ada.token = None
        self.assertGreaterEqual(self.size(), promised)
        self.gate.stop()
        said = sentrail("restore", self.folder / "b", self.data, "--accept-loss", "disk burnt")
        self.assertIn("LOST", said)
        for name in ("store", "log", "signer"):
            self.assertTrue((self.data / f"{name}.before-restore-1").exists(), name)
        key_before = (self.data / "signer.before-restore-1/key.pub").read_text()
        self.gate.start()
        self.assertNotEqual((self.data / "signer/key.pub").read_text(), key_before)
        self.ada.token = None
        self.assertEqual(call(self.gate.port, "GET", "/readyz").status, 200)
        sentrail("restore", self.folder / "b", self.data, code=2)  # the gate runs on it

    def test_no_private_key_of_a_signer_is_in_a_backup(self):
        secret = (self.data / "signer/key").read_bytes()
        for name in ("signer.before-restore-1", "log.before-repair-2", "elsewhere"):
            shutil.copytree(self.data / "signer", self.data / name)
        (self.data / "keys/deep").mkdir(parents=True)
        shutil.copytree(self.data / "signer", self.data / "keys/deep/audit")
        (self.data / "keys/deep/audit/last_signed").unlink()
        (self.data / "keys/deep/note").write_text("x", encoding="ascii")
        (self.data / "log.token").write_text("x", encoding="ascii")
        shutil.copy(self.data / "master.key", self.data / "master.key.old")
        sentrail("backup", self.data, self.folder / "b", "--keys", self.folder / "k")
        self.gate.stop()
        sentrail("backup", self.data, self.folder / "stopped", "--no-keys")
        master = (self.data / "master.key").read_bytes()
        for made in ("b", "stopped"):
            files = [one for one in (self.folder / made).rglob("*") if one.is_file()]
            self.assertLessEqual({"last_good.bundle", "note", "log.token"},
                                 {one.name for one in files})
            for file in files:
                content = file.read_bytes()
                self.assertFalse(secret in content or master in content, file)
        self.assertEqual({one.name for one in (self.folder / "k").iterdir()},
                         {"master.key", "subjects"})
        # One that an older release made may have them.
        for name in ("signer.before-restore-1", "elsewhere", "deep/elsewhere"):
            shutil.copytree(self.data / "signer", self.folder / "b" / name)
        fresh = self.gate.folder / "fresh"
        sentrail("restore", self.folder / "b", fresh, "--keys", self.folder / "k")
        self.assertTrue((fresh / "log.token").exists())
        self.assertEqual([one for one in fresh.rglob("*")
                          if one.is_file() and secret in one.read_bytes()], [])

    def test_what_was_approved_before_a_backup_is_sent_by_nobody_but_a_person(self):
        port = free_port()
        self.connect(port)
        agreed, waiting = self.write(1)["approvalRequestId"], self.write(2)["approvalRequestId"]
        # Nobody listens where the connection leads: for some seconds it is tried again.
        decision = threading.Thread(target=self.bob.decide, args=(agreed,))
        decision.start()
        until(lambda: self.ada.approval(agreed)["status"] == "approved", "the approval")
        sentrail("backup", self.data, self.folder / "b")
        decision.join()
        self.gate.stop()
        sentrail("restore", self.folder / "b", self.data, "--accept-loss", "a test")
        with socket.create_server(("127.0.0.1", port)) as upstream:
            upstream.settimeout(3)  # what must not happen has no event
            for _ in range(2):
                self.gate.start()
                self.ada.token = self.bob.token = None
                self.assertEqual(self.bob.approval(agreed)["status"], "in_doubt")
                self.assertEqual(self.bob.approval(waiting)["status"], "revoked")
                with self.assertRaises(TimeoutError):
                    upstream.accept()
                self.gate.stop()

    def test_damage_is_found_and_never_brought_back(self):
        for number in range(20):
            self.write(number)
        sentrail("backup", self.data, self.folder / "b")
        self.gate.stop()
        self.assertIn("every row", sentrail("store", "check", self.data))
        usage = json.loads(sentrail("store", "usage", self.data, "--json"))["usage"]
        kinds = {row["kind"] for row in usage if row["workspace"]}
        self.assertIn("calls", kinds)
        self.assertIn("log", {row["kind"] for row in usage})
        tables = sorted((self.folder / "b/store/db").glob("*.sst"),
                        key=lambda file: file.stat().st_size)
        data = bytearray(tables[-1].read_bytes())
        data[len(data) // 3] ^= 4
        tables[-1].write_bytes(data)
        sentrail("store", "check", self.folder / "b", code=1)
        sentrail("restore", self.folder / "b", self.gate.folder / "fresh", code=1)
        self.assertFalse((self.gate.folder / "fresh/store").exists())
        (self.folder / "b/backup.json").unlink()
        self.assertIn("no whole backup",
                      sentrail("restore", self.folder / "b", self.gate.folder / "fresh", code=1))

    def test_what_could_not_run_is_told_from_what_was_refused(self):
        store = pathlib.Path(PROGRAMS.sentrail).with_name("sentrail-store")

        def code(*arguments):
            done = subprocess.run([store, *map(str, arguments)], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual((done.stdout, done.stderr != ""), ("", True), arguments)
            return done.returncode

        to, nowhere = self.folder / "to", self.folder / "nowhere"
        for usage in ([], ["bogus"], ["check"], ["check", to, to], ["check", to, "--bogus"],
                      ["backup", self.data], ["restore", to], ["restore", to, to, "--accept-loss"],
                      ["backup", self.data, to, "--keys", to, "--no-keys"]):
            self.assertEqual(code(*usage), 2, usage)
        for folder in (nowhere, self.folder):
            self.assertEqual(code("check", folder), 2)
            self.assertEqual(code("usage", folder), 2)
            self.assertEqual(code("backup", folder, to), 2)
        self.assertEqual(code("restore", nowhere, to), 2)
        self.assertEqual(code("check", self.data), 2)  # the gate uses it
        self.gate.stop()
        self.assertEqual(code("restore", self.folder, to), 1)  # it is there, and no backup
        self.assertEqual(code("backup", self.data, self.folder), 1)  # that exists
        self.assertFalse(to.exists() or nowhere.exists())

    def test_another_master_key_is_never_replaced(self):
        sentrail("backup", self.data, self.folder / "b")
        self.gate.stop()
        (self.data / "master.key").write_bytes((self.data / "master.key").read_bytes()[::-1])
        shutil.move(self.data / "store", self.folder / "gone")
        self.assertIn("other keys than the backup",
                      sentrail("restore", self.folder / "b", self.data, code=1))


if __name__ == "__main__":
    unittest.main()
