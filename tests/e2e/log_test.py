"""The published audit log of a real gate: followed, verified, proved, and refused when it is not
what was signed. What other makers' programs say of it: where tools/tlog_peers.sh has built them.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.log import JUDGE, LITEWITNESS, ORIGIN, Log, Witness, judged  # noqa: E402
from harness.people import call  # noqa: E402
from harness.processes import Programs, read_if_there, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))


def refused(gate):
    """What a gate says that will not start."""
    answer = subprocess.run([PROGRAMS.sentraild, "--config", gate.config], capture_output=True,
                            text=True, timeout=60, check=False)
    assert answer.returncode == 1, answer
    return answer.stderr


class Published(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.log = Log(PROGRAMS)
        cls.log.decide(300)
        cls.size = cls.log.published()

    @classmethod
    def tearDownClass(cls):
        cls.log.gate.stop()

    def test_the_files_are_verified_in_their_folder_and_at_their_url(self):
        url = f"http://127.0.0.1:{self.log.gate.port}/audit/log"
        for where in (self.log.files, url):
            answer = self.log.sentrail("audit", "verify", where, "--key", self.log.key, "--json")
            self.assertEqual(answer.returncode, 0, answer)
            told = json.loads(answer.stdout)
            self.assertEqual((told["ok"], told["origin"]), (True, ORIGIN))
            self.assertGreaterEqual(told["entries"], self.size)

    def test_an_entry_is_proved_without_a_gate(self):
        file = pathlib.Path(tempfile.mkdtemp()) / "7.tlog-proof"
        answer = self.log.sentrail("audit", "prove", 7, "--out", file)
        self.assertEqual(answer.returncode, 0, answer)
        self.assertLess(file.stat().st_size, 4096)
        verified = self.log.sentrail("audit", "verify", "--proof", file, "--key", self.log.key,
                                     key=False)
        self.assertEqual(verified.returncode, 0, verified)
        self.assertIn('"seq":7', verified.stdout)
        text = file.read_text().replace("index 7", "index 8")
        file.write_text(text)
        refused = self.log.sentrail("audit", "verify", "--proof", file, "--key", self.log.key,
                                    key=False)
        self.assertEqual(refused.returncode, 1, refused)

    def test_a_key_must_be_named(self):
        answer = self.log.sentrail("audit", "verify", self.log.files)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("--key", answer.stderr)

    def test_only_who_may_read_entries_may_read_files(self):
        year = self.log.shards[0]
        for target in ("shards", f"{year}/checkpoint", f"{year}/tile/0/000",
                       f"{year}/tile/entries/000", "proof/0"):
            self.assertEqual(call(self.log.gate.port, "GET", f"/audit/log/{target}").status, 401)
            self.assertEqual(self.log.get(f"/audit/log/{target}").status, 200, target)
        for target in (f"{year}/tile/0/999", f"{year}/tile/0/0", f"{year}/tile/../checkpoint",
                       f"{year}/tile/9/000", "proof/99999", "checkpoint", "1999/checkpoint",
                       "1999/tile/0/000", "x/checkpoint", f"0{year}/checkpoint"):
            self.assertEqual(self.log.get(f"/audit/log/{target}").status, 404, target)
        self.assertEqual(self.log.get("/audit/log/proof/x").status, 400)

    def test_files_say_how_long_they_hold(self):
        year = self.log.shards[0]
        whole = self.log.get(f"/audit/log/{year}/tile/0/000")
        self.assertEqual(len(whole.raw), 8192)
        self.assertIn("immutable", whole.headers["cache-control"])
        self.assertEqual(whole.headers["content-type"], "application/octet-stream")
        checkpoint = self.log.get(f"/audit/log/{year}/checkpoint")
        self.assertEqual(checkpoint.headers["content-type"], "text/plain; charset=utf-8")
        self.assertTrue(checkpoint.raw.startswith(f"{ORIGIN}/{year}\n".encode()))
        self.assertEqual(self.log.get("/audit/log/shards").raw, f"{year}\n".encode())

    def test_probes_and_counters_know_the_log(self):
        self.assertEqual(call(self.log.gate.port, "GET", "/readyz").body["warnings"], [])
        metrics = call(self.log.gate.port, "GET", "/metrics").raw.decode()
        self.assertRegex(metrics, r"\nsentrail_audit_published_entries \d{3}")
        self.assertIn("\nsentrail_audit_log_healthy 1\n", metrics)


class Restarted(unittest.TestCase):
    def setUp(self):
        self.log = Log(PROGRAMS)
        self.log.decide(20)
        self.log.published()

    def tearDown(self):
        self.log.gate.kill()

    def refused(self):
        self.log.gate.stop()
        return refused(self.log.gate)

    def test_a_killed_gate_goes_on_with_the_same_log(self):
        for _ in range(3):
            self.log.gate.kill()
            self.log.gate.start()
            self.log.decide(5)
        self.log.published()
        answer = self.log.sentrail("audit", "verify", self.log.files, "--key", self.log.key)
        self.assertEqual(answer.returncode, 0, answer)
        self.assertNotIn("audit_log_rebuilt", read_if_there(self.log.gate.log))

    def test_an_older_store_is_not_served(self):
        """Restored from a backup together with its own floor: the signer remembers."""
        self.log.gate.stop()
        backup = self.log.gate.folder / "backup"
        shutil.copytree(self.log.data / "store", backup)
        self.log.gate.start()
        self.log.decide(20)
        self.log.published()
        self.log.gate.stop()
        shutil.rmtree(self.log.data / "store")
        shutil.copytree(backup, self.log.data / "store")
        said = self.refused()
        self.assertIn("were signed and are missing", said)
        self.assertIn("sentrail audit doctor", said)
        code, parts = self.log.doctor()
        self.assertEqual(code, 1)
        self.assertFalse(parts["loss"]["ok"])
        self.assertIn("their leaves are in", parts["loss"]["text"])
        self.assertTrue(parts["tiles"]["ok"])

    def test_a_lost_signer_is_not_replaced(self):
        self.log.gate.stop()
        shutil.move(self.log.data / "signer", self.log.gate.folder / "aside")
        self.assertIn("has no key", self.refused())

    def test_lost_tiles_are_made_again(self):
        self.log.gate.stop()
        shutil.rmtree(self.log.files)
        self.log.gate.start()
        self.log.published()
        answer = self.log.sentrail("audit", "verify", self.log.files, "--key", self.log.key)
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn("audit_log_rebuilt", read_if_there(self.log.gate.log))

    def test_a_sound_folder_is_sound_to_the_doctor(self):
        self.log.gate.stop()
        code, parts = self.log.doctor()
        self.assertEqual((code, set(parts)), (0, {"floor", "signer", "tiles", "store", "master.key",
                                                  "subjects", "stops"}), parts)
        self.assertEqual(parts["store"]["entries"], parts["signer"]["entries"])

    def test_the_doctor_finds_what_keeps_a_gate_from_starting_beside_the_log(self):
        self.log.gate.stop()
        for name in ("master.key", "subjects", "stops"):
            path = self.log.data / name
            whole = path.read_bytes()
            damages = [lambda: path.chmod(0o640), lambda: path.write_bytes(b"x" * len(whole)),
                       lambda: path.write_bytes(b"")]
            if name != "stops":  # nobody can tell a folder that never had one
                damages.append(path.unlink)
            for damage in damages:
                damage()
                left = path.read_bytes() if path.exists() else None
                code, parts = self.log.doctor()
                self.assertEqual((code, parts[name]["ok"]), (1, False), parts)
                self.assertEqual(path.read_bytes() if path.exists() else None, left)
                self.assertIn(name, self.refused())
                path.write_bytes(whole)
                path.chmod(0o600)
                code, parts = self.log.doctor()
                self.assertEqual((code, parts[name]["ok"]), (0, True), parts)
        other = Log(PROGRAMS)  # a whole file, of another store
        other.gate.stop()
        shutil.copy(other.data / "subjects", self.log.data / "subjects")
        code, parts = self.log.doctor()
        self.assertEqual((code, parts["subjects"]["ok"]), (1, False), parts)
        shutil.copy(other.data / "master.key", self.log.data / "master.key")
        self.assertIn("is not the file of this store", self.log.doctor()[1]["subjects"]["text"])

    def test_the_doctor_does_not_say_whose_subjects_are_without_a_store(self):
        self.log.gate.stop()
        self.assertIn("the store's", self.log.doctor()[1]["subjects"]["text"])
        for manifest in (self.log.data / "store/db").glob("MANIFEST-*"):
            manifest.write_bytes(b"x" * manifest.stat().st_size)
        code, parts = self.log.doctor()
        self.assertEqual((code, parts["store"]["ok"], parts["subjects"]["ok"]), (1, False, True))
        self.assertIn("could not be told", parts["subjects"]["text"])

    def test_the_doctor_says_when_it_could_not_tell(self):
        running = self.log.sentrail("audit", "doctor", self.log.data)
        self.assertEqual((running.returncode, running.stdout), (2, ""), running.stderr)
        self.assertEqual(self.log.sentrail("audit", "doctor", "/nowhere").returncode, 2)
        self.assertEqual(self.log.sentrail("audit", "doctor").returncode, 2)


@unittest.skipUnless(JUDGE.exists() and LITEWITNESS.exists(),
                     "the programs of other makers are not built; run tools/tlog_peers.sh")
class Judged(unittest.TestCase):
    def test_a_log_of_a_thousand_entries(self):
        log = Log(PROGRAMS)
        log.decide(990)
        size = log.published()
        log.gate.stop()
        self.assertGreaterEqual(size, 990)
        year = log.shards[0]
        shard, key = log.files / str(year), log.shard_key(year)
        good = judged("fsck", shard, key)
        self.assertEqual(good.returncode, 0, good)
        flipped = judged("flips", shard, key, 9973)
        self.assertEqual(flipped.returncode, 0, flipped)
        self.assertGreater(int(flipped.stdout.split()[0]), 50)
        other = tempfile.mkdtemp()
        shutil.copytree(shard, other, dirs_exist_ok=True)
        bundle = pathlib.Path(other, "tile/entries/001")
        bundle.write_bytes(bundle.read_bytes().replace(b"issues.create", b"issues.delete", 1))
        self.assertEqual(judged("fsck", other, key).returncode, 1)

    def test_a_witness_cosigns_and_refuses_a_rewritten_history(self):
        witness = Witness()
        try:
            log = Log(PROGRAMS, f"  witness_url: {witness.url}\n  witness_key: {witness.key}\n")
            year = log.shards[0]
            key = log.shard_key(year)
            witness.know(f"{ORIGIN}/{year}", key)
            log.gate.stop()  # it had been told that the log is unknown, and waits before it asks
            log.gate.start()
            log.decide(5)
            log.published()
            until(lambda: b"sentrail.test/witness" in log.get(f"/audit/log/{year}/checkpoint").raw,
                  "the cosignature")
            file = pathlib.Path(tempfile.mkdtemp()) / "proof"
            self.assertEqual(log.sentrail("audit", "prove", 3, "--out", file).returncode, 0)
            for arguments in (("proof", file, key), ("proof", file, key, witness.key)):
                told = judged(*arguments)
                self.assertEqual(told.returncode, 0, told)
            ours = log.sentrail("audit", "verify", "--proof", file, "--key", log.key,
                                "--witness", witness.key, key=False)
            self.assertEqual(ours.returncode, 0, ours)
            self.assertIn("cosigned 20", ours.stdout)
            # The whole gate begins anew under the same key: nobody but the witness can tell.
            log.gate.stop()
            shutil.rmtree(log.data / "store")
            shutil.rmtree(log.files)
            (log.data / "signer/last_signed").unlink()
            shutil.move(log.data / "signer/key", log.data / "signer/aside")
            log.gate.start()
            log.gate.stop()
            (log.data / "signer/aside").rename(log.data / "signer/key")
            shutil.rmtree(log.files)
            said = refused(log.gate)
            self.assertIn("disagrees", said)
            self.assertIn("docs/runbooks/witness-disagrees.md", said)
            # A witness that cannot be asked holds nothing up.
            witness.stop()
            log.gate.start()
            warning = until(lambda: call(log.gate.port, "GET", "/readyz").body["warnings"],
                            "the witness to be missed")
            self.assertIn("audit_witness", warning[0])
            log.gate.stop()
        finally:
            witness.stop()


if __name__ == "__main__":
    unittest.main()
