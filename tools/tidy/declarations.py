"""Every public declaration of a header is documented.

A declaration at namespace scope needs a comment directly above it, or above the run of declarations
without a blank line that it stands in. Inside a class, a run with a declaration that is not a
one-line accessor needs one too. Private parts are free.
"""

import re

PRODUCT = ("core/", "wire/", "crypto/", "compiler/", "runtime/", "interceptor/")
_SKIP = re.compile(r"^\s*(#|namespace\b|}|using namespace|using \w+ = Id<|extern|static_assert|"
                   r"template\b.*>\s*$|inline [^=(]*::\w+\(|$)")
_FORWARD = re.compile(r"^\s*(class|struct|enum class)\s+\w+(\s*:\s*[\w:]+)?;\s*$")
_ACCESS = re.compile(r"^\s*(public|protected|private)\s*:")


def findings(tree):
    for path in tree.sources(".hpp"):
        if not path.startswith(PRODUCT):
            continue
        if not tree.text(path).startswith("//"):
            yield path, 1, "a file begins with 3 to 10 lines that say what it is"
        yield from _scan(path, tree.text(path).split("\n"), tree.code(path).split("\n"))


def _scan(path, lines, code):
    scopes = []          # 'namespace', 'class', 'private' or 'body'
    documented = False   # a comment stands in this run of lines
    for number, (line, bare) in enumerate(zip(lines, code), 1):
        stripped = line.strip()
        scope = scopes[-1] if scopes else "namespace"
        if stripped == "":
            documented = False
        elif stripped.startswith("//"):
            documented = True
        elif _ACCESS.match(bare) and scope in ("class", "private"):
            scopes[-1] = "class" if "public" in bare else "private"
        elif scope in ("namespace", "class") and not _SKIP.match(bare):
            whole = _whole(code, number)
            if not documented and _needs(whole, scope) \
                    and not _same_overload(bare, lines, number):
                yield path, number, f"undocumented: {stripped[:60]}"
            documented = True  # the rest of a run shares its comment
        _enter(bare, scopes)


def _whole(code, number):
    """A declaration with the lines that it goes on over."""
    text = code[number - 1]
    for line in code[number:number + 8]:
        if ";" in text or "{" in text:
            break
        text += " " + line.strip()
    return text


def _same_overload(bare, lines, number):
    """An overload that follows its documented sibling (`void describe(` again) needs no more."""
    name = re.match(r"\s*(?:\[\[\w+\]\]\s*)?[\w:<>&*\s]*?\b(\w+)\(", bare)
    if not name:
        return False
    before = "\n".join(lines[max(0, number - 40):number - 1])
    return re.search(rf"\b{name.group(1)}\(", before) is not None


def _needs(bare, scope):
    if _FORWARD.match(bare) or bare.strip().startswith((")", "}", ":", ",", "||", "&&")):
        return False
    if scope == "namespace":
        # A member or a specialisation is documented where it is declared.
        return not re.search(r"\w+::\w+\(|\w+<\w+> =", bare)
    one_line_accessor = bare.count("{") and bare.count("}")
    special = re.search(r"=\s*(default|delete)|operator|~\w+\(|\boverride\b|\bfriend\b", bare)
    return "(" in bare and not one_line_accessor and not special


def _enter(bare, scopes):
    for match in re.finditer(r"[{}]", bare):
        if match.group(0) == "}":
            if scopes:
                scopes.pop()
            continue
        head = bare[:match.start()]
        if "namespace" in head:
            scopes.append("namespace" if head.strip() != "namespace" else "private")
        elif re.search(r"\b(class|struct)\b", head) and "enum" not in head:
            scopes.append("class")
        else:
            scopes.append("body")
