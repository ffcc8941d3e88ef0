"""Lost answers: what idempotency keys and probes make of them, at an upstream we did not write."""

import json
import pathlib
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import world  # noqa: E402
from harness.people import call  # noqa: E402
from harness.processes import NODE, read_if_there, until  # noqa: E402
from harness.wire import Relay, pump  # noqa: E402

PROGRAMS = world.programs_of_the_command_line()
POLICY = """policy orders
language 1

rule questions: allow when http.method == GET
rule orders: require_approval when always
"""
SERVER = pathlib.Path(__file__).resolve().parent / "idempotency/server.mjs"


class LossyWay(Relay):
    """Stands before the upstream; loses the answers to as many POSTs as it is told to."""

    def __init__(self, target):
        self.lose = 0
        super().__init__()
        self.target = target

    def join(self, client, stream):
        onward = socket.create_connection(("127.0.0.1", self.target))
        back = threading.Thread(target=self.answer, args=(onward, client), daemon=True)
        back.start()
        pump(client, onward, stream)
        back.join()
        client.close()
        onward.close()

    def answer(self, onward, client):
        """The upstream has acted by the time the first byte of its answer comes."""
        while data := onward.recv(65536):
            if self.lose > 0 and data.startswith(b"HTTP/1.1 201"):
                self.lose -= 1
                client.shutdown(socket.SHUT_RDWR)
                onward.shutdown(socket.SHUT_RDWR)
                return
            client.sendall(data)

    def close(self):
        self.server.close()


class Execution(world.World):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls.folder / "policy"
        policy.mkdir()
        (policy / "orders.sentrail").write_text(POLICY, "utf-8")
        cls.gate.build(policy)
        cls.gate.reload()
        port_file = cls.folder / "orders-port"
        cls.orders = subprocess.Popen([NODE, SERVER, port_file])
        cls.orders_port = int(until(lambda: read_if_there(port_file), "the upstream"))
        cls.way = LossyWay(cls.orders_port)

    @classmethod
    def tearDownClass(cls):
        cls.way.close()
        cls.orders.kill()
        cls.orders.wait()
        super().tearDownClass()

    def connect(self, promises):
        self.ada.do("PUT", "/connections/orders",
                    {"scheme": "http", "host": "127.0.0.1", "port": self.way.port,
                     "authScheme": "none", "privateAddress": True, "promises": promises})

    def made(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.orders_port}/made") as answer:
            return json.load(answer)

    def ask(self, method, path, body=None):
        return call(self.gate.port, method, f"/gateway-proxy/orders{path}", body,
                    {"Authorization": f"token {self.key}", "X-Agent-Id": "octo"})

    def approved(self, ref, lose):
        """Holds and approves an order whose first answers are lost; the ids to poll and to show."""
        held = self.ask("POST", f"/orders/{ref}", {"amount": 1})
        self.assertEqual(held.status, 202, held)
        self.way.lose = lose
        self.bob.decide(held.body["approvalRequestId"])
        return held.body["correlationId"], held.body["approvalRequestId"]

    def until_status(self, correlation_id, status):
        def reached():
            now = self.status(correlation_id, wait=1)
            return now if now["status"] == status else None
        return until(reached, f"the status {status}")

    def test_a_key_that_the_gate_adds_makes_a_lost_answer_come_again(self):
        self.connect({"idempotency": "ietf"})
        before = self.made()
        correlation_id, approval_id = self.approved("with-key", lose=2)
        ended = self.until_status(correlation_id, "executed")
        self.assertEqual(ended["result"]["body"]["ref"], "with-key")
        after = self.made()
        self.assertEqual(after["made"].count("with-key"), 1)
        keys = after["keys"][len(before["keys"]):]
        self.assertEqual(len(keys), 3, keys)
        self.assertEqual(len(set(keys)), 1, "the same key on every try")
        self.assertRegex(keys[0], r'^"[0-9a-f]{32}"$')
        kinds = [entry["kind"] for entry in
                 self.ada.do("GET", f"/audit?correlationId={correlation_id}")["entries"]]
        self.assertEqual(kinds.count("sending"), 3, kinds)
        self.assertEqual(self.bob.approval(approval_id)["status"], "executed")

    def test_a_key_of_the_callers_own_is_kept(self):
        self.connect({"idempotency": "ietf"})
        before = len(self.made()["keys"])
        held = call(self.gate.port, "POST", "/gateway-proxy/orders/orders/own", {"amount": 1},
                    {"Authorization": f"token {self.key}", "X-Agent-Id": "octo",
                     "Idempotency-Key": "mine"})
        self.way.lose = 1
        self.bob.decide(held.body["approvalRequestId"])
        self.until_status(held.body["correlationId"], "executed")
        self.assertEqual(self.made()["keys"][before:], ["mine", "mine"])

    def test_without_a_promise_a_lost_answer_is_doubt_and_nothing_is_sent_again(self):
        self.connect({})
        before = len(self.made()["keys"])
        correlation_id, _ = self.approved("without", lose=1)
        self.until_status(correlation_id, "in_doubt")
        time.sleep(2.5)  # longer than a retry would wait: what must not happen has no event
        self.assertEqual(self.made()["keys"][before:], [None])

    def test_a_probe_lifts_a_doubt(self):
        self.connect({})
        held = self.ask("POST", "/orders/what", {"amount": 1})
        action = self.bob.approval(held.body["approvalRequestId"])["action"]
        self.connect({"probes": [{"action": action, "get": "/orders/{2}", "settleMs": 50,
                                  "applied": {"status": [200], "pointer": "/found",
                                              "equals": True}}]})
        correlation_id, approval_id = self.approved("probed", lose=1)
        self.until_status(correlation_id, "executed")
        note = self.bob.approval(approval_id)["note"]
        self.assertIn("a probe found it applied: GET /orders/{2} answered 200", note)
        self.assertEqual(self.made()["made"].count("probed"), 1)

    def test_a_promise_of_another_place_is_none_of_this_one(self):
        self.connect({"idempotency": "ietf"})
        self.ada.do("PUT", "/connections/orders",
                    {"scheme": "http", "host": "127.0.0.1", "port": self.way.port,
                     "authScheme": "none", "privateAddress": True, "basePath": "/other"})
        shown = [one for one in self.ada.do("GET", "/connections")["connections"]
                 if one["tool"] == "orders"]
        self.assertEqual(shown[0]["promises"], {})


if __name__ == "__main__":
    unittest.main()
