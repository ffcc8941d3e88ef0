#!/usr/bin/env python3
"""Seeded mistakes, and whether the tests find them.

  mutants.py check              every patch applies (fast; runs with the fast suite)
  mutants.py run [NAME…]        each patch of tests/mutants/ makes one of its tests fail
  mutants.py planted [NAME…]    each patch of tests/mutants/planted/ is found by its fuzz target

A patch begins with a sentence, then `Tests:` or `Fuzz:` and the programs that must notice. It is
applied to a copy of the tree under build/mutants, so that no product code knows of it. Exits 1 if
one survives. Environment: JOBS (1), FUZZ_SECONDS (120).
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "mutants"
WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
JOBS = os.environ.get("JOBS", "1")
FUZZ_SECONDS = os.environ.get("FUZZ_SECONDS", "120")
FUZZ_SEED = "1"


class Mutant:
    """One patch: what it breaks, the files it touches, the programs that must notice."""

    def __init__(self, path):
        text = path.read_text()
        self.name = path.stem
        self.path = path
        self.planted = path.parent.name == "planted"
        key = "Fuzz" if self.planted else "Tests"
        found = re.search(rf"^{key}: (.+)$", text, re.M)
        if not found:
            raise SystemExit(f"{path}: no line `{key}: …`")
        self.programs = found.group(1).split()
        self.files = re.findall(r"^\+\+\+ b/(.+)$", text, re.M)
        if not self.files:
            raise SystemExit(f"{path}: changes no file")


def mutants(folder, names):
    found = [Mutant(path) for path in sorted(folder.glob("*.patch"))]
    unknown = set(names) - {mutant.name for mutant in found}
    if unknown:
        raise SystemExit(f"no such patch: {', '.join(sorted(unknown))}")
    return [mutant for mutant in found if not names or mutant.name in names]


def git_apply(tree, patch, *options):
    # The copy lies inside a repository that git must not find.
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(tree.parent))
    return subprocess.run(["git", "apply", *options, str(patch)], cwd=tree, env=environment,
                          capture_output=True, text=True)


def check():
    every = mutants(FOLDER, []) + mutants(FOLDER / "planted", [])
    stale = 0
    for mutant in every:
        said = git_apply(ROOT, mutant.path, "--check")
        if said.returncode != 0:
            stale += 1
            print(f"{mutant.path.relative_to(ROOT)}: {said.stderr.strip()}")
    print(f"{len(every)} patches, {stale} that do not apply")
    return 1 if stale or not every else 0


def copy_tree():
    """Brings the copy to the state of the working tree; files that are the same keep their time."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source, target = ROOT / name, TREE / name
        if not source.is_file():
            continue
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def build(preset, targets):
    command = ["cmake", "--build", f"build/{preset}", "-j", JOBS, "--target", *targets]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True)


def prepare(preset, chosen):
    copy_tree()
    subprocess.run(["cmake", "--preset", preset], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    built = build(preset, sorted({program for one in chosen for program in one.programs}))
    if built.returncode != 0:
        raise SystemExit(built.stdout[-4000:] + "\nthe tree without mutants does not build")


def killed_by_tests(mutant):
    """The first test that fails, in the order of the patch; nothing if all pass."""
    for program in mutant.programs:
        built = build("dev", [program])
        if built.returncode != 0:
            raise SystemExit(built.stdout[-4000:] + f"\n{mutant.name} does not compile")
        ran = subprocess.run(["ctest", "--test-dir", "build/dev", "-R", f"^{program}$",
                              "--no-tests=error", "--timeout", "120"], cwd=TREE,
                             capture_output=True, text=True)
        if ran.returncode != 0:
            return program
    return None


def killed_by_fuzzing(mutant):
    """What the fuzz target took to notice; nothing if it did not within FUZZ_SECONDS."""
    target = mutant.programs[0]
    built = build("fuzz", [target])
    if built.returncode != 0:
        raise SystemExit(built.stdout[-4000:] + f"\n{mutant.name} does not compile")
    corpus = WORK / "corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    command = [f"build/fuzz/fuzz/{target}", str(corpus), f"tests/fuzz/seeds/{target}",
               f"-seed={FUZZ_SEED}", f"-max_total_time={FUZZ_SECONDS}", "-timeout=10",
               "-print_final_stats=1", f"-artifact_prefix={WORK}/{mutant.name}-"]
    begin = time.monotonic()
    ran = subprocess.run(command, cwd=TREE, capture_output=True)
    if ran.returncode == 0:
        return None
    said = ran.stderr.decode(errors="replace")
    if "check failed" not in said:
        raise SystemExit(said[-4000:] + f"\n{target} ended otherwise than by a failed check")
    runs = re.search(r"number_of_executed_units: (\d+)", said).group(1)
    return f"{target}, {runs} executions, {time.monotonic() - begin:.1f} s"


def run(folder, names, preset, killed_by):
    chosen = mutants(folder, names)
    prepare(preset, chosen)
    survivors = []
    for mutant in chosen:
        applied = git_apply(TREE, mutant.path)
        if applied.returncode != 0:
            raise SystemExit(f"{mutant.name}: {applied.stderr}")
        begin = time.monotonic()
        try:
            killer = killed_by(mutant)
        finally:
            for name in mutant.files:
                shutil.copy(ROOT / name, TREE / name)
        if killer is None:
            survivors.append(mutant.name)
        verdict = f"killed by {killer}" if killer else "SURVIVED"
        print(f"{mutant.name:42} {verdict} ({time.monotonic() - begin:.0f} s)", flush=True)
    print(f"{len(chosen)} mutants, {len(survivors)} survived")
    return 1 if survivors or not chosen else 0


def main():
    verb, names = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if verb == "check":
        return check()
    if verb == "run":
        return run(FOLDER, names, "dev", killed_by_tests)
    if verb == "planted":
        return run(FOLDER / "planted", names, "fuzz", killed_by_fuzzing)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
