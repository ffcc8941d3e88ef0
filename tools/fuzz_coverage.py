#!/usr/bin/env python3
"""What each fuzz target reaches of the module that it is for, in lines, as a table.

Builds with the preset `fuzzcov` (clang 19, source-based coverage), runs every target from its
committed seeds for SECONDS (60, the argument), and asks llvm-cov. Exits 1 below the floor.
Environment: JOBS (1).
"""
import json
import os
import subprocess
import sys

from coverage import ROOT, run

BUILD = ROOT / "build" / "fuzzcov"
FLOOR = 80.0
# What each target is there to break: folders, or single files of them.
MODULES = {
    "fuzz_analysis": ["compiler/analysis/alignment", "compiler/analysis/boxes",
                      "compiler/analysis/circuit", "compiler/analysis/confirm",
                      "compiler/analysis/diff", "compiler/analysis/guesses",
                      "compiler/analysis/holes", "compiler/analysis/meaning",
                      "compiler/analysis/prove", "compiler/analysis/query",
                      "compiler/analysis/questions", "compiler/analysis/reach",
                      "compiler/analysis/sat", "compiler/analysis/workbench"],
    "fuzz_bundle": ["core/bundle.cpp", "core/program_verify.cpp", "core/catalog_verify.cpp",
                    "runtime/bundles/loaded_bundle.cpp"],
    "fuzz_catalog": ["compiler/catalog/"],
    "fuzz_import": ["compiler/import/"],
    "fuzz_differential": ["compiler/check/", "compiler/simplify/", "compiler/lower/",
                          "runtime/decide/"],
    "fuzz_control": ["runtime/server/control_commands.cpp", "runtime/gateway/fields.cpp"],
    "fuzz_export": ["runtime/recording/segments.cpp", "runtime/server/config_exporters.cpp"],
    "fuzz_http": ["runtime/http/codec.cpp", "runtime/http/framing.cpp",
                  "runtime/http/tokenise.cpp", "runtime/http/headers.cpp",
                  "runtime/http/serialise.cpp"],
    "fuzz_json": ["wire/json"],
    "fuzz_lsp": ["compiler/lsp/framing.cpp", "compiler/lsp/rpc.cpp", "compiler/lsp/server.cpp"],
    "fuzz_note": ["crypto/note.cpp", "runtime/audit/checkpoint.cpp"],
    "fuzz_path": ["runtime/classify/"],
    "fuzz_policy": ["compiler/syntax/", "compiler/format/"],
    "fuzz_preimage": ["runtime/approvals/binding.cpp"],
    "fuzz_proof": ["runtime/audit/tlog_proof.cpp"],
    "fuzz_request": ["runtime/request/"],
    "fuzz_tiles": ["runtime/audit/tiles.cpp", "runtime/audit/log_verify.cpp",
                   "runtime/audit/shards.cpp"],
    "fuzz_witness": ["runtime/audit/witness.cpp"],
    "fuzz_yaml": ["wire/yaml"],
}


def reached(target, seconds):
    """Lines of the target's module: reached, and all."""
    program = BUILD / "fuzz" / target
    corpus = BUILD / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = ROOT / "tests" / "fuzz" / "seeds" / target
    raw = BUILD / f"{target}.profraw"
    slow = 120 if target == "fuzz_analysis" else 10  # one input is asked of thousands of requests
    run(str(program), str(corpus), *([str(seeds)] if seeds.is_dir() else []),
        f"-max_total_time={seconds}", "-max_len=65536", f"-timeout={slow}", "-rss_limit_mb=2048",
        env={**os.environ, "LLVM_PROFILE_FILE": str(raw)}, stderr=subprocess.STDOUT)
    data = BUILD / f"{target}.profdata"
    run("llvm-profdata-19", "merge", "-sparse", str(raw), "-o", str(data))
    told = json.loads(run("llvm-cov-19", "export", str(program), f"-instr-profile={data}",
                          "-summary-only"))
    lines = [0, 0]
    for file in told["data"][0]["files"]:
        name = os.path.relpath(file["filename"], ROOT)
        if any(name.startswith(module) for module in MODULES[target]):
            lines[0] += file["summary"]["lines"]["covered"]
            lines[1] += file["summary"]["lines"]["count"]
    return lines


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    run("cmake", "--preset", "fuzzcov")
    run("cmake", "--build", "build/fuzzcov", "-j", os.environ.get("JOBS", "1"), "--target",
        "fuzz_targets")
    low = []
    for target, modules in MODULES.items():
        covered, count = reached(target, seconds)
        share = 100.0 * covered / count if count else 0.0
        print(f"| `{target}` | {', '.join(modules)} | {count} | {share:.1f} % |", flush=True)
        if share < FLOOR:
            low.append(target)
    if low:
        sys.exit(f"below {FLOOR:.0f} %: {', '.join(low)}")


if __name__ == "__main__":
    main()
