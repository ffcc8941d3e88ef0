"""People: at the API with a session, and at a terminal of their own."""

import http.client
import json
import os
import pty
import select
import signal
import subprocess
import time

http_error = http.client.HTTPException
PASSPHRASES = {"ada": "correct horse battery staple", "bob": "the second pair of eyes",
               "cyd": "away until the ninth", "dee": "stands in for the others"}


class Answer:
    """A status, headers, and the body as JSON where it is."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.raw = response.read()
        try:
            self.body = json.loads(self.raw)
        except ValueError:
            self.body = None

    def __repr__(self):
        return f"{self.status} {self.raw[:400]!r}"


def call(port, method, target, body=None, headers=None, timeout=90):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        fields = {"Content-Type": "application/json"} if isinstance(body, (dict, list)) else {}
        connection.request(method, target, data, {**fields, **(headers or {})})
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Person:
    """Somebody with an account; the session is kept for as many calls as it lasts."""

    def __init__(self, gate, name):
        self.gate = gate
        self.name = name
        self.passphrase = PASSPHRASES[name]
        self.token = None

    def join(self, token):
        """Uses a bootstrap token or an invitation."""
        answer = call(self.gate.port, "POST", "/bootstrap",
                      {"token": token, "name": self.name, "passphrase": self.passphrase})
        assert answer.status == 200, answer
        return self

    def sign_in(self):
        answer = call(self.gate.port, "POST", "/session",
                      {"name": self.name, "passphrase": self.passphrase})
        assert answer.status == 200, answer
        self.token = answer.body["token"]
        return self

    def ask(self, method, target, body=None):
        """Any answer, whatever its status."""
        if self.token is None:
            self.sign_in()
        return call(self.gate.port, method, target, body,
                    {"Authorization": f"Bearer {self.token}"})

    def do(self, method, target, body=None):
        """The body of an answer that must be a success."""
        answer = self.ask(method, target, body)
        assert answer.status == 200, f"{method} {target}: {answer}"
        return answer.body

    # What administrators do.
    def connect(self, demo, token="demo-token"):
        self.do("PUT", "/connections/github",
                {"scheme": "http", "host": "127.0.0.1", "port": demo.port, "authScheme": "token",
                 "credential": token, "privateAddress": True})

    def make_key(self, name, scopes=("gateway",), **more):
        return self.do("POST", "/manage-api-keys",
                       {"name": name, "scopes": list(scopes), **more})["key"]

    def invite(self, name, role="reviewer", groups=()):
        return self.do("POST", "/reviewers",
                       {"name": name, "role": role, "groups": list(groups)})["token"]

    # What reviewers do.
    def approval(self, approval_id):
        body = self.do("GET", f"/approvals/{approval_id}")
        return body.get("approval", body)

    def decide(self, approval_id, decision="approved", **more):
        """The answer to a decision on what is shown now."""
        shown = self.approval(approval_id)["hash"]
        return self.ask("POST", "/approval-decision",
                        {"approvalRequestId": approval_id, "decision": decision, "hash": shown,
                         **more})


def owner_and_reviewer(gate):
    """Ada owns the gate and makes keys; Bob approves, since nobody approves their own calls."""
    ada = Person(gate, "ada").join(gate.bootstrap_token())
    bob = Person(gate, "bob").join(ada.invite("bob"))
    return ada, bob


def at_terminal(command, answers, environment, seconds=60):
    """Runs a program on a terminal of its own and types an answer at each question.

    `answers`: pairs of (what the question contains, what is typed). Returns exit code and screen.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, environment)
    screen, left, end = b"", list(answers), time.monotonic() + seconds
    asked_from = 0
    try:
        while True:
            ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
            if not ready:
                os.kill(pid, signal.SIGKILL)
                raise TimeoutError(f"the terminal stands still: {screen!r}")
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            screen += data
            if left and left[0][0].encode() in screen[asked_from:]:
                asked_from = len(screen)
                os.write(terminal, left.pop(0)[1].encode() + b"\n")
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen.decode(errors="replace")


def without_terminal(command, environment, **more):
    """Runs a program as an agent's shell does: no controlling terminal, nothing to type."""
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, start_new_session=True, timeout=60, check=False,
                          **more)
