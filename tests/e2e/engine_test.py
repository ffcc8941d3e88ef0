"""What decides in sentraild: LLVM is in its memory only if asked for, or where a policy gains."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.processes import Gate, Programs, until  # noqa: E402

FOLDER = pathlib.Path(sys.argv.pop(1))
PROGRAMS = Programs(FOLDER)
LIBRARY = FOLDER / "libsentrail_jit.so"
CONFIG = "listen: 127.0.0.1:0\npolicy:\n  allow_unsigned: true\n"


def trees(count):
    """A policy whose rules cannot be looked up."""
    rules = "".join(
        f"  rule r{i}: block when ((body.amount > {900 + i} and body.age < {i + 1}) or not "
        f"body.verified == true) and body.items >= {i % 50} and body.refunds > {i % 7}\n"
        for i in range(count))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
    (folder / "p.sentrail").write_text(
        f"policy trees\nlanguage 1\ntier t {{\n{rules}}}\ndefault allow\n", encoding="utf-8")
    return folder


def memory_of(process):
    maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return maps, int(resident.split()[1]) * 1024


class Engine(unittest.TestCase):
    def started(self, policy=None):
        gate = Gate(PROGRAMS, policy=policy) if policy else Gate(PROGRAMS)
        self.addCleanup(gate.kill)
        gate.start()
        until(lambda: "engine  " in gate.said(), "what decides")
        return gate

    def test_jit_without_the_library_is_refused_with_its_remedy(self):
        alone = pathlib.Path(tempfile.mkdtemp(prefix="alone-"))
        self.addCleanup(shutil.rmtree, alone)
        shutil.copy(PROGRAMS.sentraild, alone / "sentraild")
        (alone / "c.yaml").write_text(CONFIG, encoding="utf-8")
        done = subprocess.run([alone / "sentraild", "--config", alone / "c.yaml", "--engine=jit"],
                              text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("libsentrail_jit.so", done.stderr)
        self.assertIn("-DSENTRAIL_JIT=ON", done.stderr)
        self.assertIn("--engine=auto", done.stderr)
        self.assertFalse((alone / "data").exists())

    def test_another_name_is_a_mistake(self):
        done = subprocess.run([PROGRAMS.sentraild, "--config", "c", "--engine=fast"], text=True,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)

    def test_llvm_is_not_in_the_memory_of_a_gate_that_does_not_gain(self):
        gate = self.started()
        maps, resident = memory_of(gate.process)
        self.assertNotIn("LLVM", maps)
        self.assertNotIn("sentrail_jit", maps)
        self.assertLess(resident, 30_000_000)

    def test_a_policy_of_trees_is_native_unasked_or_told_why_not(self):
        gate = self.started(trees(100))
        maps, _ = memory_of(gate.process)
        if LIBRARY.exists():
            self.assertIn("engine  jit, 100 of 100 rules in ", gate.said())
            self.assertIn("LLVM", maps)
        else:
            self.assertIn("; no native code: cannot load", gate.said())


if __name__ == "__main__":
    unittest.main()
