"""Opens a web server with its access token."""

import socket
from collections.abc import Sequence
from pathlib import Path

from app.outputs.address import Address
from app.outputs.web.access_token import Token
from app.outputs.web.guard import Guard
from app.outputs.web.hub import Hub
from app.outputs.web.pictures import Pictures
from app.outputs.web.server import Server
from app.outputs.web.website import PageOptions, Website, sign_in
from common.log import log


class Web:
    """A server of events, and optionally of a page with the picture; open until closed.

    Args:
        address: the address to listen on.
        page: whether to serve the page. Without it, the picture is not served.
        token_file: file of the access token. Without it, a server that other machines can reach generates one.
        origins: origins of other web pages that may connect.
        hosts: further names of this machine.

    Raises:
        UserError: the address cannot be listened on, or the token cannot be read.
    """

    def __init__(
        self,
        address: Address,
        page: bool,
        token_file: Path | None,
        origins: Sequence[str],
        hosts: Sequence[str] = (),
    ) -> None:
        token = Token.read(token_file) if token_file else None if address.loopback else Token.new()
        self.hub, self.pictures = Hub(), Pictures()
        self._site = Website(self.hub, self.pictures if page else None)
        guard = Guard(token, origins, sign_in() if page else "", hosts)
        self._server = Server(address, self._site.application(guard))
        what, scheme = ("page", "http") if page else ("events", "ws")
        log.info("%s at %s", what, link(scheme, self._server.address, token))

    def describe(self, source: str, mirror: bool) -> None:
        """Set what became known after the page was opened: the source's name, and whether to mirror the picture."""
        self._site.options = PageOptions(source, mirror)

    def close(self) -> None:
        """Disconnect all clients and stop."""
        self._server.close()


def link(scheme: str, address: Address, token: Token | None) -> str:
    """The URL of the server; with the token, if it was generated for this run."""
    host = Address(socket.gethostname(), address.port) if address.everywhere else address
    return f"{scheme}://{host}/" + (f"?token={token.word}" if token and token.generated else "")
