"""Access control: host names, origins, tokens, paths."""

import select
import socket
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from streams import until
from websockets.exceptions import InvalidStatus

from app.outputs.address import Address
from app.outputs.kinds.web_server import host_name, origin
from app.outputs.web import server
from app.outputs.web.access_token import Token
from app.outputs.web.opening import Web, link
from common.errors import UserError

WORD = "a-secret-of-32-characters-or-so"


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(WORD + "\n")
    return path


def refused_status(guarded, path="/events", **headers):
    with pytest.raises(InvalidStatus) as refused:
        guarded.listen(path, **headers)
    return refused.value.response.status_code


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "[x", ""])
def test_another_host_name_is_refused(served, host):
    assert served.get("/", Host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "localhost.", "127.0.0.1", "[::1]:80", "192.0.2.1:8080", "LOCALHOST:1"])
def test_addresses_and_the_machines_own_name_are_allowed(served, host):
    assert served.get("/", Host=host)[0] == 200


@pytest.mark.parametrize("path", ["/events", "/video", "/", "/page.js"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "file://", "https://127.0.0.1"]
)
def test_a_page_of_another_origin_is_refused(served, path, origin):
    assert served.get(path, Origin=origin)[0] == 403
    assert refused_status(served, Origin=origin) == 403


def test_the_servers_own_page_is_allowed(served):
    with served.listen(Origin=served.url):
        pass


def test_a_page_of_an_allowed_origin_is_allowed(serve):
    guarded = serve(origins=["http://localhost:3000"])
    with guarded.listen(Origin="http://localhost:3000"):
        pass
    assert refused_status(guarded, Origin="http://localhost:3001") == 403


def test_a_picture_in_a_page_of_another_site_is_refused_but_a_link_is_allowed(served):
    picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert served.get("/video", **picture)[0] == 403
    assert served.get("/", **frame)[0] == 403
    assert served.get("/", **followed)[0] == 200


def test_responses_forbid_use_by_other_sites(served):
    _, headers, _ = served.get("/")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "path", ["/../main.py", "/..%2f..%2fmain.py", "/page/../../opening.py", "//etc/passwd", "/sign_in.html", "/%00"]
)
def test_there_is_no_way_to_other_files(served, path):
    status, _, body = served.get(path)
    assert status in (400, 404)
    assert "import" not in body


def test_malformed_requests_are_handled_without_a_traceback(served, caplog):
    served.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n")
    served.send(b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n")
    assert served.get("/")[0] == 200
    assert "Traceback" not in caplog.text


def test_without_the_token_there_is_no_access(serve, token_file):
    guarded = serve(token_file=token_file)
    for path in ("/events", "/video", "/page.js"):
        assert guarded.get(path)[0] == 401
    assert refused_status(guarded) == 401
    status, _, body = guarded.get("/")
    assert status == 401
    assert "<form" in body
    assert WORD not in body


@pytest.mark.parametrize("wrong", ["", "a", WORD[:-1], WORD + "x", WORD.upper(), "é" * 20])
def test_a_wrong_token_gives_no_access(serve, token_file, wrong):
    guarded = serve(token_file=token_file)
    assert guarded.get(f"/events?token={quote(wrong)}")[0] == 401
    assert guarded.get("/events", Authorization=f"Bearer {quote(wrong)}")[0] == 401
    assert guarded.get("/events", Cookie=f"mstnet-{guarded.port}={quote(wrong)}")[0] == 401


def test_a_program_sends_the_token_in_a_header_or_the_address(serve, token_file):
    guarded = serve(token_file=token_file)
    with guarded.listen(Authorization=f"Bearer {WORD}"), guarded.listen(f"/events?token={WORD}"):
        pass


def test_a_browser_sends_it_once(serve, token_file):
    guarded = serve(token_file=token_file)
    status, headers, _ = guarded.get(f"/?token={WORD}")
    cookie, *rules = headers["set-cookie"].split("; ")
    assert status == 200
    assert {"HttpOnly", "SameSite=Lax"} <= set(rules)
    assert guarded.get("/", Cookie=cookie)[0] == 200
    with guarded.listen(Cookie=cookie):
        pass
    assert refused_status(guarded, Cookie=cookie, Origin="http://evil.example") == 403


def test_only_a_server_that_others_can_reach_generates_a_token():
    everywhere, here = Address("0.0.0.0", 8080), Address("127.0.0.1", 8080)
    token = Token.new()
    assert token.word in link("http", everywhere, token)
    assert Token.new().word != token.word
    assert link("http", here, None) == "http://127.0.0.1:8080/"
    assert WORD not in link("http", everywhere, Token(WORD, generated=False))


@pytest.mark.parametrize("content", ["", "short\n", "sixteen letters but spaces\n", "ключ-из-многих-букв-и-знаков\n"])
def test_an_unusable_token_is_reported(tmp_path, content):
    path = tmp_path / "token"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="must have 16 or more"):
        Token.read(path)


def test_a_token_that_cannot_be_read_is_reported(tmp_path):
    with pytest.raises(UserError, match="cannot read the token"):
        Token.read(tmp_path / "nothing")


def test_a_port_in_use_is_reported(served, serve):
    with pytest.raises(UserError, match="cannot listen on 127"):
        Web(Address("127.0.0.1", served.port), page=True, token_file=None, origins=())


def test_the_number_of_idle_connections_is_limited(served, monkeypatch):
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 5)
    with ExitStack() as stack:
        plugs = []

        def one_is_closed():
            assert len(plugs) < 100
            plugs.append(stack.enter_context(socket.create_connection(("127.0.0.1", served.port))))
            readable, _, _ = select.select(plugs, [], [], 0.05)
            return readable and readable[0].recv(1) == b""

        until(one_is_closed)
    until(served.responds)


def test_an_allowed_host_name_is_accepted(serve):
    guarded = serve(hosts=["box.lan"])
    for host in ("box.lan", "BOX.lan:8080", "box.lan."):
        assert guarded.get("/", Host=host)[0] == 200
    for host in ("other.lan", "box.lan.evil.example", "evilbox.lan"):
        assert guarded.get("/", Host=host)[0] == 403


def test_the_page_behind_a_proxy_with_https_is_accepted(serve):
    guarded, name = serve(hosts=["gestures.example.org"]), "gestures.example.org"
    assert guarded.get("/page.js", Host=name, Origin=f"https://{name}")[0] == 200
    for other in ("https://evil.example", f"https://{name}:444", f"http://{name}:1"):
        assert guarded.get("/page.js", Host=name, Origin=other)[0] == 403
    assert guarded.get("/page.js", Host="127.0.0.1", Origin="https://127.0.0.1")[0] == 403


@pytest.mark.parametrize(
    "text", ["app://obsidian.md", "tauri://localhost", "http://localhost:3000", "https://a.org:443"]
)
def test_pages_of_any_scheme_may_be_allowed(serve, text):
    allowed = origin(text)
    guarded = serve(origins=[allowed])
    with guarded.listen(Origin=text.removesuffix(":443")):
        pass


@pytest.mark.parametrize("text", ["null", "file://", "*", "http://", "http://a/b", "http://me:pw@a"])
def test_an_invalid_origin_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  argparse words it
        origin(text)


@pytest.mark.parametrize("text", ["", "*", "http://box.lan", "box.lan:80", "a b", "-a"])
def test_an_invalid_host_name_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  argparse words it
        host_name(text)
