"""docs/bundle_format.md, and a program written from it: bundles, signatures, decisions."""

import base64
import itertools
import json
import pathlib
import subprocess
import tempfile
import unittest

from harness.bundle_page import ABSENT, UNREADABLE, Bundle, Refused, Rules
from harness.sentrailc import policy, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKS = sorted(file for file in (ROOT / "policies").glob("*/*.sentrail"))

POLICY = """policy p
language 1
list kept = ["main", "release/**", "v?"]
guard tier safety {
  rule refs: block when resource.ref in kept and not agent.roles has "admin"
  rule home: pass when env == test
  rule careful: require_approval when risk >= high or resource.path ~ "/etc/**"
}
tier team {
  rule free: allow when env == live and (risk == low or resource.path is absent)
  rule mine: pass when agent.registered == true and resource.path !~ "**/b/*"
  rule docs: require_approval when resource.path ~ "/docs/**/*.md"
}
default block
"""

VALUES = {
    "resource.ref": ["main", "release/1/2", "v1", "v12", "release", UNREADABLE],
    "resource.path": [ABSENT, "/etc", "/etc/a/b", "/docs/x.md", "/docs/a/b/x.md", "/a/../b",
                      "x/b/c", UNREADABLE],
    "env": ["live", "test", UNREADABLE],
    "risk": ["low", "high", UNREADABLE],
    "agent.roles": [["dev"], ["dev", "admin"], UNREADABLE],
    "agent.registered": [True, ABSENT],
}


def build(path, *options):
    out = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-bundle-")) / "b"
    made = run("build", path, "-o", out, *options)
    assert made.returncode == 0, made.stderr
    return out


def written(value):
    return {"$unreadable": True} if value is UNREADABLE else value


class BundlePage(unittest.TestCase):
    def test_every_pack_is_laid_out_as_the_page_says(self):
        for pack in PACKS:
            bundle = Bundle(build(pack).read_bytes())
            self.assertGreater(len(bundle.tables["rules"]), 0, pack)
            for rule in bundle.tables["rules"]:
                self.assertTrue(bundle.view(rule, "qualified_name").endswith(
                    "." + bundle.view(rule, "name")))
            for child, parents in (("rules", "tiers"), ("operands", "atoms"), ("steps", "slots")):
                next_row = 0
                for row in bundle.tables[parents]:
                    self.assertEqual(row[child + "_begin"], next_row)
                    next_row += row[child + "_count"]
                self.assertEqual(next_row, len(bundle.tables[child]))

    def test_another_reader_decides_alike(self):
        rules = Rules(Bundle(build(policy(POLICY)).read_bytes()))
        folder = policy(POLICY)
        asked = [dict(zip(VALUES, values)) for values in itertools.product(*VALUES.values())]
        items = [{name: written(value) for name, value in one.items() if value is not ABSENT}
                 for one in asked]
        log = folder / "log.jsonl"
        log.write_text("".join(json.dumps({"attributes": one}) + "\n" for one in items))
        expected = {}
        for one in asked:
            effect, rule = rules.decide(one)
            expected[rule] = expected.get(rule, 0) + 1
            expected[effect] = expected.get(effect, 0) + 1
        self.assertGreater(len(expected), 7, "every rule decides something")
        replayed = json.loads(run("replay", log, "-p", folder, "--json").stdout)
        for effect in ("allow", "require_approval", "block"):
            self.assertEqual(replayed["effects"][effect], expected.get(effect, 0), effect)
        for row in replayed["rules"]:
            self.assertEqual(row["requests"], expected.get(row["rule"], 0), row["rule"])
        for one in range(0, len(asked), 37):
            said = json.loads(run("eval", "-p", folder, "-", "--json",
                                  stdin=json.dumps({"attributes": items[one]})).stdout)
            self.assertEqual((said["effect"], said["rule"]), rules.decide(asked[one]), items[one])

    def test_a_signature_is_ed25519_of_the_statement(self):
        keys = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-keys-"))
        self.assertEqual(run("keygen", "release.example", "-o", keys / "k").returncode, 0)
        bundle = Bundle(build(ROOT / "policies/starter", "--sign", keys / "k").read_bytes())
        [(name, signature)] = bundle.names()
        self.assertEqual((name, len(signature)), ("release.example", 4 + 64))
        verifier = (keys / "k.pub").read_text(encoding="utf-8").strip()
        self.assertTrue(self.verifies(verifier, signature, bundle.statement))
        self.assertFalse(self.verifies(verifier, signature, bundle.statement + "x"))

    def verifies(self, verifier, signature, text):
        """openssl's judgement: neither key nor signature is read by our code."""
        key = base64.b64decode(verifier.split("+", 2)[2])
        self.assertEqual(key[0], 1, "Ed25519")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-openssl-"))
        (folder / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + key[1:])
        (folder / "signature").write_bytes(signature[4:])
        (folder / "text").write_text(text, encoding="utf-8")
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
                               "-inkey", folder / "key", "-rawin", "-in", folder / "text",
                               "-sigfile", folder / "signature"],
                              capture_output=True, check=False).returncode == 0

    def test_what_the_page_says_is_refused_is_refused_by_both(self):
        whole = build(policy(POLICY))
        data = whole.read_bytes()
        for at in (0, 8, 16, 40, len(data) // 2, len(data) - 2):
            spoilt = bytearray(data)
            spoilt[at] ^= 1
            with self.assertRaises((Refused, UnicodeDecodeError), msg=at):
                Bundle(bytes(spoilt))
            whole.write_bytes(bytes(spoilt))
            self.assertNotEqual(run("verify", whole).returncode, 0, at)


if __name__ == "__main__":
    unittest.main(verbosity=0)
