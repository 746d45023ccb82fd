"""The server's sockets when it is closed."""

import gc
import socket
import warnings

from aiohttp import web

from app.outputs.address import Address
from app.outputs.web.server import Server

SIZE = 8 << 20  # bytes; more than the buffers of a connection take


def test_closing_disconnects_a_client_that_does_not_read():
    async def send(_request):
        return web.Response(body=bytes(SIZE))

    site = web.Application()
    site.router.add_get("/", send)
    server = Server(Address("127.0.0.1", 0), site)
    with socket.socket() as client, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", server.address.port))
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        client.recv(1)  # the response has begun
        server.close()
        gc.collect()
        assert received(client) < SIZE
    assert not [str(each.message) for each in caught]


def received(client):
    """The number of bytes until the connection ends."""
    total = 0
    try:
        while part := client.recv(65536):
            total += len(part)
    except ConnectionResetError:
        pass
    return total
