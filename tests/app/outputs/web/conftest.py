"""A server on a free port of this machine."""

import socket

import pytest
from websockets.sync.client import connect

from app.outputs.address import Address
from app.outputs.web.opening import Web


class Served(Web):
    """A web server with methods that send requests to it."""

    def __init__(self, page=True, token_file=None, origins=(), hosts=(), port=0):
        super().__init__(Address("127.0.0.1", port), page, token_file, origins, hosts)
        self.port = self._server.address.port
        self.url = f"http://127.0.0.1:{self.port}"

    def listen(self, path="/events", **headers):
        return connect(f"ws://127.0.0.1:{self.port}{path}", proxy=None, additional_headers=headers)

    def send(self, request):
        """Send bytes, and return the response."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plug:
            plug.sendall(request)
            return b"".join(iter(lambda: plug.recv(65536), b""))

    def responds(self):
        """Whether a request gets a response."""
        try:
            return self.get("/icon.svg")[0] == 200
        except (OSError, ValueError, IndexError):
            return False

    def get(self, path="/", **headers):
        """Status, headers and body of the response to a request."""
        sent = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"} | headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        head, _, body = self.send(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()).partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}, body.decode()


@pytest.fixture
def serve():
    """Starts servers and stops them."""
    made = []

    def start(**options):
        made.append(Served(**options))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def served(serve):
    return serve()
