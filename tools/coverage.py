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
TESTS = ("analysis_golden analysis_test catalog_golden catalog_test language_page_test "
         "check_golden check_test classify_test decide_test diag_test driver_golden "
         "driver_test format_test import_test ir_test lower_test lsp_test modules_golden "
         "oracle_test probe_test regex_test request_test simplify_test syntax_golden "
         "syntax_test tester_test bundle_test").split()
# Each runs the whole compiler on thousands of texts: minutes when instrumented, and no other lines.
SKIPPED = ("Hostile.EverySingleByteMutationOfTheExample:Hostile.EveryByteTakenAwayOrDoubled:"
           "Hostile.TokensInAnyOrder")
# Programs that tests start, and those tests.
PROGRAMS = ["sentrailc"]
PROGRAM_TESTS = ["e2e_sentrailc", "e2e_policy_tools", "e2e_analysis", "e2e_import", "e2e_reports",
                 "policy_.*"]


def run(*command, **more):
    """Runs quietly; what a failing command said is what people need to see."""
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True, **more)
    if done.returncode:
        print(done.stdout[-20_000:], file=sys.stderr)
        sys.exit(f"{command[0]} failed")
    return done.stdout


def measured():
    said = run("gcovr", "--root", ".", "--object-directory", str(BUILD), "--json-summary",
               *(f"--filter={folder}" for folder in FOLDERS), "--exclude-unreachable-branches",
               str(BUILD))
    return json.loads(said)["files"]


def main():
    jobs = os.environ.get("JOBS", "1")
    run("cmake", "--preset", "cov")
    # A cached object may come with the notes of another compilation.
    os.environ["CCACHE_DISABLE"] = "1"
    run("cmake", "--build", "build/cov", "-j", jobs, "--target", *TESTS, *PROGRAMS)
    for old in BUILD.rglob("*.gcda"):
        old.unlink()
    os.environ["GTEST_FILTER"] = f"-{SKIPPED}"
    wanted = "|".join(TESTS + PROGRAM_TESTS)
    run("ctest", "--test-dir", "build/cov", "-R", f"^({wanted})$", "-j", jobs,
        "--output-on-failure")
    totals = collections.defaultdict(lambda: [0, 0])
    for file in measured():
        name = file["filename"]
        rows = [whole for whole in FOLDERS if name.startswith(whole)]
        if name.startswith("compiler/") and name.count("/") > 1:
            rows.append("/".join(name.split("/")[:2]))
        if "--files" in sys.argv[1:]:
            rows.append(name)
        for row in rows:
            totals[row][0] += file["line_covered"]
            totals[row][1] += file["line_total"]
    print(f"{'folder':40} {'lines':>6} {'reached':>9}")
    shares = {row: 100.0 * covered / total for row, (covered, total) in totals.items() if total}
    for row, share in sorted(shares.items()):
        print(f"{row:40} {totals[row][1]:6} {share:7.1f} %")
    # A folder of which nothing was measured is below every floor.
    below = [folder for folder in FOLDERS if shares.get(folder, 0.0) < FLOOR]
    if below:
        print(f"below {FLOOR} %: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
