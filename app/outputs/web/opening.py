"""Opening: a server as the command line asks for it, with the token that it needs."""

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
    """A server of events, and of a page with the picture if that is wanted; open until closed.

    Args:
        address: where to listen.
        page: whether there is a page. Without one, no picture is to be had.
        token_file: holds the token that is asked for. Without it, a server that others can reach makes one up.
        origins: web pages elsewhere that may listen.
        hosts: names by which it may be called besides this machine's own.

    Raises:
        UserError: the address cannot be listened on, or the token not be read.
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
        """Tell the page what became known after it was opened."""
        self._site.options = PageOptions(source, mirror)

    def close(self) -> None:
        """Say goodbye to who is connected, and stop."""
        self._server.close()


def link(scheme: str, address: Address, token: Token | None) -> str:
    """What to type elsewhere to get here; with the token, where it was made up for this run."""
    host = Address(socket.gethostname(), address.port) if address.everywhere else address
    return f"{scheme}://{host}/" + (f"?token={token.word}" if token and token.made_up else "")
