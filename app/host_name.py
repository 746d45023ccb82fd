"""Host names, checked before they are looked up: the look-up of a text that is none raises other errors."""


def checked_host(host: str) -> str:
    """A host that can be looked up.

    Raises:
        ValueError: a part of its name is empty or too long.
    """
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError(f"{host[:80]} is not the name of a host") from None
    return host
