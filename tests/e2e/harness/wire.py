"""Raw bytes between programs: a relay that records them, requests read from them, comparison."""

import dataclasses
import socket
import sys
import threading

# What a request loses or has replaced on its way through the gate; everything else must arrive
# byte for byte. docs/approval_hash.md and runtime/http/headers.cpp are the two sources.
REPLACED = {"host", "authorization"}
DROPPED = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
           "proxy-connection", "proxy-authorization", "cookie", "x-agent-id", "x-api-key", "via",
           "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
           "x-forwarded-proto", "x-real-ip", "x-http-method", "x-http-method-override",
           "x-method-override", "x-original-url", "x-rewrite-url"}
# Framing follows the body: its length is compared as the body's own.
FRAMING = {"content-length"}


@dataclasses.dataclass
class Message:
    """One request as it stood on a wire."""
    line: str
    fields: list
    body: bytes

    @property
    def method(self):
        return self.line.split(" ")[0]

    @property
    def target(self):
        return self.line.split(" ")[1]

    def field(self, name):
        return [value for key, value in self.fields if key.lower() == name]

    def essence(self, prefix=""):
        """What must be equal on both sides of the gate."""
        line = self.line.replace(" " + prefix, " ", 1) if prefix else self.line
        kept = [(name, value) for name, value in self.fields
                if name.lower() not in REPLACED | DROPPED | FRAMING
                and not name.lower().startswith("x-sentrail-")]
        return line, kept, self.body


def read_messages(stream):
    """The requests of one connection's bytes; a cut-off last one is left out."""
    messages = []
    while True:
        head, found, rest = stream.partition(b"\r\n\r\n")
        if not found:
            return messages
        line, *lines = head.decode("latin-1").split("\r\n")
        fields = [tuple(field.split(": ", 1)) if ": " in field else (field.rstrip(":"), "")
                  for field in lines]
        message = Message(line, fields, b"")
        if message.field("transfer-encoding"):
            body, rest = read_chunks(rest)
        else:
            length = int((message.field("content-length") or ["0"])[0])
            body, rest = (rest[:length], rest[length:]) if len(rest) >= length else (None, b"")
        if body is None:
            return messages
        message.body = body
        messages.append(message)
        stream = rest


def read_chunks(stream):
    body = b""
    while True:
        size, found, rest = stream.partition(b"\r\n")
        if not found:
            return None, b""
        count = int(size.split(b";")[0], 16)
        if len(rest) < count + 2:
            return None, b""
        if count == 0:
            return body, rest[2:]
        body, stream = body + rest[:count], rest[count + 2:]


class Relay:
    """A stable address in front of the gate that keeps what clients sent, connection by connection.

    The gate behind it may be killed and come back on another port; clients and pagination links
    keep the relay's.
    """

    def __init__(self):
        self.target = 0
        self.streams = []
        self.open = 0
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        stream = bytearray()
        with self.lock:
            self.streams.append(stream)
            self.open += 1
        try:
            self.join(client, stream)
        finally:
            with self.lock:
                self.open -= 1

    def join(self, client, stream):
        """Carries bytes both ways until both sides have closed."""
        try:
            onward = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError as error:
            print(f"relay: no gate at {self.target}: {error}", file=sys.stderr)
            client.close()
            return
        onward.settimeout(None)
        back = threading.Thread(target=pump, args=(onward, client, None), daemon=True)
        back.start()
        pump(client, onward, stream)
        back.join()
        client.close()
        onward.close()

    def settled(self):
        """Whether no connection is open any more.

        When a gate is gone its clients hear of it a moment later; a client that sends before that
        puts its request on a connection that has ended already.
        """
        with self.lock:
            return self.open == 0

    def sent(self):
        """All whole requests that clients sent, connection by connection."""
        with self.lock:
            streams = [bytes(stream) for stream in self.streams]
        return [message for stream in streams for message in read_messages(stream)]

    def close(self):
        self.server.close()


def pump(source, sink, record):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            if record is not None:
                record.extend(data)
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def exchange(port, raw, timeout=10):
    """Sends raw bytes, half-closes, and reads to the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(raw)
        answer = b""
        try:
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(65536):
                answer += data
        except ConnectionError:
            pass
        return answer
