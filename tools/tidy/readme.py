"""READMEs: the top one lists every folder; a product folder has one of at most 60 lines."""

FOLDER_README_LINES_MAX = 60
WITHOUT = {".ci", "cmake"}


def findings(tree):
    top = {p.split("/")[0] for p in tree.paths if "/" in p} - WITHOUT
    text = tree.text("README.md") if "README.md" in tree.paths else ""
    for folder in sorted(top):
        if f"`{folder}/`" not in text:
            yield "README.md", 1, f"the folder table lacks `{folder}/`"
    for path in tree.paths:
        if path.endswith("/README.md") and not path.startswith(("docs/", "tests/corpora/")):
            count = tree.text(path).count("\n")
            if count > FOLDER_README_LINES_MAX:
                yield path, count, f"{count} lines, at most {FOLDER_README_LINES_MAX}"
    for path in tree.sources(".cpp"):
        parts = path.split("/")
        home = "/".join(parts[:2]) if parts[0] in ("compiler", "runtime") and len(parts) > 2 \
            else parts[0]
        if home not in ("tests", "bench") and f"{home}/README.md" not in tree.paths:
            yield path, 1, f"the folder {home}/ has no README.md"
