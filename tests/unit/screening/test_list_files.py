"""Lists from where they are registered: conditional, limited, never from another host or folder."""

import os
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.screening.watchlist.list_files import Known, ListFiles, ListNotFetched
from tests.loopback import LoopbackServer, loopback_server

LIMIT = 1000
NOTHING = Known()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with loopback_server() as running:
        yield running


@pytest.fixture
def files(client: httpx.AsyncClient, tmp_path: Path) -> ListFiles:
    return ListFiles(client, folder=tmp_path, max_bytes=LIMIT, allows_loopback=True)


@dataclass(frozen=True)
class Got:
    """What came of a look, and the file if it is another one."""

    content: bytes | None
    known: Known
    dated_at: datetime | None


async def got(files: ListFiles, location: str, known: Known = NOTHING) -> Got:
    with files.receiving() as file:
        fetched = await files.get(location, known, file)
        content = None if fetched.is_known else file.content()
        return Got(content, fetched.known, fetched.dated_at)


async def refused(files: ListFiles, location: str) -> str:
    with pytest.raises(ListNotFetched) as fault:
        await got(files, location)
    assert fault.value.detail.endswith(".")
    return fault.value.reason


async def test_a_file_comes_with_what_the_publisher_says_of_it(
    files: ListFiles, server: LoopbackServer
) -> None:
    address = server.serve("/un.xml", b"<a/>", ETag='"1"', Last_Modified="Mon, 01 Nov 2027 10:00:00 GMT")
    fetched = await got(files, address)
    assert fetched.content == b"<a/>"
    assert fetched.known == Known('"1"', "Mon, 01 Nov 2027 10:00:00 GMT")
    assert fetched.dated_at == datetime(2027, 11, 1, 10, tzinfo=UTC)
    assert server.asked[0]["accept-encoding"] == "identity"


async def test_the_known_file_is_not_sent_again(files: ListFiles, server: LoopbackServer) -> None:
    address = server.serve("/un.xml", b"<a/>", ETag='"1"', Last_Modified="no date")
    first = await got(files, address)
    again = await got(files, address, first.known)
    assert (again.content, again.known) == (None, first.known)
    assert server.asked[1]["if-none-match"] == '"1"'
    assert server.asked[1]["if-modified-since"] == "no date"


async def test_redirects_stay_within_the_registered_host(files: ListFiles, server: LoopbackServer) -> None:
    server.serve("/new.xml", b"<a/>")
    address = server.serve("/old.xml", status="302 Found", Location="/new.xml")
    assert (await got(files, address)).content == b"<a/>"
    away = server.serve("/away.xml", status="302 Found", Location="https://elsewhere.example/un.xml")
    assert await refused(files, away) == "REDIRECTED_AWAY"
    round_and_round = server.serve("/round.xml", status="301 Moved", Location="/round.xml")
    assert await refused(files, round_and_round) == "REDIRECTED_AWAY"


async def test_no_more_than_the_limit_is_read(files: ListFiles, server: LoopbackServer) -> None:
    announced = server.serve("/2gb.xml", b"<a/>", Content_Length=str(2 * 1024**3))
    assert await refused(files, announced) == "TOO_LARGE"
    unannounced = server.serve("/long.xml", b"x" * (LIMIT + 1), Content_Length="")
    assert await refused(files, unannounced) == "TOO_LARGE"
    at_the_limit = server.serve("/full.xml", b"x" * LIMIT, Content_Length="")
    assert len((await got(files, at_the_limit)).content or b"") == LIMIT


async def test_an_answer_that_ends_early_is_none(files: ListFiles, server: LoopbackServer) -> None:
    address = server.serve("/un.xml", b"<a>", Content_Length="500")
    assert await refused(files, address) == "CUT_OFF"


async def test_other_answers_than_200_are_told(files: ListFiles, server: LoopbackServer) -> None:
    busy = server.serve("/un.xml", b"Busy", status="503 Service Unavailable")
    assert await refused(files, busy) == "STATUS"
    assert await refused(files, server.address("/nothing")) == "STATUS"


async def test_a_publisher_who_is_away_or_silent_is_told(tmp_path: Path) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(5, read=0.05)) as hasty:
        files = ListFiles(hasty, folder=tmp_path, max_bytes=LIMIT, allows_loopback=True)
        async with loopback_server() as server:
            server.answers["/silent"] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
            server.answers["/gone"] = b""
            assert await refused(files, server.address("/gone")) == "CUT_OFF"
            closed = server.address("/un.xml")
        assert await refused(files, closed) == "UNREACHABLE"


async def test_only_https_is_asked_but_for_this_machine_in_tests(
    client: httpx.AsyncClient, server: LoopbackServer
) -> None:
    strict = ListFiles(client, folder=None, max_bytes=LIMIT)
    assert await refused(strict, server.serve("/un.xml", b"<a/>")) == "NOT_HTTPS"
    assert await refused(strict, "http://lists.example/un.xml") == "NOT_HTTPS"
    assert server.asked == []


async def test_a_certificate_that_nobody_vouches_for_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    certificate = tmp_path / "publisher.pem"
    certificate.write_bytes(_self_signed())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with loopback_server(context) as server:
        address = server.serve("/un.xml", b"<a/>")
        async with httpx.AsyncClient(trust_env=False) as usual:
            files = ListFiles(usual, folder=None, max_bytes=LIMIT)
            assert await refused(files, address) == "UNREACHABLE"
        async with httpx.AsyncClient(trust_env=False, verify=trusting) as knowing:
            files = ListFiles(knowing, folder=None, max_bytes=LIMIT)
            assert (await got(files, address)).content == b"<a/>"


async def test_the_publishers_digest_is_found_in_its_line(files: ListFiles, server: LoopbackServer) -> None:
    digest = "ab" * 32
    assert await files.digest(server.serve("/sum", f"{digest.upper()}  un.xml\n".encode())) == digest
    with pytest.raises(ListNotFetched) as fault:
        await files.digest(server.serve("/page", b"<html>no digest</html>"))
    assert fault.value.reason == "DIGEST_UNREADABLE"


async def test_files_are_read_from_the_list_folder_alone(files: ListFiles, tmp_path: Path) -> None:
    (tmp_path / "un.xml").write_bytes(b"<a/>")
    (tmp_path / "un.sha256").write_text("cd" * 32, encoding="ascii")
    first = await got(files, "file:un.xml")
    assert first.content == b"<a/>"
    assert (await got(files, "file:un.xml", first.known)).content is None
    assert await files.digest("file:un.sha256") == "cd" * 32
    assert await refused(files, "file:missing.xml") == "NOT_FOUND"
    (tmp_path / "way-out").symlink_to(tmp_path.parent)
    assert await refused(files, "file:way-out/secret") == "OUTSIDE_FOLDER"
    assert await refused(files, "file:../secret") == "OUTSIDE_FOLDER"
    (tmp_path / "long.xml").write_bytes(b"x" * (LIMIT + 1))
    assert await refused(files, "file:long.xml") == "TOO_LARGE"


async def test_the_newest_finished_file_of_a_folder_is_taken(files: ListFiles, tmp_path: Path) -> None:
    folder = tmp_path / "un"
    folder.mkdir()
    assert await refused(files, "folder:un") == "NOT_FOUND"
    for day, name in enumerate(("b.xml", "a.xml", ".hidden", "c.part"), start=1):
        (folder / name).write_bytes(name.encode())
        os.utime(folder / name, (day * 86_400, day * 86_400))
    fetched = await got(files, "folder:un")
    assert (fetched.content, fetched.dated_at) == (b"a.xml", datetime(1970, 1, 3, tzinfo=UTC))
    assert await refused(files, "folder:nothing") == "NOT_FOUND"


async def test_without_a_list_folder_no_file_is_read(client: httpx.AsyncClient) -> None:
    files = ListFiles(client, folder=None, max_bytes=LIMIT)
    assert await refused(files, "file:un.xml") == "NO_LIST_FOLDER"


def _self_signed() -> bytes:
    """A key and a certificate for this machine that no authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "publisher.example")])
    now = datetime.now(UTC)
    address = x509.IPAddress(IPv4Address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
