"""A reader of bundles from docs/bundle_format.md alone: rows are laid out as its table says."""

import base64
import hashlib
import pathlib
import re
import struct

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/bundle_format.md"
SIZES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i32": "i", "i64": "q"}
NONE = 0xffffffff


class Refused(Exception):
    """What the page says a reader refuses."""


def fields_of(words):
    """(name, format) of each field of a row as the table writes it."""
    for word in re.sub(r"\([^)]*\)", "", words).split(", "):
        name, _, kind = re.sub(r" = .*| or none", "", word).strip().rpartition(" ")
        if kind == "ref":
            yield name + "_offset", "I"
            yield name + "_bytes", "I"
        elif kind == "range":
            yield name + "_begin", "I"
            yield name + "_count", "I"
        elif kind == "slot":
            yield name, "I"
        elif kind == "bytes":
            name, _, count = name.rpartition(" ")
            yield name, count + "s"
        else:
            yield name, SIZES[kind]


def layouts():
    """Of each section of a program: its number, its name and the fields of its rows."""
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("| id | section | row |"):].partition("\n\n")[0]
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.*) \|$", table, re.M)
    known = {}
    for number, name, words in rows:
        words = words.split(";")[0]
        words = re.sub(r"^exactly one: ", "", words)
        words = re.sub(r"^ref\b", "text ref", words)
        like = re.match(r"as (\w+)(?:, then |, with .*|$)", words)
        if name == "text":
            known[name] = (int(number), [("byte", "B")])
            continue
        before = known[like.group(1)][1] if like else []
        rest = words[like.end():] if like else words
        known[name] = (int(number), before + (list(fields_of(rest)) if rest else []))
    return known


class Bundle:
    """A bundle that is whole: every check of the page up to the signatures has passed."""

    def __init__(self, data):
        magic, version, count, content, level, zero = struct.unpack_from("<8sIIQII", data)
        require(magic == b"SENTRAIL" and version == 1 and zero == 0, "header")
        require(content % 64 == 0 and content <= len(data), "content_bytes")
        self.level, self.sections, end = level, {}, 32 + 24 * count
        last = 0
        for i in range(count):
            number, row_bytes, offset, size = struct.unpack_from("<IIQQ", data, 32 + 24 * i)
            require(number > last and size % row_bytes == 0, "section table")
            require(offset == (end + 63) // 64 * 64, "offset of a section")
            require(not any(data[end:offset]), "padding")
            last, end = number, offset + size
            self.sections[number] = (row_bytes, data[offset:end])
        require((end + 63) // 64 * 64 == content and not any(data[end:content]), "end of content")
        self.text = self.sections[1][1].decode("utf-8")
        self.tables = {name: self.rows(number, fields) for name, (number, fields)
                       in layouts().items() if name != "text" and number in self.sections}
        self.statement, _, self.signatures = data[content:].decode("utf-8").partition("\n\n")
        self.statement = self.statement.rstrip("\n") + "\n"
        name = self.view(self.tables["policy"][0], "name")
        digest = hashlib.sha256(data[:content]).hexdigest()
        require(self.statement == f"sentrail bundle v1\npolicy {name}\nbytes {content}\n"
                f"sha256 {digest}\n", "statement")

    def rows(self, number, fields):
        row_bytes, data = self.sections[number]
        form = "<" + "".join(kind for _, kind in fields)
        require(struct.calcsize(form) == row_bytes, f"rows of section {number}: {row_bytes} bytes, "
                f"the page says {struct.calcsize(form)}")
        names = [name for name, _ in fields]
        return [dict(zip(names, row)) for row in struct.iter_unpack(form, data)]

    def view(self, row, name):
        begin = row[name + "_offset"]
        return self.sections[1][1][begin:begin + row[name + "_bytes"]].decode("utf-8")

    def names(self):
        """The key names and signatures of the note."""
        lines = re.findall(r"^— (\S+) (\S+)$", self.signatures, re.M)
        return [(name, base64.b64decode(signature)) for name, signature in lines]


def require(holds, what):
    if not holds:
        raise Refused(what)


RISKS = ("low", "medium", "high", "critical")
ALLOW, APPROVE, BLOCK, PASS = range(4)
ABSENT, UNREADABLE = object(), object()


class Rules:
    """Decides by the tables: constants, literals, all and any; `==`, `in`, `~`, `has`, `exists`."""

    def __init__(self, bundle):
        self.bundle, self.tables = bundle, bundle.tables

    def matches(self, pattern, value):
        """A pattern's steps as a regular expression of one of ours; None where L7.5 says U."""
        row, out = self.tables["patterns"][pattern], ""
        separator = re.escape(chr(row["separator"]))
        if separator == "/" and (re.search(r"(^|/)\.\.?(/|$)|.//|//.|\\\\|\0", value)):
            return None
        ops = self.tables["pattern_ops"][row["ops_begin"]:row["ops_begin"] + row["ops_count"]]
        kinds = [op["op"] for op in ops]
        for i, op in enumerate(ops):
            if kinds[i] == 4:
                after, before = kinds[i + 1:i + 2] == [3], i > 0
                out += f"(?:.*{separator})?" if after and not before else \
                    f"(?:{separator}.*)?" if before and not after else \
                    f"{separator}(?:.*{separator})?" if before else ".*"
                continue
            beside = kinds[i] == 3 and (kinds[i + 1:i + 2] == [4] or (i > 0 and kinds[i - 1] == 4))
            if beside:
                continue  # what the globstar beside it stands for has it
            out += {0: re.escape(self.bundle.view(op, "text")), 1: f"[^{separator}]",
                    2: f"[^{separator}]*", 3: separator}[kinds[i]]
        return re.fullmatch(out, value, re.S) is not None

    def is_equal(self, operand, value):
        kind, index = operand["kind"], operand["index"]
        if kind == 0:
            return value == self.bundle.view(self.tables["symbols"][index], "text")
        if kind == 3:
            return value is bool(index)
        if kind == 4:
            return value == RISKS[index]
        require(kind == 5, f"operand of kind {kind}")
        return self.matches(index, value)

    def test(self, atom, request):
        """True, False or None for undecidable."""
        slot = self.tables["slots"][atom["slot"]]
        require(slot["steps_count"] == 0 and slot["binder"] == 0, "a slot with steps")
        value = request.get(self.bundle.view(slot, "attribute"), ABSENT)
        operands = self.tables["operands"][atom["operands_begin"]:][:atom["operands_count"]]
        if value is UNREADABLE:
            return None
        if atom["op"] == 8:
            return value is not ABSENT
        if value is ABSENT:
            return False
        if atom["op"] in (1, 2, 3, 4):
            here, there = RISKS.index(value), operands[0]["index"]
            return (here < there, here <= there, here > there, here >= there)[atom["op"] - 1]
        values = value if atom["op"] == 7 else [value]
        require(atom["op"] in (0, 5, 6, 7), f"op {atom['op']}")
        found = [self.is_equal(operand, one) for operand in operands for one in values]
        return True if True in found else None if None in found else False

    def truth(self, at, request):
        """The truth of the tree whose root is node `at`."""
        node = self.tables["nodes"][at]
        if node["kind"] == 0:
            return node["flag"] == 1
        if node["kind"] == 1:
            known = self.test(self.tables["atoms"][node["atom"]], request)
            return known if known is None or node["flag"] == 0 else not known
        children, child = [], at + 1
        while child < node["end"]:
            children.append(self.truth(child, request))
            child = self.tables["nodes"][child]["end"]
        decisive = node["kind"] == 3
        return decisive if decisive in children else None if None in children else not decisive

    def decide(self, request):
        """(effect, rule) by L8: candidates of each tier, joined with the default."""
        candidates, lifted = [], False
        for tier in self.tables["tiers"]:
            perhaps_ended = False
            for number in range(tier["rules_begin"], tier["rules_begin"] + tier["rules_count"]):
                rule = self.tables["rules"][number]
                known = self.truth(rule["condition_begin"], request)
                if known is False:
                    continue
                if rule["outcome"] == PASS:
                    perhaps_ended = True
                else:
                    candidates.append(rule)
                    lifted |= known is True and tier["guard"] == 0 and not perhaps_ended
                if known is True:
                    break
        policy = self.tables["policy"][0]
        effects = [rule["outcome"] for rule in candidates]
        effect = max(effects + ([] if lifted else [policy["default_effect"]]))
        names = [self.bundle.view(rule, "qualified_name") for rule in candidates
                 if rule["outcome"] == effect]
        return ("allow", "require_approval", "block")[effect], (names + ["default"])[0]

