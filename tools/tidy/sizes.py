"""Files of at most 500 lines, lines of at most 100 columns, functions of at most 70 lines."""

import re

FILE_LINES_MAX = 500
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70

# What stands before a `{` that opens a function body: a parameter list and its trailers.
_FUNCTION = re.compile(
    r"\)\s*(?:const|noexcept(?:\([^()]*\))?|override|final|mutable|->\s*[\w:<>,\s&*]+|\s)*"
    r"(?::(?!:)[^;{}]*(?:\{[^{}]*\}[^;{}]*)*)?\s*$")
_CONTROL = re.compile(r"(?:^|[;{}\s])(if|for|while|switch|catch|else|do|try)\b[^;{}]*$")
_LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(?:\([^()]*\))?[^;{}()]*$")


def findings(tree):
    for path in tree.sources(".cpp", ".hpp", ".ts", ".py", ".go", ".mjs", ".sh"):
        lines = tree.text(path).split("\n")
        count = len(lines) - (1 if lines[-1] == "" else 0)
        if count > FILE_LINES_MAX:
            yield path, count, f"{count} lines, at most {FILE_LINES_MAX}: split it by idea"
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX and not _unbreakable(line):
                yield path, number, f"{len(line)} columns, at most {COLUMNS_MAX}"
    for path in tree.sources(".cpp", ".hpp"):
        for first, last in functions(tree.code(path)):
            length = last - first + 1
            if length > FUNCTION_LINES_MAX:
                yield path, first, f"function of {length} lines, at most {FUNCTION_LINES_MAX}"


def _unbreakable(line):
    """A single token, such as a test vector, cannot be broken."""
    return " " not in line.strip().strip('",;()')


def functions(code):
    """(first line, last line) of every outermost function body, counted from its signature."""
    stack = []
    start = 0
    for match in re.finditer(r"[{};]", code):
        mark, at = match.group(0), match.start()
        if mark == "{":
            inside = any(kind for kind, _ in stack)
            head = code[start:at]
            is_function = not inside and _is_function(head)
            lead = len(head) - len(head.lstrip())
            stack.append((is_function, code.count("\n", 0, start + lead) + 1))
        elif mark == "}" and stack:
            is_function, first = stack.pop()
            if is_function:
                yield first, code.count("\n", 0, at) + 1
        if not any(kind for kind, _ in stack):
            start = match.end()


def _is_function(head):
    head = re.sub(r"^\s*#[^\n]*$", "", head, flags=re.MULTILINE)
    if _CONTROL.search(head) or re.search(r"\b(namespace|class|struct|enum|union)\b[^()]*$", head):
        return False
    return bool(_FUNCTION.search(head)) and "(" in head
