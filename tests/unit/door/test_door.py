"""The traveller's door: what is sent in cannot be read back by the door, nor found without the secret."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwe
from joserfc.jwk import OKPKey

from services.door.app import create_app
from services.door.pages import NAMES, WORDS
from services.door.settings import DoorSettings
from shared.web.route_table import PUBLIC, permissions_of
from tests.fakes import FixedClock

STATEMENT = "My name is Esperanto and I was stopped twice."
REQUEST = {"kind": "REDRESS", "statement": STATEMENT, "name": "Zamenhof", "reach": "Poste restante"}


@pytest.fixture
def key() -> OKPKey:
    return OKPKey.generate_key("X25519", private=True)


@pytest.fixture
def app(tmp_path: Path, key: OKPKey) -> FastAPI:
    path = tmp_path / "rights.json"
    path.write_text(json.dumps(key.as_dict(private=False)))
    settings = DoorSettings(profile="local", port=0, folder=tmp_path, rights_key_file=path)
    return create_app(settings, clock=FixedClock())


@pytest.fixture
async def door(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door.test") as http:
        yield http


def shown(page: str) -> list[str]:
    return re.findall(r"<strong[^>]*>([^<]+)</strong>", page)


@pytest.mark.parametrize("language", NAMES)
async def test_every_language_has_the_notice_and_both_forms(door: httpx.AsyncClient, language: str) -> None:
    page = (await door.get(f"/{language}")).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert page.count("<form") == 2
    labels = re.findall(r'<label for="(\w+)"', page)
    inputs = re.findall(r'<(?:input|textarea)[^>]* id="(\w+)"', page)
    assert set(labels) == set(inputs), "every field has its label"
    assert "<script" not in page


async def test_a_request_gets_its_number_at_once_and_is_sealed(
    door: httpx.AsyncClient, tmp_path: Path, key: OKPKey
) -> None:
    answer = await door.post("/en/requests", data=REQUEST)
    assert answer.status_code == 201
    number, secret = shown(answer.text)
    [path] = (tmp_path / "submitted").iterdir()
    kept = path.read_text()
    assert path.stem == number
    assert "Esperanto" not in kept
    assert secret not in kept
    opened = jwe.decrypt_compact(json.loads(kept)["submission"], key)
    assert opened.plaintext is not None
    assert len(opened.plaintext) % 4096 == 0, "the size of a file tells nothing"
    assert json.loads(opened.plaintext) == {name: REQUEST[name] for name in ("statement", "name", "reach")}
    assert path.stat().st_mode & 0o077 == 0


async def test_status_is_told_by_number_and_secret_alone(door: httpx.AsyncClient, tmp_path: Path) -> None:
    number, secret = shown((await door.post("/en/requests", data=REQUEST)).text)
    asked = {"number": number.lower(), "secret": secret}
    assert "2027-12-14" in (await door.post("/en/status", data=asked)).text
    (tmp_path / "answered").mkdir()
    (tmp_path / "answered" / f"{number}.json").write_text("{}")
    assert "Answered" in (await door.post("/en/status", data=asked)).text


async def test_an_urgent_request_is_due_within_a_day(door: httpx.AsyncClient) -> None:
    answer = await door.post("/en/requests", data=REQUEST | {"urgent": "yes"})
    number, secret = shown(answer.text)
    status = await door.post("/en/status", data={"number": number, "secret": secret})
    assert "2027-11-15" in status.text


@pytest.mark.parametrize("number", ["", "../../etc/passwd", "2222-2222-2222", "AAAA-BBBB-CCCC-DDDD"])
async def test_a_wrong_secret_is_answered_like_an_unknown_number(
    door: httpx.AsyncClient, number: str
) -> None:
    known, _ = shown((await door.post("/en/requests", data=REQUEST)).text)
    wrong = await door.post("/en/status", data={"number": known, "secret": "wrong"})
    unknown = await door.post("/en/status", data={"number": number, "secret": "wrong"})
    assert wrong.status_code == unknown.status_code
    # The number that was typed stands in its field again, and nothing else differs.
    assert wrong.text.replace(known, "") == unknown.text.replace(number, "")


async def test_number_and_secret_may_be_copied_by_hand(door: httpx.AsyncClient) -> None:
    number, secret = shown((await door.post("/en/requests", data=REQUEST)).text)
    assert set(number + secret).isdisjoint("01IO"), "no sign looks like another"
    for typed in (secret.lower(), secret.replace("-", " "), secret.replace("-", "")):
        asked = {"number": number.replace("-", " "), "secret": typed}
        assert (await door.post("/en/status", data=asked)).status_code == 200
    asked = {"number": number, "secret": secret[:-1]}
    assert (await door.post("/en/status", data=asked)).status_code == 404


async def test_a_request_is_told_at_once_by_when_it_is_answered(door: httpx.AsyncClient) -> None:
    """Source: SG-19 (an answer by a date, told with the number)."""
    for language, day in {"en": "14 December 2027", "ar": "14 ديسمبر 2027", "zh": "2027年12月14日"}.items():
        taken = (await door.post(f"/{language}/requests", data=REQUEST)).text
        assert f'<time datetime="2027-12-14"><bdi>{day}</bdi></time>' in taken


@pytest.mark.parametrize(
    "body",
    [
        {},
        REQUEST | {"statement": "short"},
        REQUEST | {"kind": "OTHER"},
        REQUEST | {"name": " "},
        REQUEST | {"reach": ""},
        REQUEST | {"journey": "x" * 201},
        REQUEST | {f"more{number}": "x" for number in range(20)},
    ],
)
async def test_what_is_incomplete_is_not_kept(
    door: httpx.AsyncClient, tmp_path: Path, body: dict[str, str]
) -> None:
    assert (await door.post("/en/requests", data=body)).status_code == 422
    assert list((tmp_path / "submitted").iterdir()) == []


async def test_what_could_not_be_taken_has_not_to_be_written_twice(door: httpx.AsyncClient) -> None:
    answer = await door.post("/en/requests", data=REQUEST | {"reach": "", "name": "<b>Zamenhof"})
    assert STATEMENT in answer.text
    assert "&lt;b&gt;Zamenhof" in answer.text
    assert 'value="REDRESS" id="REDRESS" required checked' in answer.text


async def test_too_many_requests_from_one_address_are_told_in_words(door: httpx.AsyncClient) -> None:
    answers = [await door.post("/fr/requests", data=REQUEST) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "60"
    assert "60 secondes" in answers[-1].text


async def test_secrets_are_not_tried_by_the_thousand(door: httpx.AsyncClient) -> None:
    asked = {"number": "2222-2222-2222", "secret": "wrong"}
    answers = [await door.post("/en/status", data=asked) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]


async def test_a_full_disk_is_told_and_no_number_is_given(door: httpx.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "submitted").rmdir()
    answer = await door.post("/en/requests", data=REQUEST)
    assert answer.status_code == 503
    assert shown(answer.text) == []
    assert STATEMENT in answer.text


async def test_the_style_sheet_is_the_only_other_file(door: httpx.AsyncClient) -> None:
    assert (await door.get("/door.css")).headers["content-type"].startswith("text/css")
    assert re.findall(r'(?:href|src)="([^"#]+)"', (await door.get("/en")).text) == [
        "/door.css",
        *(f"/{code}" for code in NAMES),
    ]


async def test_the_browser_s_language_chooses_the_page(door: httpx.AsyncClient) -> None:
    for wanted, language in (("fr-CH, en;q=0.8", "fr"), ("tlh", "en"), ("ar", "ar")):
        answer = await door.get("/", headers={"Accept-Language": wanted})
        assert answer.headers["location"] == f"/{language}"


def test_every_route_is_public(app: FastAPI) -> None:
    assert {permission for _, _, permission in permissions_of(app)} == {PUBLIC}
