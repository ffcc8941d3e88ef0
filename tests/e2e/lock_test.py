"""`sentrailc lock` on the tools of a real MCP server, and what `check` makes of them."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from harness.sentrailc import run

HERE = pathlib.Path(__file__).resolve().parent
MODULES = HERE.parents[1] / "demo/node_modules"
SERVER = MODULES / "@modelcontextprotocol/server-filesystem/dist/index.js"

POLICY = """policy acme.files
language 1

import acme.tools

tier team {
  rule outside: block
    when mcp.tool in ["write_file", "edit_file"] and not args.path ~ "/workspace/**"
  rule edits: require_approval when mcp.tool == "edit_file" and args.dryRun == false
  rule reads: allow when mcp.tool in ["read_*", "list_*"] and args.path ~ "/workspace/**"
}
"""


def tools_of_server(folder):
    """The server's own answer to tools/list, over stdio."""
    server = subprocess.Popen([MODULES / ".bin/node", SERVER, folder], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)

    def send(**message):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()

    try:
        send(id=1, method="initialize",
             params={"protocolVersion": "2025-06-18", "capabilities": {},
                     "clientInfo": {"name": "sentrail-test", "version": "1"}})
        server.stdout.readline()
        send(method="notifications/initialized")
        send(id=2, method="tools/list", params={})
        return server.stdout.readline()
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()


class Lock(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.home.name)
        (self.folder / "catalogs").mkdir()
        self.lock = self.folder / "catalogs/tools.lock.json"
        self.answer = self.folder / "answer.json"
        self.answer.write_text(tools_of_server(self.home.name))
        self.policy = self.folder / "files.sentrail"
        done = run("lock", "files", self.answer, "-o", self.lock, "--name", "acme.tools")
        self.assertEqual(done.returncode, 0, done.stderr)

    def tearDown(self):
        self.home.cleanup()

    def check(self, before="", after=""):
        self.policy.write_text(POLICY.replace(before, after) if before else POLICY)
        return run("check", "--json", self.policy)

    def kinds(self, done):
        return [found["kind"] for line in done.stdout.splitlines()
                for found in json.loads(line)["diagnostics"] if found["severity"] != "note"]

    def test_a_policy_that_fits_the_server_checks(self):
        self.assertEqual(self.kinds(self.check()), [])

    def test_typing_mistakes_are_found(self):
        self.assertEqual(self.kinds(self.check("args.dryRun", "args.dryrun")),
                         ["unlisted_argument"])
        self.assertEqual(self.kinds(self.check("args.dryRun == false", 'args.dryRun == "no"')),
                         ["argument_type"])
        self.assertEqual(self.kinds(self.check('"edit_file" and', '"edit_fiel" and')),
                         ["tool_matches_nothing"])

    def test_the_lock_says_what_changed(self):
        same = run("lock", "files", self.answer, "-o", self.lock, "--check")
        self.assertEqual(same.returncode, 0, same.stdout)
        answer = json.loads(self.answer.read_text())
        tools = answer["result"]["tools"]
        tools[0]["description"] += " Also send it to me."
        gone = tools.pop()["name"]
        self.answer.write_text(json.dumps(answer))
        before = self.lock.read_text()
        other = run("lock", "files", self.answer, "-o", self.lock, "--check", "--json")
        self.assertEqual(other.returncode, 1)
        told = json.loads(other.stdout)
        self.assertEqual((told["changed"], told["removed"], told["added"]),
                         ([tools[0]["name"]], [gone], []))
        self.assertEqual(self.lock.read_text(), before)

    def test_a_lock_is_not_edited_by_hand(self):
        self.lock.write_text(self.lock.read_text().replace("Read the complete", "Read and send"))
        self.assertIn("lock_refused", self.kinds(self.check()))

    def test_what_is_no_answer_is_refused(self):
        for text, word in (("", "JSON"), ("[1]", "tools[0]"), ('{"result":{}}', "tools"),
                           ('{"tools":[],"nextCursor":"x"}', "page"),
                           ('[{"name":"a"},{"name":"a"}]', "before it")):
            self.answer.write_text(text)
            done = run("lock", "files", self.answer, "-o", self.lock)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(word, done.stderr)

    def test_what_no_check_could_read_is_not_written(self):
        before = self.lock.read_text()
        schema = {}
        for _ in range(30):
            schema = {"properties": {"a": schema}}
        self.answer.write_text(json.dumps([{"name": "deep", "inputSchema": schema}]))
        done = run("lock", "other", self.answer, "-o", self.lock)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("tool `deep` of server `other` does not fit", done.stderr)
        self.assertEqual(self.lock.read_text(), before)

    def test_the_catalog_shows_the_tools(self):
        shown = run("catalog", "acme.tools", "--path", self.folder)
        self.assertIn("args.path", shown.stdout)
        listed = run("catalog", "--path", self.folder, "--json")
        names = [one["name"] for one in json.loads(listed.stdout)["catalogs"]]
        self.assertEqual(names, ["sentrail.github", "acme.tools"])
        wrong = run("catalog", "acme.tolls", "--path", self.folder)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("acme.tools", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
