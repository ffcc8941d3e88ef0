"""Exporters of a real gate, read by the readers of others.

    export_test.py BIN

The CloudEvents SDK and OpenTelemetry's protocol buffers come from PyPI into a folder of this
test's own; where they cannot be had, those two tests are skipped and say so.
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
from harness.processes import Gate, Programs, until  # noqa: E402

PROGRAMS = Programs(sys.argv.pop(1))
SDKS = pathlib.Path(tempfile.mkdtemp(prefix="sdks-"))
# Required attributes and constraints of OCSF 1.8.0, class api_activity and its objects.
OCSF_REQUIRED = {"activity_id", "actor", "api", "category_uid", "class_uid", "metadata",
                 "severity_id", "src_endpoint", "time", "type_uid"}
OCSF_KNOWN = OCSF_REQUIRED | {"activity_name", "status_id", "status_detail", "unmapped"}


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
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-export-"))

    def tearDown(self):
        self.receiver.server.shutdown()
        self.receiver.server.server_close()
        if self.gate.process.poll() is None:
            self.gate.kill()
        shutil.rmtree(self.gate.folder)
        shutil.rmtree(self.folder)

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

    def test_ocsf_has_what_the_class_demands(self):
        self.start(self.url("ocsf"))
        self.caught_up()
        for body in self.receiver.bodies:
            for event in json.loads(body):
                self.assertLessEqual(OCSF_REQUIRED, set(event))
                self.assertLessEqual(set(event), OCSF_KNOWN)
                self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
                self.assertIn(event["severity_id"], range(7))
                self.assertLessEqual({"product", "version"}, set(event["metadata"]))
                self.assertTrue(event["api"]["operation"])
                self.assertTrue(event["actor"] and event["src_endpoint"])
                self.assertIsInstance(event["time"], int)


if __name__ == "__main__":
    unittest.main()
