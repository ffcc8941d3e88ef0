"""The house rules that a machine can check: run by ctest (label tidy) and by `make tidy`.

Each rule is a module with one function `findings(tree)` that yields (path, line, message). Exits 1
when there is any. `--list` names the rules.
"""

import sys

import declarations
import layers
import readme
import sizes
import words
from tree import Tree

RULES = {
    "layers": layers.findings,
    "sizes": sizes.findings,
    "declarations": declarations.findings,
    "words": words.findings,
    "readme": readme.findings,
}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(RULES))
        return 0
    wanted = arguments or list(RULES)
    tree = Tree.of_repository()
    count = 0
    for name in wanted:
        for path, line, message in RULES[name](tree):
            print(f"{path}:{line}: {name}: {message}")
            count += 1
    print(f"tidy: {count} findings in {len(tree.paths)} files")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
