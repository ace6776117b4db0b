"""The curl lines of docs/carriers.md, sent as they stand: what an airline's engineer copies works."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.integration.ingest.conftest import Ingest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "carriers.md"
SHELL_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@dataclass
class Curl:
    """One curl line, its options read as curl reads them."""

    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    form: list[str] = field(default_factory=list)
    written_to: str | None = None

    @classmethod
    def of(cls, words: list[str]) -> "Curl":
        """Read the words after `curl`; an option that nobody expects fails the test."""
        made, rest = cls(), iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                made.headers[name] = value
            elif word == "--data-binary":
                made.body = next(rest).removeprefix("@")
            elif word == "-F":
                made.form.append(next(rest))
            elif word == "-o":
                made.written_to = next(rest)
            else:
                assert word.startswith("http://127.0.0.1:8100/"), word
                made.url = word.removeprefix("http://127.0.0.1:8100")
        return made


def curl_lines() -> list[str]:
    blocks = SHELL_BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("curl ")]


async def send(ingest: Ingest, curl: Curl, files: Path) -> httpx.Response:
    """What curl would send."""
    if curl.form:
        fields = dict(each.split("=", 1) for each in curl.form)
        name = fields.pop("file").removeprefix("@")
        return await ingest.http.post(
            curl.url, data=fields, files={"file": (name, (files / name).read_bytes())}, headers=curl.headers
        )
    if curl.body is None:
        return await ingest.http.get(curl.url, headers=curl.headers)
    path = files / curl.body if (files / curl.body).exists() else ROOT / curl.body
    # What curl says of a body when nobody says something else.
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | curl.headers
    return await ingest.http.post(curl.url, content=path.read_bytes(), headers=headers)


async def test_curl_lines_work_in_their_order(ingest: Ingest, tmp_path: Path) -> None:
    variables = {"TOKEN": ingest.issuer.carrier_token("XA"), "RECEIPT": ""}
    lines = curl_lines()
    assert len(lines) >= 8
    for line in lines:
        filled = re.sub(r"\$([A-Z]+)", lambda found: variables[found[1]], line)
        curl = Curl.of(shlex.split(filled)[1:])
        answer = await send(ingest, curl, tmp_path)
        assert answer.is_success, (line, answer.text)
        if "location" in answer.headers:
            variables["RECEIPT"] = answer.headers["location"].rpartition("/")[2]
        if curl.written_to is not None:
            (tmp_path / curl.written_to).write_bytes(answer.content)
    assert len(await ingest.rows("SELECT 1 FROM traveller")) == 3
