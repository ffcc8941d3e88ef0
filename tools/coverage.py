#!/usr/bin/env python3
"""Line coverage of the compiler, the engine and the classifier by their own tests, as a table.

Builds with the preset `cov`, runs the tests below and asks gcovr (Debian: gcovr). Exits 1 if a
folder is below the floor. Environment: JOBS (1).
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "cov"
FLOOR = 90.0
FOLDERS = ("compiler/", "runtime/decide/", "runtime/classify/")
TESTS = ("catalog_golden catalog_test language_page_test check_golden check_test classify_test "
         "decide_test diag_test format_test ir_test lower_test oracle_test "
         "request_test simplify_test syntax_golden syntax_test bundle_test "
         "representations_agree").split()
# Programs that tests start, and those tests.
PROGRAMS = ["sentrailc"]
PROGRAM_TESTS = ["e2e_sentrailc", "policy_.*"]


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, check=True, **options)


def measured():
    said = run("gcovr", "--root", ".", "--object-directory", str(BUILD), "--json-summary",
               *(f"--filter={folder}" for folder in FOLDERS), "--exclude-unreachable-branches",
               str(BUILD), capture_output=True, text=True).stdout
    return json.loads(said)["files"]


def main():
    jobs = os.environ.get("JOBS", "1")
    run("cmake", "--preset", "cov", stdout=subprocess.DEVNULL)
    run("cmake", "--build", "build/cov", "-j", jobs, "--target", *TESTS, *PROGRAMS,
        stdout=subprocess.DEVNULL)
    for old in BUILD.rglob("*.gcda"):
        old.unlink()
    wanted = "|".join(TESTS + PROGRAM_TESTS)
    run("ctest", "--test-dir", "build/cov", "-R", f"^({wanted})$", "-j", jobs,
        "--output-on-failure", stdout=subprocess.DEVNULL)
    totals = collections.defaultdict(lambda: [0, 0])
    for file in measured():
        folder = "/".join(file["filename"].split("/")[:2])
        for key in (folder if folder.count(".") == 0 else folder.split("/")[0] + "/*",
                    file["filename"] if "--files" in sys.argv[1:] else None):
            if key:
                totals[key][0] += file["line_covered"]
                totals[key][1] += file["line_total"]
    below = 0
    print(f"{'folder':40} {'lines':>6} {'reached':>8}")
    for folder, (covered, total) in sorted(totals.items()):
        share = 100.0 * covered / total if total else 100.0
        below += share < FLOOR and not folder.endswith(("cpp", "hpp"))
        print(f"{folder:40} {total:6} {share:7.1f} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
