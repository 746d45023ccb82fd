"""`--serve`, `--websocket`: a web page, and a WebSocket of events."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from app.outputs.address import ADDRESS, Address
from app.outputs.kind import OpenedOutput, OutputKind, RunFacts
from app.outputs.option_types import address
from app.outputs.packages import need


@dataclass(frozen=True, slots=True)
class WebOutput:
    """A server for browsers and programs."""

    address: Address
    """Address that it listens on."""
    page: bool
    """Serve a page with the picture; False for the events only."""
    token_file: Path | None = None
    """File with its access token."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of other web pages that may connect."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names of this machine."""

    def open(self, run: RunFacts) -> OpenedOutput:
        """Start the server.

        Raises:
            UserError: the address is in use, the token cannot be read, or aiohttp is not installed.
        """
        del run
        need("aiohttp", "aiohttp", "--serve" if self.page else "--websocket")
        from app.outputs.web.opening import Web

        web = Web(self.address, self.page, self.token_file, self.allowed_origins, self.allowed_hosts)
        return OpenedOutput(web.hub, web.close, web.pictures if self.page else None, web.describe)


def origin(text: str) -> str:
    """Parse the origin of a page, as browsers send it: scheme, host and port, without the scheme's usual port."""
    url = urlsplit(text)
    if not url.scheme or not url.netloc or url.path.strip("/") or url.query or "@" in url.netloc:
        raise ValueError(text)
    usual = {"http": ":80", "https": ":443"}.get(url.scheme, "")
    return f"{url.scheme}://{url.netloc.lower().removesuffix(usual)}"


def host_name(text: str) -> str:
    """Parse the name of a machine, without scheme and port; in lower case."""
    name = text.strip().lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", name):
        raise ValueError(text)
    return name


# argparse prints these names: "invalid host name value: 'a b'"
origin.__name__ = "SCHEME://HOST[:PORT]"
host_name.__name__ = "host name"


def _add_options(group: argparse._ArgumentGroup) -> None:
    listen = partial(group.add_argument, type=address, metavar=ADDRESS)
    listen("--serve", help="serve a web page with picture and gestures (default of HOST: this machine only)")
    listen("--websocket", help="events as JSON over a WebSocket, without the picture")
    group.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="access token of --serve and --websocket; without it, a server that other machines can reach generates a "
        "token and prints it",
    )
    group.add_argument(
        "--allow-origin",
        type=origin,
        action="append",
        default=[],
        metavar="URL",
        help="origin of another page that may connect, such as http://localhost:3000 or app://name (may be repeated)",
    )
    group.add_argument(
        "--allow-host",
        type=host_name,
        action="append",
        default=[],
        metavar="NAME",
        help="a name of this machine, such as box.lan, or the one that a proxy forwards (may be repeated)",
    )


def _read(options: argparse.Namespace) -> Iterator[WebOutput]:
    allowed = options.token_file, tuple(options.allow_origin), tuple(options.allow_host)
    if options.serve:
        yield WebOutput(options.serve, True, *allowed)
    if options.websocket:
        yield WebOutput(options.websocket, False, *allowed)


WEB = OutputKind(("serve", "websocket"), _add_options, _read)
