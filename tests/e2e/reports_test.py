"""sentrailc's documents for other programs, judged by what others wrote.

SARIF by the schema of its committee, JUnit by a schema of what its readers have in common and by a
reader of CI servers, diffs by git. `make setup` installs the judges.
"""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from harness.sentrailc import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE = ROOT / "demo/node_modules/.bin/node"
JUDGE = ROOT / "tests/e2e/judges/judge.mjs"
JUNIT_SCHEMA = ROOT / "tests/e2e/judges/junit.xsd"

GOOD = "policy p\nlanguage 1\n\nrule one: block when env == live\n"
TESTS = ('policy p\nlanguage 1\nimport sentrail.github\nrule one: block when env == live\n'
         'test "right & <wrong>\\u{1b}" {\n  given with env = live\n  expect block by one\n}\n'
         'test "é wrong" {\n  given with env = live\n  expect allow\n}\n'
         'test table "rows" for github {\n  method path effect\n  GET "/user" block\n'
         '  GET "/user/keys" require_approval\n}\n')
TESTED = (GOOD + 'test "live" {\n  given with env = live\n  expect block by one\n}\n')
BAD = ('policy p\nlanguage 1\nlist é = ["\U0001f600", "a", "a"]\n'
       'rule one: block when env in é and rsk == hihg\nrule one: block when env == \'x\'\n')
FINDINGS = ('policy p\nlanguage 1\nlist l = ["\U0001f600", "a", "a"]\n'
            'rule one: block when env in l and rsk == high\n'
            'rule one: block when resource.reff == "a,b:c%"\n')


def judged(kind, text):
    answer = subprocess.run([NODE, JUDGE, kind], input=text, text=True, capture_output=True,
                            timeout=120, check=False)
    assert answer.returncode == 0, answer.stderr + text[:2000]
    return json.loads(answer.stdout)


def schema_errors(report):
    """What xmllint says against a JUnit report; empty if it fits the schema."""
    answer = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", JUNIT_SCHEMA, "-"],
                            input=report, text=True, capture_output=True, timeout=60, check=False)
    assert answer.returncode in (0, 1, 3, 4), answer.stderr  # 3, 4: it does not fit
    return "" if answer.returncode == 0 else answer.stderr


def folder_of(**files):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrailc-"))
    for name, text in files.items():
        (folder / f"{name}.sentrail").write_text(text, encoding="utf-8")
    return folder


def code_points(text, line, column):
    """The offset in a text of a place as SARIF counts with `unicodeCodePoints`."""
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[:line - 1]) + column - 1


class Sarif(unittest.TestCase):
    def log(self, *arguments, folder, stdin=""):
        answer = run("--format", "sarif", *arguments, folder=folder, stdin=stdin)
        self.assertEqual(judged("sarif", answer.stdout)["errors"], [], answer.stdout[-2000:])
        run_of = json.loads(answer.stdout)["runs"][0]
        self.assertEqual(run_of["invocations"][0]["exitCode"], answer.returncode)
        return run_of

    def test_every_command_gives_logs_that_the_schema_accepts(self):
        folder = folder_of(a=FINDINGS, b=GOOD, c=TESTS)
        request = '{"attributes":{"env":"live"}}'
        for arguments, count in ((["check", "."], None), (["check", "b.sentrail"], 2),
                                 (["test", "c.sentrail"], 2), (["fmt", "--check", "."], None),
                                 (["build", "c.sentrail", "-o", "x.bundle"], 2),
                                 (["build", "b.sentrail", "-o", "x.bundle"], 1),
                                 (["eval", "-p", "a.sentrail"], None),
                                 (["eval", "-p", "b.sentrail"], 1),
                                 (["explain", "-p", "b.sentrail"], 1)):
            results = self.log(*arguments, folder=folder, stdin=request)["results"]
            if count is not None:
                self.assertEqual(len(results), count, (arguments, results))

    def test_what_could_not_be_done_is_a_notification(self):
        one = self.log("check", "/nowhere", folder="/")["invocations"][0]
        self.assertFalse(one["executionSuccessful"])
        self.assertIn("/nowhere", one["toolExecutionNotifications"][0]["message"]["text"])

    def test_findings_have_rules_places_notes_and_fixes(self):
        folder = folder_of(p=FINDINGS)
        one = self.log("check", "p.sentrail", folder=folder)
        rules = one["tool"]["driver"]["rules"]
        self.assertEqual(one["columnKind"], "unicodeCodePoints")
        by_code = {result["ruleId"]: result for result in one["results"]}
        for result in one["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            region = result["locations"][0]["physicalLocation"]["region"]
            self.assertLessEqual(region["startLine"], region["endLine"])
        self.assertTrue(all(rule["help"]["text"] for rule in rules))
        place = by_code["S0302"]["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "p.sentrail")
        region = place["region"]
        begin = code_points(FINDINGS, region["startLine"], region["startColumn"])
        end = code_points(FINDINGS, region["endLine"], region["endColumn"])
        self.assertEqual(FINDINGS[begin:end], '"a"')
        self.assertEqual(region["startColumn"], 21)
        related = by_code["S0220"]["relatedLocations"][0]
        self.assertEqual(related["physicalLocation"]["region"]["startLine"], 4)

    def test_the_fixes_of_a_log_can_be_made_by_whoever_reads_it(self):
        folder = folder_of(p=FINDINGS)
        text = FINDINGS
        edits = []
        for result in self.log("check", "p.sentrail", folder=folder)["results"]:
            for fix in result.get("fixes", []):
                for change in fix["artifactChanges"]:
                    for one in change["replacements"]:
                        region = one["deletedRegion"]
                        edits.append((code_points(text, region["startLine"],
                                                  region["startColumn"]),
                                      code_points(text, region["endLine"], region["endColumn"]),
                                      one["insertedContent"]["text"]))
        self.assertEqual(len(edits), 3)
        for begin, end, inserted in sorted(edits, reverse=True):
            text = text[:begin] + inserted + text[end:]
        self.assertIn('["\U0001f600", "a"]', text)
        self.assertIn("risk == high", text)
        self.assertIn('resource.ref == "a,b:c%"', text)

    def test_odd_names_become_uris(self):
        folder = folder_of(**{"a b%é": FINDINGS})
        one = self.log("check", ".", folder=folder)
        uri = one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        self.assertTrue(uri.endswith("a%20b%25%C3%A9.sentrail"), uri)
        one = self.log("check", folder, folder="/")
        uri = one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        self.assertTrue(uri.startswith("file:///"), uri)


class Commands(unittest.TestCase):
    """The commands that find more than the text of one policy shows, in every document."""

    CLAIM = 'prove "live" never allow when env == live\n'

    @classmethod
    def setUpClass(cls):
        cls.folder = folder_of(
            a=GOOD, b=GOOD.replace("block", "allow") + cls.CLAIM,
            limited='policy p\nlanguage 1\nrule one: allow when env == test limit 2 per 1h\n'
                    'test "t" {\n  given with env = test\n  expect allow\n}\n')
        (cls.folder / "log.jsonl").write_text('{"attributes":{}}\nno\n', encoding="utf-8")
        (cls.folder / "p.cedar").write_text(
            "permit (principal, action, resource) when { context.a == context.b };\n",
            encoding="utf-8")
        (cls.folder / "old.json").write_text('[{"name": "read"}]', encoding="utf-8")
        (cls.folder / "new.json").write_text('[{"name": "send"}]', encoding="utf-8")
        run("lock", "mail", "old.json", "-o", "l.json", "--name", "acme.tools", folder=cls.folder)
        run("build", "a.sentrail", "-o", "a.bundle", folder=cls.folder)

    # Arguments, exit code, and the codes that they find.
    CASES = (
        (["prove", "b.sentrail"], 1, {"S0607"}),
        (["prove", "a.sentrail"], 0, set()),
        (["diff", "a.sentrail", "b.sentrail"], 1, {"S0610"}),
        (["diff", "b.sentrail", "a.sentrail"], 1, {"S0609"}),
        (["diff", "a.bundle", "a.bundle"], 0, set()),
        (["diff", "b.sentrail", "a.bundle", "--log", "log.jsonl"], 1, {"S0609", "S0613"}),
        (["import", "cedar", "p.cedar", "-o", "out.sentrail"], 1, {"S0611"}),
        (["lock", "mail", "new.json", "-o", "l.json", "--check"], 1, {"S0612"}),
        (["lock", "mail", "old.json", "-o", "l.json", "--check"], 0, set()),
        (["replay", "log.jsonl", "-p", "a.sentrail"], 1, {"S0613"}),
        (["verify", "a.bundle"], 0, set()),
        (["test", "--coverage", "limited.sentrail"], 0, {"S0605", "S0606"}),
    )

    def test_sarif(self):
        for arguments, code, kinds in self.CASES:
            answer = run("--format", "sarif", *arguments, folder=self.folder)
            self.assertEqual(answer.returncode, code, (arguments, answer.stdout, answer.stderr))
            self.assertEqual(judged("sarif", answer.stdout)["errors"], [], answer.stdout[-2000:])
            one = json.loads(answer.stdout)["runs"][0]
            self.assertEqual(one["invocations"][0]["exitCode"], code)
            found = {result["ruleId"] for result in one["results"] if "ruleId" in result}
            self.assertEqual(found, kinds, arguments)

    def test_github(self):
        for arguments, code, kinds in self.CASES:
            answer = run("--format", "github", *arguments, folder=self.folder)
            self.assertEqual(answer.returncode, code, (arguments, answer.stdout, answer.stderr))
            lines = answer.stdout.splitlines()
            self.assertTrue(lines, arguments)
            for line in lines:
                self.assertTrue(GitHub.LINE.match(line), line)
            self.assertEqual(set(re.findall(r"title=(S\d{4})", answer.stdout)), kinds, arguments)

    def test_junit(self):
        for arguments, code, kinds in self.CASES:
            answer = run("--format", "junit", *arguments, folder=self.folder)
            self.assertEqual(answer.returncode, code, (arguments, answer.stdout, answer.stderr))
            root = xml.etree.ElementTree.fromstring(answer.stdout)
            judged("junit", answer.stdout)
            found = {one.get("name")[:5] for one in root.iter("testcase")
                     if re.match(r"S\d{4} ", one.get("name"))}
            self.assertEqual(found, kinds, arguments)
            # Notes are told and fail nothing.
            self.assertTrue(code == 1 or not list(root.iter("failure")), arguments)

    def test_places_are_those_that_a_person_looks_at(self):
        def places(*arguments):
            answer = run("--format", "github", *arguments, folder=self.folder)
            return re.findall(r"file=([^,]+),line=(\d+)", answer.stdout)

        self.assertEqual(places("prove", "b.sentrail"), [("b.sentrail", "5")])
        # Where `env` is unreadable the default decides, which is not written anywhere.
        self.assertEqual(places("diff", "a.sentrail", "b.sentrail"),
                         [("b.sentrail", "4"), ("b.sentrail", "1")])
        self.assertEqual(places("replay", "log.jsonl", "-p", "a.sentrail"), [("log.jsonl", "2")])

    def test_what_makes_no_sense_is_refused_with_the_reason(self):
        answer = run("--format", "sarif", "import", "cedar", "p.cedar", folder=self.folder)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("--out", answer.stdout)
        answer = run("--format", "sarif", "gen-tests", "a.sentrail", folder=self.folder)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("test --coverage", answer.stderr)
        answer = run("--format", "sarif", "verify", "/nowhere", folder=self.folder)
        self.assertEqual(answer.returncode, 2)
        self.assertEqual(judged("sarif", answer.stdout)["errors"], [])


class JUnit(unittest.TestCase):
    def report(self, *arguments, folder):
        answer = run("--format", "junit", *arguments, folder=folder)
        self.assertEqual(schema_errors(answer.stdout), "", answer.stdout[-2000:])
        root = xml.etree.ElementTree.fromstring(answer.stdout)
        self.assertEqual(root.tag, "testsuites")
        read = judged("junit", answer.stdout)
        cases = [case for suite in root for case in suite]
        self.assertEqual(int(root.get("tests")), len(cases))
        self.assertEqual(read["tests"], len(cases))
        failed = [case for case in cases if case.find("failure") is not None]
        errors = [case for case in cases if case.find("error") is not None]
        self.assertEqual((int(root.get("failures")), int(root.get("errors"))),
                         (len(failed), len(errors)))
        self.assertEqual(sum(len(suite.get("testcase", [])) for suite in read["testsuite"]),
                         len(cases))
        for suite in root:
            self.assertEqual(int(suite.get("tests")), len(suite))
        for case in cases:
            self.assertTrue(case.get("name") and case.get("classname"))
            self.assertGreaterEqual(float(case.get("time")), 0)
        return answer, root

    def test_a_case_for_each_test_and_each_row(self):
        answer, root = self.report("test", ".", folder=folder_of(c=TESTS))
        self.assertEqual(answer.returncode, 1)
        cases = {case.get("name"): case for case in root.iter("testcase")}
        self.assertEqual(list(cases), ["right & <wrong>\\u{1b}", "é wrong",
                                       'rows: GET /user', 'rows: GET /user/keys'])
        failure = cases["é wrong"].find("failure")
        self.assertEqual(failure.get("message"), "expected allow, but got block by one")
        self.assertIn("c.sentrail", failure.text)
        self.assertGreater(float(cases["é wrong"].get("time")), 0)
        self.assertIsNone(cases["rows: GET /user/keys"].find("failure"))

    def test_the_schema_refuses_what_is_no_report(self):
        good = run("--format", "junit", "test", ".", folder=folder_of(c=TESTS)).stdout
        self.assertEqual(schema_errors(good), "")
        for part, other in ((' classname="', ' class="'), ("<failure ", "<failed "),
                            (' tests="4"', ' tests="four"'), (' time="0', ' time="-1'),
                            ("</testsuites>", "<testsuite/></testsuites>"),
                            ("</failure>", "</failure><error type='x'/>")):
            self.assertIn(part, good)
            wrong = good.replace(part, other).replace("</failure>", "</failed>" if
                                                      other == "<failed " else "</failure>")
            self.assertNotEqual(schema_errors(wrong), "", part)

    def test_findings_of_every_command_are_failures(self):
        folder = folder_of(a=FINDINGS, b=GOOD)
        answer, root = self.report("check", ".", folder=folder)
        self.assertEqual(answer.returncode, 1)
        # Three of them say that `env` is none of the list's entries.
        self.assertEqual(len(list(root.iter("failure"))), 7)
        self.assertIn("./b.sentrail", [case.get("name") for case in root.iter("testcase")])
        self.report("fmt", "--check", ".", folder=folder)
        answer, root = self.report("check", "/nowhere", folder="/")
        self.assertEqual((answer.returncode, root.get("errors")), (2, "1"))
        answer, root = self.report("build", "b.sentrail", "-o", "b", folder=folder)
        self.assertEqual((answer.returncode, root.get("failures")), (0, "0"))
        answer, root = self.report("test", "--mutate", "c.sentrail", folder=folder_of(c=TESTED))
        self.assertEqual(answer.returncode, 1)
        self.assertIn("warning S0603", {failure.get("type") for failure in root.iter("failure")})
        answer, root = self.report("test", "a.sentrail", folder=folder)
        self.assertEqual((answer.returncode, len(list(root.iter("failure")))), (2, 7))


class GitHub(unittest.TestCase):
    LINE = re.compile(r"^::(error|warning|notice) ((?:[a-zA-Z]+=[^,:\r\n]*,?)+)::([^\r\n]*)$")

    def annotations(self, *arguments, folder, stdin=""):
        answer = run("--format", "github", *arguments, folder=folder, stdin=stdin)
        found = []
        for line in answer.stdout.splitlines():
            match = self.LINE.match(line)
            self.assertTrue(match, line)
            properties = dict(one.split("=", 1) for one in match[2].split(","))
            plain = {key: self.decoded(value, "%3A:%2C,%0D\r%0A\n%25%")
                     for key, value in properties.items()}
            found.append((match[1], plain, self.decoded(match[3], "%0D\r%0A\n%25%")))
        return answer, found

    @staticmethod
    def decoded(text, codes):
        for code, plain in re.findall(r"(%[0-9A-F]{2})([\s\S])", codes):
            text = text.replace(code, plain)
        return text

    def test_findings_are_annotations_that_survive_their_escapes(self):
        folder = folder_of(**{"a,b:c%25": FINDINGS})
        answer, found = self.annotations("check", ".", folder=folder)
        self.assertEqual(answer.returncode, 1)
        by_title = {properties["title"]: (level, properties, message)
                    for level, properties, message in found}
        level, properties, message = by_title["S0210 unknown_attribute"]
        self.assertEqual(level, "error")
        self.assertEqual(properties["file"], "./a,b:c%25.sentrail")
        self.assertIn("\nhelp: did you mean", message)
        level, properties, message = by_title["S0302 repeated_entry"]
        self.assertEqual((level, properties["line"], properties["col"], properties["endColumn"]),
                         ("warning", "3", "21", "24"))
        self.assertIn("the first one", message)

    def test_failed_tests_answers_and_errors_are_annotations(self):
        folder = folder_of(c=TESTS)
        _, found = self.annotations("test", ".", folder=folder)
        self.assertEqual([properties["line"] for _, properties, _ in found], ["11", "15"])
        _, found = self.annotations("eval", "-p", ".", folder=folder,
                                    stdin='{"attributes":{"env":"live"}}')
        self.assertEqual(found[0][0], "notice")
        self.assertIn("block by p.main.one", found[0][2])
        answer, found = self.annotations("check", "/nowhere", folder="/")
        self.assertEqual((answer.returncode, found[0][0]), (2, "error"))


class Fix(unittest.TestCase):
    def test_the_diff_of_a_dry_run_is_one_that_git_applies(self):
        folder = folder_of(p=FINDINGS)
        dry = run("check", "--fix", "--dry-run", "p.sentrail", folder=folder)
        self.assertEqual(dry.returncode, 1)
        self.assertEqual((folder / "p.sentrail").read_text(), FINDINGS)
        subprocess.run(["git", "apply", "-"], input=dry.stdout, text=True, cwd=folder, check=True)
        applied = (folder / "p.sentrail").read_text()
        (folder / "p.sentrail").write_text(FINDINGS)
        (folder / "p.sentrail").chmod(0o640)
        wet = run("check", "--fix", "p.sentrail", folder=folder)
        self.assertEqual((folder / "p.sentrail").read_text(), applied)
        self.assertEqual((folder / "p.sentrail").stat().st_mode & 0o777, 0o640)
        self.assertEqual(wet.stdout.count(": fixed[S"), 3)
        self.assertEqual(wet.returncode, 1)  # two rules of one name remain
        self.assertIn("error[S0220]", wet.stderr)
        self.assertNotIn("S0210", wet.stderr)
        again = run("check", "--fix", "p.sentrail", folder=folder)
        self.assertEqual((folder / "p.sentrail").read_text(), applied)
        self.assertNotIn("fixed", again.stdout)

    def test_what_remains_and_what_was_done_is_told_in_every_format(self):
        folder = folder_of(p='policy p\nlanguage 1\nrule a: alow when rsk == low;\n')
        told = json.loads(run("--json", "check", "--fix", "--dry-run", ".", folder=folder).stdout)
        self.assertEqual((told["ok"], len(told["fixed"])), (True, 3))
        self.assertIn("+rule a: allow when risk == low", told["diff"])
        for form in ("sarif", "junit", "github"):
            answer = run("--format", form, "check", "--fix", "--dry-run", ".", folder=folder)
            self.assertIn("fixed", answer.stdout, form)
        answer = run("check", "--fix", ".", folder=folder)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("fine, 1 rules", answer.stdout)

    def test_links_are_followed_and_what_cannot_be_written_stays(self):
        folder = folder_of(real='policy p\nlanguage 1\nrule a: alow when risk == low\n')
        (folder / "link").mkdir()
        (folder / "link/p.sentrail").symlink_to("../real.sentrail")
        self.assertEqual(run("check", "--fix", "link", folder=folder).returncode, 0)
        self.assertTrue((folder / "link/p.sentrail").is_symlink())
        self.assertIn("allow", (folder / "real.sentrail").read_text())
        broken = folder_of(p='policy p\nlanguage 1\nrule a: alow when risk == low\n')
        (broken / "p.sentrail.new").mkdir()
        self.assertEqual(run("check", "--fix", ".", folder=broken).returncode, 2)
        self.assertIn("alow", (broken / "p.sentrail").read_text())


class Formats(unittest.TestCase):
    def test_commands_without_findings_say_so_and_names_are_checked(self):
        answer = run("--format", "sarif", "completions", "bash")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("answers in text or json", answer.stderr)
        self.assertEqual(run("--format", "xml", "check", ".").returncode, 2)
        self.assertEqual(run("--format", "sarif", "--json", "check", ".").returncode, 2)
        self.assertEqual(run("check", "--dry-run", ".").returncode, 2)
        folder = folder_of(p=BAD)
        self.assertEqual(run("--json", "check", ".", folder=folder).stdout,
                         run("check", "--format", "json", ".", folder=folder).stdout)

    def test_wrong_command_lines_are_told_with_what_may_be_meant(self):
        for arguments, message in (
                ([], "a command is missing; `sentrailc --help` lists them"),
                (["--include", "x", "chek"], "no command `chek`; did you mean `check`?"),
                (["paint"], "no command `paint`; `sentrailc --help` lists what there is"),
                (["check", "--fx"], "no option `--fx`; did you mean `--fix`?"),
                (["check", "--formt", "json"], "no option `--formt`; did you mean `--format`?"),
                (["check", "a", "b"], "no use for `b`; `sentrailc check --help` says"),
                (["build"], "--out is required; `sentrailc build --help` says")):
            answer = run(*arguments)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), arguments)
            self.assertIn(message, answer.stderr)
            told = json.loads(run("--json", *arguments).stdout)
            self.assertEqual((told["ok"], told["code"]), (False, "invalid_argument"))
            self.assertIn(message, told["error"])


if __name__ == "__main__":
    unittest.main(verbosity=0)
