"""Network cause: why a connection failed and what to do, in one phrase."""

import socket
import ssl

from common.hidden_password import without_password


def network_cause(error: BaseException, host: str = "", tls_remedy: str = "", plain_remedy: str = "") -> str:
    """The cause of a connection error, and what to do about it.

    Args:
        error: raised while connecting.
        host: the name that was looked up.
        tls_remedy: what to do about a certificate that is not trusted here.
        plain_remedy: what to do if the server does not use TLS.
    """
    if isinstance(error, socket.gaierror | UnicodeError):  # UnicodeError: a part of it is too long for a host name
        return f"no address is known for the name {host}; check its spelling, or give the address"
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = f"; {tls_remedy}" if tls_remedy else ""
        return f"its certificate is refused: {error.verify_message or error.reason}{remedy}"
    if isinstance(error, ssl.SSLError):
        remedy = f"; {plain_remedy}" if plain_remedy else ""
        return f"there is no TLS on that port ({error.reason or 'another protocol'}){remedy}"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused: nothing listens on that port, or a firewall blocks it"
    if isinstance(error, TimeoutError | socket.timeout):
        return "there is no response; is it switched on, and is the address correct?"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return f"it closed the connection; {plain_remedy or 'is it the right port, and does it need TLS?'}"
    # FFmpeg's errors are not OSErrors, and their text has the URL with its password.
    return getattr(error, "strerror", None) or without_password(str(error)) or type(error).__name__


def connection_error(host: str, port: int, tls: ssl.SSLContext | None, timeout_s: float) -> BaseException | None:
    """Connect once, with a TLS handshake if `tls` is given; return the error, or None on success."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            if tls:
                with tls.wrap_socket(connection, server_hostname=host):
                    pass
    except (OSError, UnicodeError) as error:
        return error
    return None
