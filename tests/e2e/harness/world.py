"""One upstream that records, a gate behind a relay that records too, two people and an agent."""

import json
import pathlib
import shutil
import sys
import tempfile
import unittest

from harness.agents import PREFIX, Octokit
from harness.certificates import make_certificates
from harness.people import call, owner_and_reviewer
from harness.processes import Demo, Gate, Programs, until
from harness.wire import Relay, read_messages

WEB = {"owner": "acme", "repo": "web"}
programs = []


def programs_of_the_command_line():
    """Takes the folder of the programs under test off the command line."""
    programs.append(sys.argv.pop(1))
    return Programs(programs[0])


class World(unittest.TestCase):
    """One upstream, one gate behind a relay, two people and an agent, for all tests of a class."""

    settings = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentrail-e2e-"))
        cls.demo = Demo(cls.folder / "demo")
        cls.relay = Relay()
        authority = make_certificates(cls.folder / "tls")
        cls.authority = authority
        tls = (f"tls:\n  listen: 127.0.0.1:0\n  certificate: {cls.folder}/tls/cert.pem\n"
               f"  key: {cls.folder}/tls/key.pem\n")
        cls.gate = Gate(Programs(programs[0]), cls.folder / "gate", cls.relay.url,
                        settings=tls + cls.settings)
        cls.start_gate()
        cls.ada, cls.bob = owner_and_reviewer(cls.gate)
        cls.ada.connect(cls.demo)
        cls.key = cls.ada.make_key("agents", ["gateway", "evaluate"])
        cls.agent = Octokit(cls.relay.url + PREFIX, cls.key, {"x-agent-id": "octo"})

    @classmethod
    def tearDownClass(cls):
        cls.agent.close()
        cls.relay.close()
        if cls.gate.process.poll() is None:
            cls.gate.stop()
        cls.demo.stop()
        shutil.rmtree(cls.folder)

    @classmethod
    def start_gate(cls):
        until(cls.relay.settled, "the end of connections to the gate before")
        cls.gate.start()
        cls.relay.target = cls.gate.port

    def upstream(self):
        return [message for stream in self.demo.received() for message in read_messages(stream)]

    def times(self, method, target):
        """How often the upstream got exactly this."""
        return sum(message.method == method and message.target == target
                   for message in self.upstream())

    def assert_arrived_once(self, method, target):
        """The client's last such request arrived, byte for byte, once."""
        sent = [message for message in self.relay.sent()
                if message.method == method and message.target == PREFIX + target]
        arrived = [message for message in self.upstream()
                   if message.method == method and message.target == target]
        self.assertEqual(len(arrived), 1)
        self.assertEqual(arrived[0].essence(), sent[-1].essence(PREFIX))
        self.assertEqual(arrived[0].field("authorization"), ["token demo-token"])
        self.assertEqual(arrived[0].field("host"), [f"127.0.0.1:{self.demo.port}"])
        self.assertEqual(arrived[0].field("content-length") or ["0"],
                         [str(len(arrived[0].body))])
        for name in ("x-agent-id", "cookie"):
            self.assertEqual(arrived[0].field(name), [])
        self.assertNotIn(self.key, str(arrived[0]))

    def held(self, answer):
        """The ids of a held call."""
        self.assertEqual(answer.get("status"), 202, answer)
        self.assertEqual(answer["data"]["decision"], "require_approval")
        return answer["data"]["approvalRequestId"], answer["data"]["correlationId"]

    def status(self, correlation_id, wait=0):
        answer = call(self.gate.port, "GET",
                      f"/gateway-proxy/status/{correlation_id}?wait={wait}",
                      headers={"Authorization": f"token {self.key}", "X-Agent-Id": "octo"})
        self.assertEqual(answer.status, 200, answer)
        return answer.body

    def hold_a_pull(self, title, **more):
        """A held call with a title of its own, so that it can be told in the upstream's record."""
        return self.held(self.agent.call("pulls.create", **WEB, title=title, head=title,
                                         base="main", **more))

    def pulls_named(self, title):
        return sum(message.method == "POST" and message.target == "/repos/acme/web/pulls"
                   and json.loads(message.body)["title"] == title
                   for message in self.upstream())
