"""Exporters of a real gate, read by the readers of others.

    export_test.py BIN

The CloudEvents SDK, OpenTelemetry's protocol buffers and the schema of OCSF come from PyPI into a
folder of this test's own; where they cannot be had, those tests are skipped and say so.
"""

import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.people import call, owner_and_reviewer  # noqa: E402
from harness.processes import Gate, Programs, read_if_there, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
SDKS = pathlib.Path(tempfile.mkdtemp(prefix="sdks-"))


def sdk(package):
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", SDKS, package],
                          capture_output=True, timeout=180, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"{package} cannot be had: {done.stderr[-200:]!r}")
    sys.path.insert(0, str(SDKS))


class Receiver:
    """Keeps each request; fails, or takes the entries and loses the answer, as told."""

    def __init__(self):
        receiver = self
        self.bodies, self.types, self.authorizations, self.statuses = [], [], [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                if status == 200 or status == 0:
                    receiver.bodies.append(body)
                    receiver.types.append(self.headers["Content-Type"])
                    receiver.authorizations.append(self.headers["Authorization"])
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?x=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Exporting(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(SDKS, ignore_errors=True)

    def setUp(self):
        self.receiver = Receiver()
        self.gate = None  # until start(); a test may be skipped before
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-export-"))

    def tearDown(self):
        self.receiver.server.shutdown()
        self.receiver.server.server_close()
        shutil.rmtree(self.folder)
        if self.gate is None:
            return
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)

    def start(self, exporter):
        self.gate = Gate(PROGRAMS, settings=f"exporters:\n  - {exporter}\n").start()
        self.ada, _ = owner_and_reviewer(self.gate)

    def url(self, kind):
        return (f"{{name: x, format: {kind}, url: \"{self.receiver.url}\", origin: gate.test, "
                "private_address: true}")

    def size(self):
        return self.ada.do("GET", "/audit/log/head")["size"]

    def lag(self):
        metrics = call(self.gate.port, "GET", "/metrics").raw.decode()
        return int(re.search(r'sentrail_export_lag_entries\{exporter="x"\} (\d+)', metrics)[1])

    def caught_up(self):
        until(lambda: self.lag() == 0, "the exporter")

    def test_lines_in_a_file_without_a_gap_over_kills(self):
        out = self.folder / "audit.jsonl"
        self.start(f"{{name: x, file: {out}, origin: gate.test}}")
        for _ in range(4):
            for number in range(6):
                self.ada.make_key(f"k{number}")
            self.gate.kill()
            self.gate.start()
            self.ada.token = None
        size = self.size()
        self.caught_up()
        numbers = [json.loads(line)["seq"] for line in out.read_text().splitlines()]
        self.assertEqual(sorted(set(numbers)), list(range(max(numbers) + 1)))
        self.assertGreaterEqual(max(numbers) + 1, size)
        self.assertNotIn("correct horse", out.read_text())
        self.assertNotIn(chr(34) + "ada" + chr(34), out.read_text())

    def test_a_receiver_that_fails_gets_everything_at_least_once(self):
        self.receiver.statuses = [500, 503, 0, 200, 429]
        self.start(self.url("json_lines"))
        for number in range(10):
            self.ada.make_key(f"k{number}")
        self.caught_up()
        numbers = [json.loads(line)["seq"] for body in self.receiver.bodies
                   for line in body.splitlines()]
        self.assertEqual(sorted(set(numbers)), list(range(max(numbers) + 1)))
        self.assertGreaterEqual(max(numbers) + 1, self.size())

    def said(self, event):
        return [line for line in read_if_there(self.gate.log).splitlines() if event in line]

    def test_a_receiver_that_fails_is_said_once_and_warned_of_until_it_takes_entries(self):
        self.receiver.statuses = [503] * 1000

        def warnings():
            return call(self.gate.port, "GET", "/readyz").body["warnings"]

        self.start(self.url("json_lines"))
        until(warnings, "the warning")
        self.assertEqual(warnings(), ["exporter: `x` fails: the receiver answered 503"])
        self.assertEqual(call(self.gate.port, "GET", "/readyz").status, 200)
        until(lambda: len(self.receiver.statuses) < 997, "more tries")
        self.assertEqual(len(self.said("exporter_failed")), 1)
        self.assertIn("the receiver answered 503", self.said("exporter_failed")[0])
        self.assertEqual(self.said("exporter_goes_on"), [])
        self.receiver.statuses.clear()
        self.caught_up()
        until(lambda: warnings() == [], "the warning to go")
        self.assertEqual(len(self.said("exporter_goes_on")), 1)
        self.assertEqual(self.gate.stop(), 0)
        self.assertEqual(len(self.said("exporter_failed")), 1)

    def test_a_receiver_that_hangs_blocks_no_decision_and_no_shutdown(self):
        blocked = threading.Event()
        self.receiver.server.RequestHandlerClass.do_POST = lambda _: blocked.wait(60)
        self.start(self.url("json_lines"))
        for number in range(5):
            self.ada.make_key(f"k{number}")
        self.assertGreater(self.lag(), 0)
        self.assertEqual(self.gate.stop(), 0)
        blocked.set()

    def test_cloudevents_are_read_by_their_sdk(self):
        sdk("cloudevents==1.12.0")
        from cloudevents.http import from_dict
        self.start(self.url("cloudevents"))
        self.caught_up()
        self.assertEqual(self.receiver.types[0],
                         "application/cloudevents-batch+json; charset=utf-8")
        events = [from_dict(event) for body in self.receiver.bodies
                  for event in json.loads(body)]
        self.assertEqual([event["id"] for event in events],
                         [f"gate.test/{number}" for number in range(len(events))])
        sequences = [event["sequence"] for event in events]
        self.assertEqual(sequences, sorted(sequences))
        self.assertEqual(events[0].data["seq"], 0)

    def test_otlp_is_read_by_opentelemetry(self):
        sdk("opentelemetry-proto")
        from google.protobuf import json_format
        from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
        self.start(self.url("otlp"))
        self.caught_up()
        records = []
        for body in self.receiver.bodies:
            request = json_format.Parse(body, logs_service_pb2.ExportLogsServiceRequest())
            records += request.resource_logs[0].scope_logs[0].log_records
        self.assertEqual(self.receiver.types[0], "application/json")
        for number, record in enumerate(records):
            fields = {one.key: one.value for one in record.attributes}
            self.assertEqual(fields["log.record.uid"].string_value, f"gate.test/{number}")
            self.assertEqual(fields["sentrail.seq"].int_value, number)
            self.assertEqual(record.time_unix_nano, fields["sentrail.time_ms"].int_value * 10**6)

    def cluster(self, topic):
        program = pathlib.Path(PROGRAMS.sentraild).parent.parent / "tests/unit/kafka/kafka_cluster"
        if not program.exists():
            raise unittest.SkipTest("built without SENTRAIL_KAFKA")
        running = subprocess.Popen([program, topic], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(running.wait)
        self.addCleanup(running.stdin.close)
        self.addCleanup(running.stdout.close)

        def say(word):
            running.stdin.write(word + "\n")
            running.stdin.flush()
            self.assertEqual(running.stdout.readline(), word + "\n")

        return running.stdout.readline().strip(), say

    def consumed(self, brokers, topic, partitions, count):
        from kafka import KafkaConsumer, TopicPartition
        consumer = KafkaConsumer(bootstrap_servers=brokers.split(","), api_version=(2, 0, 0),
                                 consumer_timeout_ms=20000)
        consumer.assign([TopicPartition(topic, number) for number in range(partitions)])
        consumer.seek_to_beginning()
        found, ids = [], set()
        for message in consumer:
            found.append(message)
            ids.add(dict(message.headers)["id"])
            if len(ids) == count:
                break
        consumer.close()
        return found

    def test_kafka_is_read_by_a_client_of_others_over_an_outage_and_a_kill(self):
        sdk("kafka-python==2.0.6")
        brokers, say = self.cluster("sentrail.audit")
        self.start(f"{{name: x, origin: gate.test, format: cloudevents, kafka: {{brokers: "
                   f"\"{brokers}\", topic: sentrail.audit, tls: false}}}}")
        key = self.ada.make_key("agents", ["evaluate"])

        def act(agent):
            answer = call(self.gate.port, "POST", "/evaluate-action",
                          {"tool": "github", "action": "issues.create", "riskLevel": "low"},
                          {"Authorization": f"Bearer {key}", "X-Agent-Id": agent})
            self.assertEqual(answer.status, 200, answer)

        act("octo")
        self.caught_up()
        say("down")
        for agent in ("octo", "other", "octo"):
            act(agent)
        self.assertGreater(self.lag(), 0)
        self.gate.kill()
        say("up")
        self.gate.start()
        self.ada.token = None
        act("octo")
        self.caught_up()
        size = self.size()
        self.caught_up()
        messages = self.consumed(brokers, "sentrail.audit", 3, size)
        by_id = {dict(one.headers)["id"].decode(): one for one in messages}
        self.assertLessEqual({f"gate.test/{number}" for number in range(size)}, set(by_id))
        for name, one in by_id.items():
            event = json.loads(one.value)
            self.assertEqual((event["id"], event["specversion"]), (name, "1.0"))
            leaf = event["data"]
            self.assertEqual((one.key or b"").decode(),
                             leaf.get("key_id") or leaf.get("workspace_id", ""))
        self.assertTrue(any("key_id" in json.loads(one.value)["data"] for one in messages))

    def test_a_gate_that_cannot_have_its_kafka_says_why(self):
        gate = Gate(PROGRAMS, settings="exporters:\n  - {name: x, kafka: {brokers: \"b:1\", topic: "
                                       "t, ca_file: nowhere.pem}}\n")
        self.gate = gate
        with self.assertRaises(RuntimeError) as refused:
            gate.start()
        self.assertRegex(str(refused.exception) + gate.said(), "ssl.ca.location|SENTRAIL_KAFKA")

    def test_ocsf_is_what_the_schema_says(self):
        sdk("ocsf-json-schema==1.2.0")
        sdk("jsonschema==4.25.1")
        import jsonschema
        from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
        schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0")).get_class_schema("api_activity")
        judge = jsonschema.validators.validator_for(schema)(schema)
        self.start(self.url("ocsf"))
        key = self.ada.make_key("agents", ["evaluate"])
        for risk in ("low", "critical"):  # with a decision, an agent and a risk
            call(self.gate.port, "POST", "/evaluate-action",
                 {"tool": "github", "action": "repos.delete", "riskLevel": risk},
                 {"Authorization": f"Bearer {key}", "X-Agent-Id": "octo"})
        self.caught_up()
        events = [event for body in self.receiver.bodies for event in json.loads(body)]
        self.assertTrue(any(event["severity_id"] > 1 for event in events))
        for event in events:
            wrong = [f"{list(error.path)}: {error.message}" for error in judge.iter_errors(event)]
            self.assertEqual(wrong, [], event)
            self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
        # The judge is none that lets everything pass.
        for broken in ({"severity_id": 7}, {"no_such_attribute": 1}, {"actor": "octo"},
                       {"metadata": {"version": "1.8.0"}}):
            self.assertFalse(judge.is_valid({**events[0], **broken}), broken)


if __name__ == "__main__":
    unittest.main()
