"""A store whose newest log file ends in what cannot be read, as a power failure leaves it: nothing
is served, the doctor says what a cut would lose, and a cut loses nothing without a reason.
"""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.log import Log  # noqa: E402
from harness.processes import Programs  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))


def copy_file(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


class Tail(unittest.TestCase):
    def setUp(self):
        self.log = Log(PROGRAMS)
        self.log.decide(40)
        self.size = self.log.published()
        self.log.gate.kill()
        self.wal = self.newest_log()

    def tearDown(self):
        if self.log.gate.process.poll() is None:
            self.log.gate.kill()

    def newest_log(self):
        database = self.log.data / "store/db"
        return max(database.glob("*.log"), key=lambda file: int(file.stem))

    def start_refused(self):
        answer = subprocess.run([PROGRAMS.sentraild, "--config", self.log.gate.config],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn("sentrail audit doctor", answer.stderr)
        return answer.stderr

    def leftovers(self):
        return sorted(path.name for path in self.log.data.glob("store.*"))

    def damage_end(self, size=2000):
        """The last bytes but a few are zeros: within records, and something stands behind them."""
        content = bytearray(self.wal.read_bytes())
        content[-size:-8] = bytes(size - 8)
        self.wal.write_bytes(content)

    def test_an_unreadable_end_is_not_served_and_the_doctor_names_the_loss(self):
        self.damage_end()
        before = self.wal.read_bytes()
        self.start_refused()
        for words in ((), ("--repair-tail",)):
            code, parts = self.log.doctor(*words)
            self.assertEqual(code, 1, parts)
            left = parts["tail"]["entries"]
            self.assertLess(left, self.size)
            self.assertIn(f"entries {left} to {self.size - 1} were acknowledged or signed",
                          parts["tail"]["text"])
            self.assertIn("--repair-tail --accept-loss REASON", parts["tail"]["text"])
        # Nothing was changed by looking, nor by asking without a reason.
        self.assertEqual(self.wal.read_bytes(), before)
        self.assertEqual(self.leftovers(), [])
        self.start_refused()

    def test_a_loss_that_is_accepted_is_recorded(self):
        self.damage_end()
        old_key = self.log.key
        code, parts = self.log.doctor("--repair-tail", "--accept-loss", "power failure of 3 May")
        left = parts["tail"]["entries"]
        self.assertTrue(parts["tail"]["ok"], parts)
        self.assertIn(f"which entry {left} records", parts["tail"]["text"])
        self.assertEqual(self.leftovers(), ["store.before-repair-1"])
        self.assertTrue((self.log.data / "store.before-repair-1/db" / self.wal.name).exists())
        self.assertFalse((self.log.data / "store/limits").exists())
        self.assertEqual(parts["store"]["entries"], left + 1, parts)
        self.log.gate.start()
        answer = self.log.get(f"/audit/log/entries?from={left}&limit=1")
        leaf = json.loads(base64.b64decode(json.loads(answer.raw)["leaf"]))
        self.assertEqual((leaf["kind"], leaf["action"]), ("rollback_ack", "store.repair"))
        self.assertIn("reason_c", leaf)  # committed to, and sealed
        # What was signed beyond the cut is never signed otherwise: the log has another key.
        self.log.published()
        self.assertNotEqual(self.log.key, old_key)
        answer = self.log.sentrail("audit", "verify", self.log.files, "--key", self.log.key)
        self.assertEqual(answer.returncode, 0, answer)
        kept = next(self.log.data.glob("log.before-repair-*"))
        answer = self.log.sentrail("audit", "verify", kept, "--key", old_key)
        self.assertEqual(answer.returncode, 0, answer)

    def test_an_end_that_nobody_was_promised_is_cut_without_loss(self):
        # What was written before the machine stopped, and no promise of it reached the disk.
        promises = ("store/floor", "signer", "log")
        kept = self.log.gate.folder / "kept"
        for name in promises:
            (shutil.copytree if name != "store/floor" else copy_file)(self.log.data / name,
                                                                      kept / name)
        self.log.gate.start()
        self.log.decide(20)
        self.log.gate.kill()
        for name in promises[1:]:
            shutil.rmtree(self.log.data / name)
            shutil.copytree(kept / name, self.log.data / name)
        shutil.copy(kept / promises[0], self.log.data / promises[0])
        self.wal = self.newest_log()
        self.damage_end()
        self.start_refused()
        code, parts = self.log.doctor()
        self.assertEqual(code, 1, parts)
        self.assertIn("none of it was promised", parts["tail"]["text"])
        code, parts = self.log.doctor("--repair-tail")
        self.assertEqual(code, 0, parts)
        left = parts["tail"]["entries"]
        self.assertGreaterEqual(left, self.size)
        self.assertEqual(parts["store"]["entries"], left)
        self.log.gate.start()
        self.assertGreater(self.log.published(), left)
        answer = self.log.sentrail("audit", "verify", self.log.files, "--key", self.log.key)
        self.assertEqual(answer.returncode, 0, answer)

    def test_a_sound_end_is_not_cut(self):
        code, parts = self.log.doctor("--repair-tail", "--accept-loss", "no need")
        self.assertEqual(code, 0, parts)
        self.assertIn("nothing is cut", parts["tail"]["text"])
        self.assertEqual(parts["store"]["entries"], self.size)
        self.assertEqual(self.leftovers(), [])

    def test_an_earlier_repair_is_not_overwritten_and_half_of_one_is_forgotten(self):
        self.damage_end()
        (self.log.data / "store.before-repair-1").mkdir()
        (self.log.data / "store.repairing/db").mkdir(parents=True)
        code, parts = self.log.doctor("--repair-tail", "--accept-loss", "again")
        self.assertTrue(parts["tail"]["ok"], parts)
        self.assertIn("store.before-repair-2 has it", parts["tail"]["text"])
        self.assertEqual(self.leftovers(), ["store.before-repair-1", "store.before-repair-2"])

    def test_without_what_was_promised_nothing_is_cut_without_a_reason(self):
        self.damage_end()
        (self.log.data / "store/floor").unlink()
        shutil.rmtree(self.log.data / "signer")
        code, parts = self.log.doctor("--repair-tail")
        self.assertEqual(code, 1, parts)
        self.assertIn("nobody can tell", parts["tail"]["text"])
        self.assertEqual(self.leftovers(), [])


if __name__ == "__main__":
    unittest.main()
