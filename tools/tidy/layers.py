"""Who may include whom. The table is docs/architecture.md's; a heavy library has one home."""

import re

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

CORE = ["core/"]
WALLS = CORE + ["wire/", "crypto/"]
DOMAIN = WALLS + ["runtime/store/"]
COMPILER = WALLS + ["compiler/", "runtime/decide/", "runtime/request/", "runtime/classify/"]

# Folder -> prefixes of our own headers that it may include. The longest matching folder counts.
ALLOWED = {
    "core/": CORE,
    "wire/": CORE + ["wire/"],
    "crypto/": CORE + ["crypto/"],
    "grammar/": ["grammar/"],
    "compiler/": WALLS + ["compiler/"],
    "compiler/syntax/": WALLS + ["compiler/", "grammar/"],
    "compiler/oracle/": ["compiler/ir/", "compiler/syntax/ast.hpp", "compiler/source.hpp",
                         "compiler/oracle/", "core/ids.hpp", "core/truth.hpp",
                         "core/decision.hpp", "core/schema.hpp", "core/limits.hpp",
                         "core/check.hpp"],
    "compiler/lsp/": COMPILER + ["grammar/keywords.hpp"],
    "compiler/probe/": COMPILER,
    "compiler/tester/": COMPILER,
    "compiler/analysis/": COMPILER,
    "compiler/driver/": COMPILER + ["runtime/bundles/"],
    "runtime/decide/": CORE + ["runtime/decide/"],
    "runtime/jit/": CORE + ["runtime/jit/", "runtime/decide/"],
    "runtime/request/": CORE + ["wire/", "runtime/request/", "runtime/classify/"],
    "runtime/classify/": CORE + ["wire/", "runtime/request/", "runtime/classify/"],
    "runtime/store/": CORE + ["runtime/store/"],
    "runtime/export/": DOMAIN + ["runtime/export/"],
    "runtime/kafka/": DOMAIN + ["runtime/export/", "runtime/kafka/"],
    "runtime/audit/": DOMAIN + ["runtime/audit/"],
    "runtime/recording/": DOMAIN + ["runtime/audit/", "runtime/recording/"],
    "runtime/approvals/": DOMAIN + ["runtime/audit/", "runtime/approvals/", "runtime/execute/"],
    "runtime/execute/": DOMAIN + ["runtime/audit/", "runtime/approvals/", "runtime/execute/"],
    "runtime/counters/": DOMAIN + ["runtime/counters/", "runtime/decide/"],
    "runtime/identity/": DOMAIN + ["runtime/audit/", "runtime/identity/"],
    "runtime/notify/": DOMAIN + ["runtime/notify/"],
    "runtime/bundles/": WALLS + ["runtime/bundles/", "runtime/decide/", "runtime/classify/"],
    "runtime/http/": CORE + ["wire/", "runtime/http/"],
    "runtime/mcp/": CORE + ["wire/", "runtime/mcp/"],
    "runtime/gateway/": WALLS + ["runtime/"],
    "runtime/server/": WALLS + ["runtime/"],
    "interceptor/": WALLS + ["interceptor/", "runtime/decide/", "runtime/classify/",
                             "runtime/request/", "runtime/http/", "runtime/audit/"],
}

# Ours, but closed to the folder although a prefix above would admit it.
FORBIDDEN = {
    "runtime/gateway/": ["runtime/server/"],
}

# Foreign header prefix -> the only files (regular expressions) that may name it.
HEAVY = {
    "tao/": [r"grammar/.*", r"compiler/syntax/parser.*\.cpp", r"tests/.*",
             r"compiler/import/(cedar|cel)_grammar\.hpp", r"compiler/import/parse_support\.hpp"],
    "simdjson": [r"wire/.*\.cpp"],
    "yaml-cpp/": [r"wire/.*\.cpp"],
    "idn2": [r"wire/.*\.cpp"],
    "date/": [r"wire/zones\.cpp", r"compiler/oracle/clock\.cpp", r"tests/.*"],
    "utf8proc": [r"wire/.*\.cpp", r"tests/.*"],
    "openssl/": [r"crypto/.*\.cpp", r"runtime/server/.*", r"interceptor/cli/.*", r"tests/.*"],
    "sodium": [r"crypto/.*\.cpp"],
    "rocksdb/": [r"runtime/store/.*_rocksdb[^/]*\.(cpp|hpp)", r"tests/.*"],
    "librdkafka/": [r"runtime/kafka/rdkafka_[^/]*\.cpp", r"tests/.*"],
    "libpq": [r"runtime/store/.*_postgres[^/]*\.cpp"],
    "boost/beast": [r"runtime/http/.*\.cpp", r"tests/.*"],
    "boost/asio": [r"runtime/server/.*", r"interceptor/cli/.*", r"tests/.*", r"bench/.*"],
    "boost/": [r"runtime/(http|server)/.*", r"interceptor/cli/.*", r"tests/.*", r"bench/.*"],
    "llvm/": [r"runtime/jit/.*\.cpp"],
    "CLI/": [r"compiler/driver/.*\.cpp", r"runtime/server/.*\.cpp", r"interceptor/cli/.*\.cpp",
             r"bench/.*\.cpp", r"tests/.*"],
    "gtest/": [r"tests/.*"],
    "gmock/": [r"tests/.*"],
    "benchmark/": [r"bench/.*"],
}
OPEN = ("tests/", "bench/")


def _longest(table, path):
    keys = [k for k in table if path.startswith(k)]
    return table[max(keys, key=len)] if keys else None


def _own(path, header, tree):
    return (tree.root / header).is_file()


def findings(tree):
    for path in tree.sources(".cpp", ".hpp"):
        text = tree.text(path)
        for match in _INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            header = match.group(2)
            if _own(path, header, tree):
                yield from _own_header(path, line, header)
            else:
                yield from _foreign_header(path, line, header)


def _own_header(path, line, header):
    if path.startswith(OPEN):
        return
    if header.startswith(OPEN):
        yield path, line, f"product code includes {header}"
        return
    allowed = _longest(ALLOWED, path)
    if allowed is None:
        yield path, line, "this folder has no row in tools/tidy/layers.py"
    elif not header.startswith(tuple(allowed)):
        yield path, line, f"may not include {header}"
    elif header.startswith(tuple(_longest(FORBIDDEN, path) or ["\0"])):
        yield path, line, f"may not include {header}"


def _foreign_header(path, line, header):
    homes = _longest(HEAVY, header)
    if homes is not None and not any(re.fullmatch(home, path) for home in homes):
        yield path, line, f"{header} belongs in {', '.join(homes)}"
    if path.startswith("core/") and "/" in header and not header.startswith(("tl/", "sys/")):
        yield path, line, f"core includes only std and tl/expected.hpp, not {header}"
