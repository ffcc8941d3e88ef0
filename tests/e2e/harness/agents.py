"""Agents: an unmodified Octokit in a Node process, driven line by line."""

import json
import os
import pathlib
import subprocess

from harness.processes import NODE

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "octokit/agent.mjs"
PREFIX = "/gateway-proxy/github"


class Octokit:
    """One @octokit/rest client. Calls may be sent without waiting for their answers."""

    def __init__(self, base_url, key, headers=None, authority=None):
        trust = {"NODE_EXTRA_CA_CERTS": str(authority)} if authority else {}
        self.process = subprocess.Popen(
            [NODE, SCRIPT, json.dumps({"baseUrl": base_url, "auth": key,
                                       "headers": headers or {}})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **trust})
        self.count = 0
        self.early = {}

    def send(self, method, arguments=None, paginate=False):
        """Begins a call; its number."""
        self.count += 1
        self.process.stdin.write(json.dumps({"id": self.count, "method": method,
                                             "arguments": arguments or {},
                                             "paginate": paginate}) + "\n")
        self.process.stdin.flush()
        return self.count

    def wait(self, number):
        """The outcome of a call: {status, data, headers, url} or {error: …}."""
        while number not in self.early:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the agent ended")
            answer = json.loads(line)
            self.early[answer["id"]] = answer
        return self.early.pop(number)

    def call(self, method, **arguments):
        return self.wait(self.send(method, arguments))

    def paginate(self, method, **arguments):
        return self.wait(self.send(method, arguments, paginate=True))

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
