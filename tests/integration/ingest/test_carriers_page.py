"""The curl lines of the carriers' pages and the README, sent as they stand: what an engineer copies works."""

import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.integration.ingest.conftest import Ingest

ROOT = Path(__file__).parents[3]
#: In the order in which they are read: a later page may use what an earlier one set.
PAGES = ("docs/carriers.md", "docs/carriers-reference.md", "README.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: `NAME=$(curl … | program)`: the answer goes through the page's own program into a variable.
ASSIGNED = re.compile(r"(?P<name>[A-Z]+)=\$\((?P<curl>curl .+?) \| (?P<program>.+)\)$")


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
            elif word == "-i":
                continue
            else:
                assert word.startswith("http://127.0.0.1:8100/"), word
                made.url = word.removeprefix("http://127.0.0.1:8100")
        return made


def shell_lines(page: str) -> list[str]:
    """The lines of a page that send something, comments at their ends left out."""
    blocks = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    shell = "".join(block for kind, block in blocks if kind in ("", "sh"))
    lines = re.sub(r"\s*\\\n\s+", " ", shell).splitlines()
    return [line for line in lines if line.startswith("curl ") or ASSIGNED.match(line)]


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


def through(program: str, answer: bytes) -> str:
    """What the page's own program makes of an answer."""
    done = subprocess.run(["bash", "-c", program], input=answer, capture_output=True, check=True)
    return done.stdout.decode().strip()


async def test_curl_lines_work_in_their_order(ingest: Ingest, tmp_path: Path) -> None:
    variables = {"TOKEN": ingest.issuer.carrier_token("XA")}
    lines = [line for page in PAGES for line in shell_lines(page)]
    assert len(lines) >= 12
    for line in lines:
        assigned = ASSIGNED.match(line)
        command = line if assigned is None else assigned["curl"]
        # A variable that no line before has set is a line that does not work.
        filled = re.sub(r"\$([A-Z]+)", lambda found: variables[found[1]], command)
        curl = Curl.of(shlex.split(filled, comments=True)[1:])
        answer = await send(ingest, curl, tmp_path)
        assert answer.is_success, (line, answer.text)
        if assigned is not None:
            variables[assigned["name"]] = through(assigned["program"], answer.content)
        if curl.written_to is not None:
            (tmp_path / curl.written_to).write_bytes(answer.content)
    assert len(await ingest.rows("SELECT 1 FROM traveller")) == 3


def test_the_page_with_which_an_airline_connects_is_one_page() -> None:
    assert len((ROOT / PAGES[0]).read_text(encoding="utf-8").splitlines()) <= 80
