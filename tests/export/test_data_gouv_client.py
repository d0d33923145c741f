"""The client of data.gouv.fr before hostile or broken answers, and the care it takes of the key."""

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from faulty_platform import free_port

from assets.export import client as data_gouv
from assets.export.client import (
    AbsentError,
    ApiKey,
    DataGouv,
    KeyRefusedError,
    PlatformError,
    RateLimitedError,
    ReadOnlyError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    site_url,
)
from assets.export.platform import read_key
from warehouse.model.errors import ConfigurationError

SECRET = "a-secret-that-nobody-must-read"  # noqa: S105  # of a test
Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def server(handle: Handler) -> Iterator[DataGouv]:
    """A client of a server of ours, that answers as told."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Stay silent."""

        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with suppress(BrokenPipeError, ConnectionResetError):  # the client had read enough
                handle(self)

        do_GET = do_POST = do_PUT = _any  # noqa: N815  # the names of http.server

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield DataGouv(f"http://127.0.0.1:{listening.server_address[1]}", ApiKey(SECRET))
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def answering(status: int, body: bytes, **headers: str) -> Handler:
    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return handle


def refusal(status: int, body: bytes = b"{}", **headers: str) -> PlatformError:
    with server(answering(status, body, **headers)) as client, pytest.raises(PlatformError) as raised:
        client.create({"title": "x"})
    assert SECRET not in f"{raised.value} {raised.value!r}"
    return raised.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError), (401, KeyRefusedError), (403, KeyRefusedError), (404, AbsentError), (410, AbsentError),
        (415, RefusedError), (423, ReadOnlyError), (429, RateLimitedError), (500, UnknownOutcomeError),
        (502, UnknownOutcomeError), (503, UnknownOutcomeError), (302, RefusedError),
    ],
)  # fmt: skip
def test_a_refusal_is_not_an_unknown_outcome(status: int, kind: type[PlatformError]) -> None:
    error = refusal(status)
    assert type(error) is kind
    assert str(status) in str(error) or status in {404, 410}


def test_a_refusal_names_the_fields_and_never_repeats_a_localized_message() -> None:
    error = refusal(400, json.dumps({"errors": {"tags": ["Trop court"], "title": ["Requis"]}}).encode())
    assert isinstance(error, RefusedError)
    assert error.fields == ("tags", "title")
    assert "tags, title" in str(error)
    assert "Trop court" not in str(error)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"errors": ["x"]}', b'{"errors": "x"}', b"\xff\xfe", b""])
def test_a_refusal_without_fields_is_still_a_refusal(body: bytes) -> None:
    error = refusal(400, body)
    assert isinstance(error, RefusedError)
    assert error.fields == ()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("0", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-5", None), ("1e9", None), ("", None)],
)
def test_the_time_to_wait_is_read_only_when_it_is_a_number_of_seconds(header: str, seconds: float | None) -> None:
    error = refusal(429, Retry_After=header)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    "body",
    [b"<html>maintenance</html>", b"", b"[1, 2]", b'"text"', b"null", b'{"a": ', b"\x00\xff" * 10, b"[" * 100_000],
)
def test_what_is_not_the_json_expected_is_an_unknown_outcome(body: bytes) -> None:
    assert isinstance(refusal(200, body), UnknownOutcomeError)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"id": 1, "resources": []}, {"id": "x"}, {"id": "x", "resources": None}, {"id": "x", "resources": ["y"]},
        {"id": "x", "resources": [{}]},
    ],
)  # fmt: skip
def test_a_dataset_without_what_makes_one_is_an_unknown_outcome(body: dict[str, Any]) -> None:
    with server(answering(200, json.dumps(body).encode())) as client, pytest.raises(UnknownOutcomeError):
        client.dataset("x")


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": ["x"]}, {"data": [{"id": None}]}])
def test_a_list_without_what_makes_one_is_an_unknown_outcome(body: dict[str, Any]) -> None:
    with server(answering(200, json.dumps(body).encode())) as client, pytest.raises(UnknownOutcomeError):
        list(client.datasets("x"))


def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_gouv, "ANSWER_BYTES", 1 << 20)

    def endless(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b" " * 65536)

    with server(endless) as client, pytest.raises(UnknownOutcomeError, match="trop longue"):
        client.me()


def test_an_answer_cut_in_its_middle_is_an_unknown_outcome() -> None:
    def cut(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b'{"id": "x"')
        request.wfile.flush()
        request.connection.shutdown(socket.SHUT_RDWR)

    with server(cut) as client, pytest.raises(UnknownOutcomeError):
        client.create({})


def test_nothing_listening_is_unreachable() -> None:
    client = DataGouv(f"http://127.0.0.1:{free_port()}", ApiKey(SECRET))
    with pytest.raises(UnreachableError, match="pas de réponse"):
        client.me()


def test_the_key_is_sent_to_the_api_only_and_never_follows_a_redirection(tmp_path: Path) -> None:
    seen: list[tuple[str, str | None, str | None]] = []

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        seen.append((request.path, request.headers.get("X-API-KEY"), request.headers.get("Authorization")))
        location = f"http://{request.headers['Host']}/elsewhere"
        if request.path.startswith("/api"):
            answering(302, b"", Location=location)(request)
        else:
            answering(200, b"content")(request)

    with server(handle) as client:
        with pytest.raises(RefusedError):
            client.me()
        assert seen == [("/api/1/me/", SECRET, None)]
        seen.clear()
        client.latest_sha256(f"{client.base_url}/api/1/datasets/r/1", 7)
    assert [(path, key) for path, key, _ in seen] == [("/api/1/datasets/r/1", None), ("/elsewhere", None)]
    del tmp_path


def test_a_password_of_netrc_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password hidden\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str | None] = []

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        seen.append(request.headers.get("Authorization"))
        answering(200, b"{}")(request)

    with server(handle) as client:
        client.me()
    assert seen == [None]


def test_reading_back_stops_when_the_file_is_longer_than_ours() -> None:
    def endless(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b" " * 65536)

    with server(endless) as client:
        assert client.latest_sha256(f"{client.base_url}/x", 10) != ""


def test_the_datasets_of_an_organization_are_read_to_the_last_page() -> None:
    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        page = int(request.path.partition("page=")[2].partition("&")[0])
        document: dict[str, Any] = {
            "data": [{"id": f"d{page}", "deleted": None}, {"id": f"x{page}", "deleted": "2026-01-01"}],
            "next_page": "more" if page < 3 else None,
        }
        answering(200, json.dumps(document).encode())(request)

    with server(handle) as client:
        assert [each["id"] for each in client.datasets("organization")] == ["d1", "d2", "d3"]


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.data.gouv.fr", "https://www.data.gouv.fr"),
        ("https://demo.data.gouv.fr/", "https://demo.data.gouv.fr"),
        ("https://demo.data.gouv.fr/api/1/", "https://demo.data.gouv.fr"),
        ("http://127.0.0.1:7000", "http://127.0.0.1:7000"),
        ("http://localhost:7000/", "http://localhost:7000"),
    ],
)
def test_the_address_of_a_platform_is_read_however_it_is_written(address: str, site: str) -> None:
    assert site_url(address) == site


@pytest.mark.parametrize(
    "address",
    [
        "http://www.data.gouv.fr",
        "http://10.0.0.1",
        "ftp://x",
        "demo.data.gouv.fr",
        "",
        "https://",
        "https://u:p@x.fr",
        "http://[x",
    ],
)
def test_an_address_where_the_key_would_travel_in_clear_or_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError):
        site_url(address)


@pytest.mark.parametrize("identifier", ["../users", "a/b", "", "x?y", "é è"])
def test_an_identifier_cannot_lead_to_another_call(identifier: str) -> None:
    client = DataGouv("http://127.0.0.1:1", ApiKey(SECRET))
    with pytest.raises(ConfigurationError, match="identifiant"):
        client.dataset(identifier)


def test_a_key_is_never_shown() -> None:
    assert SECRET not in repr(ApiKey(SECRET))
    assert SECRET not in str(vars(DataGouv("https://demo.data.gouv.fr", ApiKey(SECRET))))


@pytest.mark.parametrize("secret", ["court", "avec espace dedans", "ligne\nsuivante", "accentuée-clé", ""])
def test_what_is_not_a_key_is_refused_without_being_repeated(secret: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        ApiKey(secret)
    assert not secret or secret not in str(raised.value)


def test_the_key_is_read_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_GOUV_API_KEY", f" {SECRET}\n")
    assert read_key(None).secret == SECRET
    monkeypatch.delenv("DATA_GOUV_API_KEY")
    with pytest.raises(ConfigurationError, match="DATA_GOUV_API_KEY"):
        read_key(None)
    path = tmp_path / "key"
    with pytest.raises(ConfigurationError, match="n'existe pas"):
        read_key(path)
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    for mode in (0o644, 0o640, 0o604):
        path.chmod(mode)
        with pytest.raises(ConfigurationError, match="chmod 600"):
            read_key(path)
    path.chmod(0o600)
    assert read_key(path).secret == SECRET
    path.write_bytes("clé-d-API-accentuée".encode())
    with pytest.raises(ConfigurationError, match="n'est pas une clé"):
        read_key(path)
