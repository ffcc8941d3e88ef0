"""sentraild as people run it: configuration, starts that must be refused, signals, restarts."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.certificates import make_certificates  # noqa: E402
from harness.people import Person, call  # noqa: E402
from harness.processes import (STARTER, Gate, Programs, keeps_others_out,  # noqa: E402
                               read_if_there, until)

PROGRAMS = Programs(sys.argv.pop(1))
UNSIGNED = "policy:\n  allow_unsigned: true\n"


def run(*arguments, **more):
    return subprocess.run([PROGRAMS.sentraild, *map(str, arguments)], text=True,
                          capture_output=True, timeout=60, check=False, **more)


def config_file(text):
    file = pathlib.Path(tempfile.mkdtemp(prefix="sentraild-")) / "sentrail.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def policy(text):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="policy-"))
    (folder / "p.sentrail").write_text(text, encoding="utf-8")
    return folder


def block_all(name):
    return policy(f"policy {name}\nlanguage 1\nimport sentrail.github\ndefault block\n")


def refuses_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return False
    except ConnectionRefusedError:
        return True


class Configuration(unittest.TestCase):
    def test_other_programs_of_the_account_have_no_look_into_its_memory(self):
        folder = tempfile.mkdtemp(prefix="sentraild-")
        self.assertTrue(keeps_others_out(PROGRAMS.sentraild, ["--config", f"{folder}/c.yaml"],
                                         f"{folder}/c.yaml", {}))

    def test_the_usual_options(self):
        self.assertRegex(run("--version").stdout,
                         r"^sentraild \d+\.\d+\.\d+, bundle levels up to \d+\n$")
        self.assertIn("--check-config", run("--help").stdout)
        self.assertEqual(run().returncode, 2)
        self.assertEqual(run("--confg", "x").returncode, 2)

    def test_the_effective_configuration_is_printed_and_reads_back(self):
        first = run("--check-config", "--config", config_file(UNSIGNED))
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn('listen: "127.0.0.1:8080"\n', first.stdout)
        again = run("--check-config", "--config", config_file(first.stdout))
        self.assertEqual(again.stdout, first.stdout)

    def test_a_mistake_is_named_with_its_line_before_anything_is_touched(self):
        file = config_file("listen: 127.0.0.1:0\npolicy:\n  allow_unsinged: true\n")
        for arguments in (["--check-config"], []):
            answer = run(*arguments, "--config", file)
            self.assertEqual(answer.returncode, 2)
            self.assertIn(f"{file}: line 3, column 3: unknown key `policy.allow_unsinged`; did you "
                          "mean `policy.allow_unsigned`?", answer.stderr)
        self.assertEqual(os.listdir(file.parent), ["sentrail.yaml"])

    def test_a_missing_file_is_named(self):
        answer = run("--config", "/no/such.yaml")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("/no/such.yaml", answer.stderr)


class Running(unittest.TestCase):
    """Each test has a gate of its own; whatever still runs is ended."""

    def setUp(self):
        self.gates = []

    def tearDown(self):
        for gate in self.gates:
            if gate.process and gate.process.poll() is None:
                gate.kill()
            shutil.rmtree(gate.folder)

    def gate(self, **more):
        self.gates.append(Gate(PROGRAMS, **more))
        return self.gates[-1]

    def refused(self, gate):
        """Standard error of a start that must fail."""
        answer = run("--config", gate.config)
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertEqual(len(answer.stderr.strip().splitlines()), 1, answer.stderr)
        return answer.stderr


class Starting(Running):
    def test_a_taken_port_is_named_with_the_remedy(self):
        gate = self.gate()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            gate.config.write_text(gate.config.read_text().replace("127.0.0.1:0",
                                                                   f"127.0.0.1:{port}"))
            said = self.refused(gate)
        self.assertIn(f"127.0.0.1 port {port} is taken", said)
        self.assertIn("choose another port", said)

    def test_two_gates_do_not_share_a_data_folder(self):
        gate = self.gate().start()
        said = self.refused(gate)
        self.assertIn(f"process {gate.process.pid}", said)
        self.assertEqual(call(gate.port, "GET", "/healthz").status, 200)

    def test_a_data_folder_that_others_can_read_is_refused(self):
        gate = self.gate()
        (gate.folder / "data").mkdir(mode=0o755)
        self.assertIn("chmod 700", self.refused(gate))

    def test_what_is_made_is_private(self):
        gate = self.gate().start()
        data = gate.folder / "data"
        self.assertEqual(data.stat().st_mode & 0o777, 0o700)
        self.assertEqual((data / "master.key").stat().st_mode & 0o777, 0o600)
        self.assertEqual(read_if_there(data / "sentraild.pid"), str(gate.process.pid))
        self.assertEqual(gate.stop(), 0)
        self.assertEqual(read_if_there(data / "sentraild.pid"), "")

    def test_a_lost_master_key_is_not_replaced(self):
        gate = self.gate().start()
        gate.stop()
        (gate.folder / "data/master.key").unlink()
        self.assertIn("restore it from its backup", self.refused(gate))

    def test_a_missing_bundle_is_refused_at_the_first_start(self):
        gate = self.gate()
        (gate.folder / "policy.bundle").unlink()
        said = self.refused(gate)
        self.assertIn("policy.bundle", said)
        self.assertIn("sentrailc build", said)
        gate.build(STARTER)
        for _ in range(2):  # what that start made is no store that went back
            gate.start()
            gate.stop()
        self.assertNotIn("limits_unknown", read_if_there(gate.log))

    def test_a_mark_that_cannot_be_read_is_no_sign_of_an_older_store(self):
        gate = self.gate().start()
        gate.stop()
        mark = gate.folder / "data/store/limits"
        before = mark.read_text()
        mark.unlink()
        mark.mkdir()
        self.assertIn(str(mark.relative_to(gate.folder)), self.refused(gate))
        mark.rmdir()
        mark.write_text(before)
        gate.start()
        self.assertNotIn("limits_unknown", read_if_there(gate.log))

    def test_signatures_are_demanded_unless_said_otherwise(self):
        gate = self.gate()
        subprocess.run([PROGRAMS.sentrailc, "keygen", "test/policy", "-o", gate.folder / "k"],
                       check=True, capture_output=True)
        trusted = gate.config.read_text().replace(
            "allow_unsigned: true", f'trust: ["{(gate.folder / "k.pub").read_text().strip()}"]')
        gate.config.write_text(trusted)
        self.assertIn("policy.bundle", self.refused(gate))
        subprocess.run([PROGRAMS.sentrailc, "build", STARTER, "-o", gate.folder / "policy.bundle",
                        "--sign", gate.folder / "k"], check=True, capture_output=True)
        gate.start()
        self.assertIn("policy  starter", until(gate.said, "the greeting"))

    def test_a_damaged_bundle_leaves_the_last_good_one_in_force(self):
        gate = self.gate().start()
        gate.stop()
        for damage in (b"", b"not a bundle", None):
            bundle = gate.folder / "policy.bundle"
            if damage is None:
                bundle.unlink()
            else:
                bundle.write_bytes(damage)
            gate.start()
            self.assertIn("last good one", until(gate.said, "the greeting"))
            self.assertEqual(call(gate.port, "GET", "/readyz").status, 200)
            gate.stop()
        (gate.folder / "data/last_good.bundle").write_bytes(b"damaged too")
        self.assertIn("no policy to decide with", self.refused(gate))

    def test_a_damaged_or_missing_store_is_refused(self):
        gate = self.gate().start()
        gate.stop()
        store = gate.folder / "data/store"
        kept = gate.folder / "kept"
        shutil.copytree(store, kept)

        def afresh():
            shutil.rmtree(store)
            shutil.copytree(kept, store)

        (store / "floor").unlink()
        self.assertIn("floor", self.refused(gate))
        afresh()
        shutil.rmtree(store / "db")
        self.assertIn("is missing", self.refused(gate))
        afresh()
        (store / "db/CURRENT").write_bytes(b"garbage\n")
        self.refused(gate)
        afresh()
        for file in (store / "db").glob("*.log"):
            file.write_bytes(b"")
        self.assertIn("acknowledged", self.refused(gate))
        afresh()
        gate.start()


class Signals(Running):
    def test_ctrl_c_and_sigterm_end_it_with_success(self):
        gate = self.gate()
        for number in (signal.SIGINT, signal.SIGTERM):
            gate.start()
            self.assertEqual(gate.stop(number), 0)
            self.assertIn("ended", read_if_there(gate.log))

    def test_a_second_signal_ends_what_the_first_waits_for(self):
        gate = self.gate(policy=policy("policy p\nlanguage 1\nimport sentrail.github\n"
                                       "default allow\n"),
                         settings="shutdown_ms: 600000\n").start()
        ada = Person(gate, "ada").join(gate.bootstrap_token())
        with socket.create_server(("127.0.0.1", 0)) as silent:
            ada.do("PUT", "/connections/github",
                   {"scheme": "http", "host": "127.0.0.1", "port": silent.getsockname()[1],
                    "authScheme": "none", "privateAddress": True})
            key = ada.make_key("k")
            with socket.create_connection(("127.0.0.1", gate.port)) as client:
                client.sendall(f"GET /gateway-proxy/github/user HTTP/1.1\r\nHost: x\r\n"
                               f"Authorization: Bearer {key}\r\n\r\n".encode())
                silent.settimeout(30)
                upstream, _ = silent.accept()
                with upstream:
                    os.kill(gate.process.pid, signal.SIGTERM)
                    until(lambda: "shutdown_asked" in read_if_there(gate.log), "the first signal")
                    until(lambda: refuses_connections(gate.port), "the listener's end")
                    self.assertIsNone(gate.process.poll())
                    began = time.monotonic()
                    self.assertEqual(gate.stop(), 0)
                    self.assertLess(time.monotonic() - began, 20)

    def test_sighup_takes_a_new_policy_and_keeps_the_old_when_it_cannot(self):
        gate = self.gate().start()
        ada = Person(gate, "ada").join(gate.bootstrap_token())
        before = ada.do("GET", "/policy")["bundle"]
        gate.build(block_all("second"))
        self.assertIn("second", gate.reload())
        after = ada.do("GET", "/policy")["bundle"]
        self.assertNotEqual(after, before)
        (gate.folder / "policy.bundle").write_bytes(b"garbage")
        self.assertIn("what was in force", gate.reload("policy_not_loaded"))
        self.assertEqual(ada.do("GET", "/policy")["bundle"], after)
        gate.stop()
        gate.start()
        self.assertEqual(ada.do("GET", "/policy")["bundle"], after)

    def test_sighup_takes_a_new_certificate(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sentraild-tls-"))
        first = make_certificates(folder / "1")
        gate = self.gate(settings="tls:\n  listen: 127.0.0.1:0\n"
                                  f"  certificate: {folder}/cert.pem\n  key: {folder}/key.pem\n")
        for name in ("cert.pem", "key.pem"):
            shutil.copy(folder / "1" / name, folder / name)
        gate.start()

        def greeted_by(authority):
            context = ssl.create_default_context(cafile=authority)
            with socket.create_connection(("127.0.0.1", gate.tls_port)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    return secure.recv(64)

        self.assertIn(b"200 OK", greeted_by(first))
        second = make_certificates(folder / "2")
        with self.assertRaises(ssl.SSLCertVerificationError):
            greeted_by(second)
        for name in ("cert.pem", "key.pem"):
            shutil.copy(folder / "2" / name, folder / name)
        gate.reload()

        def new_certificate():
            try:
                return b"200 OK" in greeted_by(second)
            except ssl.SSLCertVerificationError:
                return False

        until(new_certificate, "the second certificate")
        (folder / "cert.pem").write_text("garbage")
        gate.reload("tls_not_loaded")
        self.assertIn(b"200 OK", greeted_by(second))
        self.assertEqual(call(gate.port, "GET", "/healthz").status, 200)


class Reloading(Running):
    """`sentrailc watch --reload` and the pid file of a gate."""

    def first_word_to_the_gate(self, gate):
        """What `watch` says after its first build about the gate that it tells."""
        command = [PROGRAMS.sentrailc, "watch", STARTER, "-o", gate.folder / "policy.bundle",
                   "--reload", gate.folder / "data/sentraild.pid"]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as watching:
            deadline = threading.Timer(30, watching.kill)  # a hang fails, it does not wait
            deadline.start()
            try:
                said = re.compile("^the gate reloads|^no running gate")
                return until(lambda: said.match(watching.stdout.readline()),
                             "what became of the reload").group(0)
            finally:
                deadline.cancel()
                watching.kill()

    def test_a_running_gate_is_told(self):
        gate = self.gate().start()
        self.assertEqual(self.first_word_to_the_gate(gate), "the gate reloads")
        until(lambda: "policy_loaded" in read_if_there(gate.log), "the reload")

    def test_a_killed_gates_number_may_be_another_process_by_now(self):
        gate = self.gate().start()
        gate.kill()
        pid_file = gate.folder / "data/sentraild.pid"
        self.assertEqual(read_if_there(pid_file), str(gate.process.pid))
        with subprocess.Popen(["sleep", "600"]) as bystander:  # SIGHUP would end it
            try:
                pid_file.write_text(str(bystander.pid))
                self.assertEqual(self.first_word_to_the_gate(gate), "no running gate")
                self.assertIsNone(bystander.poll())
            finally:
                bystander.kill()
                self.assertEqual(bystander.wait(), -signal.SIGKILL)
        gate.start()
        self.assertEqual(self.first_word_to_the_gate(gate), "the gate reloads")


class Restarting(Running):
    def test_only_the_newest_bootstrap_token_works_and_only_once(self):
        gate = self.gate().start()
        first = gate.bootstrap_token()
        gate.stop()
        gate.start()
        second = gate.bootstrap_token()
        self.assertNotEqual(first, second)
        account = {"name": "ada", "passphrase": "correct horse battery staple"}
        self.assertEqual(call(gate.port, "POST", "/bootstrap", {"token": first, **account}).status,
                         403)
        self.assertEqual(call(gate.port, "POST", "/bootstrap", {"token": second, **account}).status,
                         200)
        self.assertEqual(call(gate.port, "POST", "/bootstrap",
                              {"token": second, **account, "name": "eve"}).status, 403)
        gate.stop()
        gate.start()
        self.assertNotIn("sbt_", until(gate.said, "the greeting"))
        log = read_if_there(gate.log)
        self.assertNotIn(first, log)
        self.assertNotIn(second, log)

    def test_people_keys_policy_and_the_log_survive(self):
        gate = self.gate().start()
        ada = Person(gate, "ada").join(gate.bootstrap_token())
        key = ada.make_key("reader", scopes=["evaluate", "admin-read"])
        bundle = ada.do("GET", "/policy")["bundle"]
        for end in (gate.stop, gate.kill):
            end()
            gate.start()
            self.assertEqual(Person(gate, "ada").do("GET", "/policy")["bundle"], bundle)
            answer = call(gate.port, "GET", "/approvals", headers={"Authorization": "token " + key})
            self.assertEqual(answer.status, 200, answer)
        workspace = Person(gate, "ada").ask("POST", "/session", {
            "name": "ada", "passphrase": "correct horse battery staple"}).body["workspaceId"]
        for named, code in ((workspace, 0), ("6ba7b810-9dad-41d1-80b4-00c04fd430c8", 1), ("x", 1)):
            listed = subprocess.run(
                [PROGRAMS.sentrail, "--server", f"http://127.0.0.1:{gate.port}", "--workspace",
                 named, "agent", "list"], text=True, capture_output=True, timeout=60, check=False,
                env={"SENTRAIL_KEY": key, "HOME": str(gate.folder), "PATH": "/usr/bin:/bin"})
            self.assertEqual(listed.returncode, code, listed.stderr)
        leaves = [json.loads(base64.b64decode(json.loads(line)["leaf"]))
                  for line in call(gate.port, "GET", "/audit/log/entries",
                                   headers={"Authorization": "Bearer " + key}).raw.splitlines()]
        self.assertEqual(sum(leaf["kind"] == "restart" for leaf in leaves), 3)
        self.assertEqual(len({leaf["boot_id"] for leaf in leaves}), 3)
        verified = subprocess.run(
            [PROGRAMS.sentrail, "--server", f"http://127.0.0.1:{gate.port}", "audit", "verify"],
            env={"SENTRAIL_KEY": key, "HOME": str(gate.folder), "PATH": "/usr/bin:/bin"},
            text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_without_a_policy_everything_waits_for_one_and_what_is_pushed_stays(self):
        gate = self.gate()
        gate.config.write_text(gate.config.read_text().replace("  bundle: policy.bundle\n", ""))
        gate.start()
        self.assertIn("policy  none", until(gate.said, "the greeting"))
        ready = call(gate.port, "GET", "/readyz")
        self.assertEqual((ready.status, ready.body["ok"]), (503, False))
        ada = Person(gate, "ada").join(gate.bootstrap_token()).sign_in()
        bundle = (gate.folder / "policy.bundle").read_bytes()
        pushed = call(gate.port, "PUT", "/policy", bundle,
                      {"Authorization": f"Bearer {ada.token}",
                       "Content-Type": "application/octet-stream"})
        self.assertEqual(pushed.status, 200, pushed)
        self.assertEqual(call(gate.port, "GET", "/readyz").status, 200)
        gate.kill()
        gate.start()
        self.assertRegex(until(gate.said, "the greeting"), re.compile("^policy  starter", re.M))


if __name__ == "__main__":
    unittest.main(verbosity=0)
