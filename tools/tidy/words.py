"""Words that do not belong in the sources, each with what to write instead."""

import re

CPP = {
    r"\bassert\s*\(": "SENTRAIL_CHECK, which stays on in release",
    r"\bstd::endl\b": "'\\n'",
    r"\busing namespace std\b": "the names themselves",
    r"\basio::detached\b": "spawn_logged",
    r"\bstd::regex\b": "a linear-time automaton of ours",
    r"\b(strcpy|strcat|sprintf|gets|strtok|atoi|atof)\s*\(": "a bounded call",
    r"\b(rand|srand)\s*\(": "crypto/random.hpp, or a seeded std::mt19937_64 in tests",
    r"\bsleep_for\b|\busleep\s*\(|\bsleep\s*\(": "wait for the event itself",
    r"\bGTEST_SKIP\b|\bDISABLED_": "a test that runs",
    r"\bEXPECT_TRUE\(true\)": "a test that can fail",
    r"\bstd::thread\([^)]*\)\.detach": "a joined thread",
}
ANYWHERE = {
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b": "finished work, or an issue",
    r"coming" r" soon": "nothing: say only what is there",
    r"not" r" implemented": "an implementation, or `unsupported` with the reason",
}
_SLEEP_FREE = ("core/", "wire/", "crypto/", "compiler/", "runtime/", "tests/unit/", "interceptor/")


def findings(tree):
    for path in tree.sources(".cpp", ".hpp"):
        yield from _search(path, tree.code(path), CPP)
    for path in tree.sources(".cpp", ".hpp", ".py", ".sh", ".mjs", ".ts", ".md", ".txt", ".yaml"):
        if not path.startswith("tools/tidy/"):
            yield from _search(path, tree.text(path), ANYWHERE)


def _search(path, text, table):
    for pattern, instead in table.items():
        if "sleep" in pattern and not path.startswith(_SLEEP_FREE):
            continue
        for match in re.finditer(pattern, text):
            line = text.count("\n", 0, match.start()) + 1
            yield path, line, f"`{match.group(0).strip()}`: write {instead}"
