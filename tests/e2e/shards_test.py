"""The published log of a real gate over several years: its clock is set by a library that is loaded
before it (preload/preload.cpp). Each year is a log of its own to other makers' programs.
"""

import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.log import JUDGE, LITEWITNESS, ORIGIN, Log, Witness, judged  # noqa: E402
from harness.processes import Programs, read_if_there, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
NOW = datetime.datetime.now(datetime.timezone.utc)
THIS_YEAR = NOW.year


def ahead_ms(year, month=6):
    """How far a clock is ahead that shows that month."""
    then = datetime.datetime(year, month, 15, tzinfo=datetime.timezone.utc)
    return int((then - NOW).total_seconds()) * 1000


def size_of(log):
    """Entries that are published, of a gate that is stopped."""
    answer = log.sentrail("audit", "verify", log.files, "--key", log.key, "--json", key=False)
    assert answer.returncode == 0, answer
    return json.loads(answer.stdout)["entries"]


def live_in(log, *years):
    """Starts and ends the gate once in each year: its start is an entry."""
    for year in years:
        log.gate.preload(ahead_ms=ahead_ms(year))
        log.gate.start()
        assert log.gate.stop() == 0
    log.gate.preload()


class Years(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.log = Log(PROGRAMS)
        cls.log.decide(300)
        cls.first = cls.log.published()
        cls.log.gate.stop()
        # A year, an empty one, and a clock that is set back to the first of them.
        live_in(cls.log, THIS_YEAR + 1, THIS_YEAR + 3, THIS_YEAR + 3, THIS_YEAR + 1)
        cls.log.gate.start()
        cls.log.decide(20)
        cls.size = cls.log.published()
        cls.years = [THIS_YEAR, THIS_YEAR + 1, THIS_YEAR + 3]

    @classmethod
    def tearDownClass(cls):
        cls.log.gate.stop()

    def verified(self, where):
        answer = self.log.sentrail("audit", "verify", where, "--key", self.log.key, "--json")
        self.assertEqual(answer.returncode, 0, answer)
        return json.loads(answer.stdout)

    def test_each_year_with_entries_has_a_log(self):
        self.assertEqual(self.log.shards, self.years)
        told = self.verified(self.log.files)
        origins = [shard["origin"] for shard in told["shards"]]
        self.assertEqual(origins, [f"{ORIGIN}/{year}" for year in self.years])
        self.assertGreaterEqual(told["entries"], self.size)
        at = 0
        for shard in told["shards"]:
            self.assertEqual(shard["first"], at)
            at += shard["entries"]
        # What came after the clock was set back is in the newest.
        self.assertGreater(told["shards"][2]["entries"], 20)

    def test_all_of_it_is_verified_at_its_url(self):
        told = self.verified(f"http://127.0.0.1:{self.log.gate.port}/audit/log")
        self.assertEqual(len(told["shards"]), 3)

    def test_one_year_is_verified_alone(self):
        for year in self.years:
            told = self.verified(self.log.files / str(year))
            self.assertEqual([one["origin"] for one in told["shards"]], [f"{ORIGIN}/{year}"])

    def test_an_entry_of_any_year_is_proved(self):
        told = self.verified(self.log.files)
        for shard in told["shards"]:
            number = shard["first"]
            file = pathlib.Path(tempfile.mkdtemp()) / "proof"
            answer = self.log.sentrail("audit", "prove", number, "--out", file)
            self.assertEqual(answer.returncode, 0, answer)
            proved = self.log.sentrail("audit", "verify", "--proof", file, "--key", self.log.key,
                                       "--json", key=False)
            self.assertEqual(proved.returncode, 0, proved)
            self.assertEqual(json.loads(proved.stdout)["origin"], shard["origin"])
            self.assertIn(f'"seq":{number},', json.loads(proved.stdout)["leaf"])

    def test_a_missing_or_exchanged_year_is_found(self):
        copy = pathlib.Path(tempfile.mkdtemp()) / "log"
        shutil.copytree(self.log.files, copy)
        shutil.rmtree(copy / str(THIS_YEAR + 1))
        answer = self.log.sentrail("audit", "verify", copy, "--key", self.log.key)
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn(f"{THIS_YEAR + 1}/checkpoint: the file is missing", answer.stdout)
        (copy / "shards").write_text(f"{THIS_YEAR}\n{THIS_YEAR + 3}\n")
        answer = self.log.sentrail("audit", "verify", copy, "--key", self.log.key)
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn("it begins with another checkpoint", answer.stdout)

    @unittest.skipUnless(JUDGE.exists(), "run tools/tlog_peers.sh")
    def test_other_makers_programs_find_each_year_whole(self):
        copy = pathlib.Path(tempfile.mkdtemp()) / "log"
        shutil.copytree(self.log.files, copy)
        for year in self.years:
            good = judged("fsck", copy / str(year), self.log.shard_key(year))
            self.assertEqual(good.returncode, 0, good)
            number = next(shard["first"] for shard in self.verified(copy)["shards"]
                          if shard["origin"].endswith(str(year)))
            file = pathlib.Path(tempfile.mkdtemp()) / "proof"
            self.log.sentrail("audit", "prove", number, "--out", file)
            proved = judged("proof", file, self.log.shard_key(year))
            self.assertEqual(proved.returncode, 0, proved)
        # The link is a leaf like any other: a changed one is found.
        newest = THIS_YEAR + 3
        size = (copy / str(newest) / "checkpoint").read_text().split("\n")[1]
        bundle = copy / str(newest) / "tile/entries/000.p" / size
        bundle.write_bytes(bundle.read_bytes().replace(ORIGIN.encode(), b"x" * len(ORIGIN), 1))
        bad = judged("fsck", copy / str(newest), self.log.shard_key(newest))
        self.assertEqual(bad.returncode, 1, bad)


class Lost(unittest.TestCase):
    def setUp(self):
        self.log = Log(PROGRAMS)
        self.log.gate.stop()
        live_in(self.log, THIS_YEAR + 1, THIS_YEAR + 2)

    def tearDown(self):
        if self.log.gate.process.poll() is None:
            self.log.gate.kill()

    def test_files_of_old_years_are_made_again(self):
        size = size_of(self.log)
        for gone in (str(THIS_YEAR), f"{THIS_YEAR}/checkpoint", f"{THIS_YEAR + 1}/tile/entries",
                     str(THIS_YEAR + 2), "shards", ""):
            path = self.log.files / gone
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            code, parts = self.log.doctor()
            self.assertEqual((code, parts["tiles"]["ok"]), (1, False), gone)
            live_in(self.log, THIS_YEAR + 2)
            size += 1
            self.assertEqual(size_of(self.log), size, gone)

    def test_a_first_leaf_that_is_damaged_is_named_and_made_again(self):
        for year in (THIS_YEAR, THIS_YEAR + 1, THIS_YEAR + 2):
            sizes = (self.log.files / str(year) / "tile/entries").glob("000.p/*")
            bundle = max(sizes, key=lambda path: int(path.name))
            good = bundle.read_bytes()
            # What begins with a brace is an entry, what does not is a link.
            other = b"~" if good[2:3] == b"{" else b"{"
            bundle.write_bytes(good[:2] + other + good[3:])
            code, parts = self.log.doctor()
            self.assertEqual((code, parts["tiles"]["ok"]), (1, False), year)
            self.assertIn(f"{bundle.relative_to(self.log.files)}", parts["tiles"]["text"])
            live_in(self.log, THIS_YEAR + 2)
            self.assertEqual(self.log.doctor()[0], 0, year)

    def test_the_doctor_knows_the_years(self):
        code, parts = self.log.doctor()
        self.assertEqual(code, 0, parts)
        self.assertIn(f"{THIS_YEAR}, {THIS_YEAR + 1}, {THIS_YEAR + 2}", parts["tiles"]["text"])
        self.assertIn(f"the shard of {THIS_YEAR + 2}", parts["signer"]["text"])
        self.assertEqual(parts["tiles"]["entries"], parts["store"]["entries"])

    def test_an_old_store_is_not_served_in_the_next_year(self):
        backup = self.log.gate.folder / "backup"
        shutil.copytree(self.log.data / "store", backup)
        live_in(self.log, THIS_YEAR + 3)
        shutil.rmtree(self.log.data / "store")
        shutil.copytree(backup, self.log.data / "store")
        answer = subprocess.run([PROGRAMS.sentraild, "--config", self.log.gate.config],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("were signed and are missing", answer.stderr)
        self.assertFalse(self.log.doctor()[1]["loss"]["ok"])


@unittest.skipUnless(JUDGE.exists() and LITEWITNESS.exists(),
                     "the programs of other makers are not built; run tools/tlog_peers.sh")
class Witnessed(unittest.TestCase):
    def test_a_witness_sees_each_year_under_its_own_name(self):
        witness = Witness()
        try:
            log = Log(PROGRAMS, f"  witness_url: {witness.url}\n  witness_key: {witness.key}\n")
            log.gate.stop()
            years = (THIS_YEAR, THIS_YEAR + 1, THIS_YEAR + 2)
            for year in years:
                witness.know(f"{ORIGIN}/{year}", log.shard_key(year))
            for year in years:
                log.gate.preload(ahead_ms=ahead_ms(year))
                log.gate.start()
                path = log.files / str(year) / "checkpoint"
                until(lambda path=path: "sentrail.test/witness" in read_if_there(path),
                      f"the cosignature of {year}")
                log.gate.stop()
            # How a year ended is cosigned too, though the gate was stopped over its end.
            log.gate.start()
            for year in years:
                path = log.files / str(year) / "checkpoint"
                until(lambda path=path: "sentrail.test/witness" in read_if_there(path),
                      f"the cosignature of {year}")
            log.gate.stop()
            self.assertEqual(log.shards, list(years))
        finally:
            witness.stop()


if __name__ == "__main__":
    unittest.main()
