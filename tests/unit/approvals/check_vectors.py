#!/usr/bin/env python3
"""A second, independent reading of docs/approval_hash.md: recomputes every published test vector.

Usage: check_vectors.py VECTORS.json [--fill]   (--fill prints the file with the hashes filled in)
It shares no code with runtime/approvals/binding.cpp, so that a mistake must be made twice.
"""
import hashlib
import json
import pathlib
import re
import struct
import sys


def lp(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def pairs(fields: list) -> bytes:
    return b"".join(lp(n.encode()) + lp(v.encode()) for n, v in fields)


def body_of(v: dict) -> bytes:
    return bytes.fromhex(v["body_hex"])


def call(v: dict) -> bytes:
    body = body_of(v)
    return b"".join(
        [lp(v[name].encode())
         for name in ("workspace", "requester", "agent", "upstream", "scheme", "host")]
        + [lp(struct.pack(">H", v["port"])), lp(v["method"].encode()), lp(v["target"].encode()),
           lp(pairs(v["headers"])), lp(hashlib.sha256(body).digest()),
           lp(struct.pack(">Q", len(body))),
           lp(v["tool"].encode()), lp(bytes.fromhex(v["tool_definition_hash"])),
           lp(pairs(v["preconditions"]))])


def terms(v: dict) -> bytes:
    return b"".join(lp(v[name].encode()) for name in ("rule", "risk", "quorum"))


def hashes(v: dict) -> dict:
    window = lp(struct.pack(">Q", v["execute_within_ms"]))
    preimage = (b"sentrail-approval-v1\0"
                + lp(bytes.fromhex(v["action_id"])) + lp(bytes.fromhex(v["nonce"]))
                + call(v) + lp(bytes.fromhex(v["bundle_hash"])) + terms(v)
                + lp(struct.pack(">Q", v["decide_by_ms"])) + window)
    attach = b"sentrail-attach-v1\0" + call(v) + terms(v) + window
    implied = (v["scheme"], v["port"]) in (("https", 443), ("http", 80))
    url = f'{v["scheme"]}://{v["host"]}' + ("" if implied else f':{v["port"]}') + v["target"]
    action = url.encode() + v["method"].encode() + body_of(v)
    digest = lambda data: hashlib.sha256(data).hexdigest()
    return {"preimage_bytes": len(preimage), "approval_hash": digest(preimage),
            "attach_hash": digest(attach), "action_hash": digest(action)}


def batch_rows(page: pathlib.Path) -> list:
    """The page's table of batch hashes: (bytes, hash recomputed, hash that is written there)."""
    rows = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("| 32 \u00d7 "):
            values = re.findall("32 \u00d7 `([0-9a-f]{2})`", line)
            data = b"".join(lp(bytes.fromhex(value) * 32) for value in values)
            rows.append((values, hashlib.sha256(b"sentrail-batch-v1\0" + data).hexdigest(),
                         re.search("`([0-9a-f]{64})`", line).group(1)))
    return rows


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    if "--fill" in sys.argv:
        for vector in vectors:
            vector.update(hashes(vector))
        print(json.dumps(vectors, indent=1, ensure_ascii=False))
        return 0
    bad = [f'{v["name"]}: {key} should be {want}' for v in vectors
           for key, want in hashes(v).items() if v[key] != want]
    batches = batch_rows(pathlib.Path(sys.argv[1]).parent / "approval_hash.md")
    bad += [f"batch {row}: should be {want}" for row, want, said in batches if want != said]
    print("\n".join(bad) or f"{len(vectors)} vectors and {len(batches)} batches agree")
    return 1 if bad or len(vectors) < 5 or len(batches) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
