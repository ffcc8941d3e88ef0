#!/usr/bin/env python3
"""Compares our regular expressions with Python's `re`: usage: agree.py REGEX_PROBE [SEED].

Both the engine and the oracle must find a match exactly where `re.search` with re.ASCII does, for a
corpus of expressions that people write and for random ones. Where the two languages differ, the
expression is translated: our `$` and `\\z` are Python's `\\Z`. What Python before 3.14 has wrong by
its own account, `\\B` on an empty text, is not asked; and it is not waited for where it backtracks
for longer than a tenth of a second, which some random expression always makes it do.
"""

import random
import re
import signal
import subprocess
import sys
import warnings

CORPUS = [
    (r"(?i)\b(drop|truncate)\b", ["DROP TABLE x", "drops", "raindrop", "x;truncate", "", "a drop"]),
    (r"^v[0-9]+(\.[0-9]+){2}(-[a-z.0-9]+)?$",
     ["v1.2.3", "v1.2", "v1.2.3-rc.1", "xv1.2.3", "v1.2.3\n"]),
    (r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", ["a@b.co", "a b@c.de", "a@b", "a@@b.co", "é@b.co"]),
    (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", ["1.2.3.4", "1.2.3", "1234.1.1.1", "1.2.3.4 "]),
    (r"AKIA[0-9A-Z]{16}", ["AKIAABCDEFGHIJKLMNOP", "xAKIAABCDEFGHIJKLMNOPQ", "AKIA"]),
    (r"-----BEGIN (RSA |EC )?PRIVATE KEY-----", ["-----BEGIN PRIVATE KEY-----", "BEGIN"]),
    (r"(?s)a.b", ["a\nb", "ab", "axb"]),
    (r"a.b", ["a\nb", "ab", "axb", "a\u2028b", "a\U0001f600b"]),
    (r"(?m)^x$", ["a\nx\nb", "x", "ax", "x\n", "\nx"]),
    (r"^x$", ["a\nx\nb", "x", "ax", "x\n", "\nx"]),
    (r"\bé\b", ["é", "aéa", "a é a"]),
    (r"[^\w]", ["é", "a", "_", ""]),
    (r"(?i)[^a]", ["A", "a", "b", "\u212a"]),
    (r"(?i)k", ["K", "\u212a", "k"]),
    (r"(?i)[\u0131-\u0132s]", ["S", "\u017f", "s", "i"]),
    (r"(a*)*b", ["aaaa", "aab", "b"]),
    (r"(a|a)*$", ["aaab", ""]),
    (r"(a+)+$", ["aaaa!", "a"]),
    (r"(|a)+b", ["b", "ab", "c"]),
    (r"(?:)", ["", "a"]),
    (r"a{0}b", ["b", "a"]),
    (r"[a\-z]", ["-", "b", "z"]),
    (r"[\]-]", ["]", "-", "["]),
    (r"\B", ["a", "ab", "-"]),
    (r"\x41\u00e9", ["A\u00e9", "A"]),
]
LETTERS = "ab-_ \n.Aé"
TIMES = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{2,3}", "*?", "+?", "??"]


def random_set(draw):
    members = ["a", "b", "a-c", r"\d", r"\w", r"\s", r"\-", "_", "é", r"\W", "A-Z", r"\."]
    inside = "".join(draw.choice(members) for _ in range(draw.randint(1, 3)))
    return "[" + draw.choice(["", "^"]) + inside + "]"


def random_part(draw, depth):
    kind = draw.randrange(12 if depth else 8)
    if kind < 3:
        return draw.choice(["a", "b", "A", "é", r"\.", "-", r"\n", " "]), True
    if kind == 3:
        return draw.choice([".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S"]), True
    if kind == 4:
        return draw.choice(["^", "$", r"\b", r"\B", r"\A", r"\z"]), False
    if kind < 7:
        return random_set(draw), True
    if kind == 7:
        return draw.choice(["ab", "ba", "a b"]), False
    opening = draw.choice(["(", "(?:", "(?i:", "(?s:", "(?-i:", "(?m:"])
    return opening + random_expression(draw, depth - 1) + ")", True


def random_expression(draw, depth):
    alternatives = []
    for _ in range(draw.choice([1, 1, 2, 3])):
        parts = ""
        for _ in range(draw.randint(0 if depth < 2 else 1, 3)):
            part, repeatable = random_part(draw, depth)
            if repeatable and draw.random() < 0.4:
                part += draw.choice(TIMES)
            parts += part
        alternatives.append(parts)
    return "|".join(alternatives)


def translated(expression):
    """The same for Python, whose `$` also holds before a last newline."""
    out, at, in_set, multiline = "", 0, False, [expression.startswith("(?m)")]
    while at < len(expression):
        two = expression[at:at + 2]
        if two[0] == "\\":
            out += r"\Z" if two == r"\z" else two
            at += 2
            continue
        if in_set:
            in_set = two[0] != "]"
        elif two[0] == "[":
            in_set = True
        elif two[0] == "(":
            multiline.append(True if expression.startswith("(?m:", at) else multiline[-1])
        elif two[0] == ")":
            multiline.pop()
        out += r"\Z" if two[0] == "$" and not in_set and not multiline[-1] else two[0]
        at += 1
    return out


def too_slow(*_):
    raise TimeoutError


def search(expression, text):
    """What `re` says; None if it does not say it soon."""
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        return "t" if re.search(translated(expression), text, re.ASCII) else "f"
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    signal.signal(signal.SIGALRM, too_slow)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print("seed", seed)
    draw = random.Random(seed)
    warnings.simplefilter("ignore")
    cases = [(expression, text) for expression, texts in CORPUS for text in texts]
    while len(cases) < 10000:
        expression = draw.choice(["", "", "(?i)", "(?s)", "(?m)"]) + random_expression(draw, 3)
        for _ in range(4):
            text = "".join(draw.choice(LETTERS) for _ in range(draw.randint(0, 8)))
            if text or r"\B" not in expression:
                cases.append((expression, text))
    lines = "".join(f"{e.encode().hex()} {t.encode().hex()}\n" for e, t in cases)
    out = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True,
                         timeout=100).stdout.splitlines()
    assert len(out) == len(cases), (len(out), len(cases))
    found, wrong, refused, slow = 0, 0, 0, 0
    for (expression, text), answer in zip(cases, out):
        expected = search(expression, text)
        slow += expected is None
        found += expected == "t"
        if answer.startswith("refused"):
            # Random expressions repeat what is long; nothing else may be refused.
            refused += 1
            assert "512" in answer, (expression, answer)
        elif expected and answer != expected * 2:
            wrong += 1
            print(f"/{expression}/ on {text!r}: engine and oracle say {answer}, re says {expected}")
            if wrong == 20:
                break
    print(f"{len(cases)} searches, {found} found, {refused} refused, {wrong} differ, {slow} slow")
    assert len(cases) // 5 < found < len(cases) * 4 // 5, "the answers say too little"
    assert refused < len(cases) // 20
    assert slow < len(cases) // 100
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
