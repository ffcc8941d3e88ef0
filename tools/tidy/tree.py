"""The files of the repository, and C++ text with comments and strings blanked out."""

import pathlib
import re
import subprocess

CORPORA = "tests/corpora/"

# Comments and literals, replaced by blanks of the same shape so that line numbers stay.
_NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)


def _blank(match):
    text = match.group(0)
    if text.startswith("'") and not re.fullmatch(r"'(\\.[^']*|.)'", text):
        return text  # a digit separator, not a character
    keep = text[0] if text[0] in "\"'" else " "
    return keep + re.sub(r"[^\n]", " ", text[1:-1]) + (keep if len(text) > 1 else "")


class Tree:
    """Tracked and new files, read once."""

    def __init__(self, root, paths):
        self.root = root
        self.paths = paths
        self._texts = {}
        self._codes = {}

    @staticmethod
    def of_repository():
        root = pathlib.Path(__file__).resolve().parents[2]
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
        return Tree(root, sorted(p for p in listed if p and (root / p).is_file()))

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(encoding="utf-8", errors="replace")
        return self._texts[path]

    def code(self, path):
        """The text with comments and literals blanked."""
        if path not in self._codes:
            self._codes[path] = _NOISE.sub(_blank, self.text(path))
        return self._codes[path]

    def sources(self, *endings):
        """Our own source files: corpora of others are left out."""
        return [p for p in self.paths if p.endswith(endings) and not p.startswith(CORPORA)]
