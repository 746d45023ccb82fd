"""Network cause: why a connection failed, in one phrase that says what to do."""

import socket
import ssl


def network_cause(error: BaseException, host: str = "", tls_remedy: str = "", plain_remedy: str = "") -> str:
    """What went wrong, and what to do about it.

    Args:
        error: what was raised while connecting.
        host: the name that was looked up.
        tls_remedy: what to do about a certificate that nobody here vouches for.
        plain_remedy: what to do where the other side speaks no TLS.
    """
    if isinstance(error, socket.gaierror):
        return f"no address is known for the name {host}; check its spelling, or give the address"
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = f"; {tls_remedy}" if tls_remedy else ""
        return f"its certificate is refused: {error.verify_message or error.reason}{remedy}"
    if isinstance(error, ssl.SSLError):
        remedy = f"; {plain_remedy}" if plain_remedy else ""
        return f"there is no TLS on that port ({error.reason or 'it answers otherwise'}){remedy}"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused: nothing listens on that port, or a firewall forbids it"
    if isinstance(error, TimeoutError | socket.timeout):
        return "there is no answer; is it switched on, and the address right?"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return f"it hung up at once; {plain_remedy or 'is it the right port, with TLS where that is needed?'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def first_answer(host: str, port: int, tls: ssl.SSLContext | None, timeout_s: float) -> BaseException | None:
    """Connect once, and with TLS shake hands; what was raised, or None where that works."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            if tls:
                with tls.wrap_socket(connection, server_hostname=host):
                    pass
    except OSError as error:
        return error
    return None
