"""What every page has: who asks, the services asked in their name, and how the page is drawn.

```python
@router.get("/queue")
async def show_queue(page: Annotated[Page, Depends(page_for(Permission.REVIEW))]) -> Response:

@router.post("/queue/...")
async def act(page: Annotated[Page, Depends(form_for(Permission.REVIEW))]) -> Response:
```
"""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final

import httpx
from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.console.clients.entries import Entries
from services.console.clients.ingest import Ingest
from services.console.clients.matching import Matching
from services.console.clients.nominations import Nominations
from services.console.clients.screening import Screening
from services.console.clients.service import ServiceClient
from services.console.clients.sharing import Sharing
from services.console.clients.watchlist import Watchlist
from services.console.errors import CrossSiteRefused, FormFault
from services.console.navigation import sections_for
from services.console.rendering import Templates
from services.console.sessions import Session, Sessions
from services.console.settings import ConsoleSettings
from services.console.sign_in import SignIn
from shared.clock import Clock
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.web.authentication import require
from shared.web.purpose import MAX_CASE_CHARACTERS, MAX_STATEMENT_CHARACTERS, PURPOSE_CODES, Purpose

MAX_TEXT_CHARACTERS: Final = 4000
MAX_CHOICES: Final = 50
MAX_FIELDS: Final = 400
STATE_LETTERS: Final = 3
#: The addresses of parts that a page asks for by itself.
FRAGMENTS: Final = "/fragments/"
#: Says to the next page alone that what a form asked for was done; it holds nothing.
DONE_COOKIE: Final = "done"
DONE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Console:
    """What the console holds for its whole life; in `app.state.console`."""

    settings: ConsoleSettings
    sessions: Sessions
    sign_in: SignIn
    http: httpx.AsyncClient
    templates: Templates
    clock: Clock


@dataclass(frozen=True, slots=True)
class Submitted:
    """The fields of a form, read with their limits."""

    fields: FormData

    def text(self, name: str, *, limit: int = MAX_TEXT_CHARACTERS) -> str:
        """A text field without outer white space; absent is empty.

        Raises:
            FormFault: It is longer than `limit` characters, or a file.
        """
        value = self.fields.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            raise FormFault(field=f"{name} is longer than {limit} characters")
        return value.strip()

    def needed(self, name: str, *, limit: int = MAX_TEXT_CHARACTERS) -> str:
        """A text field that may not be empty.

        Raises:
            FormFault: It is empty or too long.
        """
        value = self.text(name, limit=limit)
        if not value:
            raise FormFault(field=f"{name.replace('_', ' ')} is missing")
        return value

    def choice(self, name: str, offered: frozenset[str]) -> str:
        """One of the values that the page offers.

        Raises:
            FormFault: Nothing was chosen, or something that was not offered.
        """
        value = self.text(name)
        if value not in offered:
            raise FormFault(field=f"choose {name.replace('_', ' ')}")
        return value

    def states(self, name: str, *, limit: int, most: int) -> list[str]:
        """States by their three letters, `XBB, XCC`, each once; an empty field names none.

        Raises:
            FormFault: It is longer than `limit` characters, names more than `most`, or something else.
        """
        codes = self.text(name, limit=limit).upper().replace(",", " ").split()
        if len(codes) > most or not all(
            len(code) == STATE_LETTERS and code.isascii() and code.isalpha() for code in codes
        ):
            raise FormFault(field="a State is named by its three letters, such as XBB")
        return list(dict.fromkeys(codes))

    def chosen(self, name: str) -> list[str]:
        """All ticked values of a group, at most `MAX_CHOICES`."""
        return [value for value in self.fields.getlist(name)[:MAX_CHOICES] if isinstance(value, str)]

    async def file(self, name: str) -> bytes:
        """An uploaded file's content.

        Raises:
            FormFault: No file was chosen.
        """
        value = self.fields.get(name)
        if not isinstance(value, UploadFile):
            raise FormFault(field="choose a file")
        return await value.read()

    def purpose(self) -> Purpose:
        """The purpose that the person stated on the page.

        Raises:
            FormFault: The purpose or its reason is missing.
        """
        return Purpose(
            code=self.choice("purpose_code", PURPOSE_CODES),
            case_id=self.text("purpose_case", limit=MAX_CASE_CHARACTERS) or None,
            statement=self.needed("purpose_statement", limit=MAX_STATEMENT_CHARACTERS),
        )


_NO_FORM: Final = Submitted(FormData())


@dataclass(frozen=True, slots=True)
class Page:
    """One request of one signed-in person."""

    request: Request
    console: Console
    principal: Principal
    session: Session
    form: Submitted = _NO_FORM

    @property
    def ingest(self) -> Ingest:
        """The ingest service, asked as this person."""
        return Ingest(self._client("ingest", self.console.settings.ingest_url))

    @property
    def screening(self) -> Screening:
        """The screening service, asked as this person."""
        return Screening(self._client("screening", self.console.settings.screening_url))

    @property
    def watchlist(self) -> Watchlist:
        """Screening's lists, asked as this person."""
        return Watchlist(self.screening.client)

    @property
    def entries(self) -> Entries:
        """The lists' entries, asked as this person."""
        return Entries(self.screening.client)

    @property
    def nominations(self) -> Nominations:
        """Nominations, asked as this person."""
        return Nominations(self.screening.client)

    @property
    def matching(self) -> Matching:
        """Fairness and cleared travellers, asked as this person."""
        return Matching(self.screening.client)

    @property
    def sharing(self) -> Sharing:
        """The sharing service, asked as this person."""
        return Sharing(self._client("sharing", self.console.settings.sharing_url))

    @property
    def services(self) -> dict[str, ServiceClient]:
        """Each service that keeps a log, by name."""
        return {
            "ingest": self.ingest.client,
            "screening": self.screening.client,
            "sharing": self.sharing.client,
            "console": self._client("console", self.console.settings.own_url),
        }

    def now(self) -> datetime:
        """The present instant: aware, UTC."""
        return self.console.clock.now()

    def may(self, permission: str) -> bool:
        """Whether this person may open what needs `permission`; pages hide what would be refused."""
        return self.principal.may(Permission(permission))

    def sealed(self, content: dict[str, str], what: str) -> str:
        """What an address of ours may hold of personal data: nothing that anyone but this person opens."""
        return self.console.sessions.seal(content, f"{what}:{self.principal.subject}")

    def opened(self, sealed: str, what: str) -> dict[str, str] | None:
        """What `sealed` made for this person and the same page, or `None`."""
        return self.console.sessions.open_sealed(sealed, f"{what}:{self.principal.subject}")

    def show(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """A whole page."""
        response = HTMLResponse(self._drawn(template, facts), status_code=status)
        if self._is_after_form:
            response.delete_cookie(DONE_COOKIE)
        return response

    def go(self, address: str) -> Response:
        """Send the browser to another page of ours after a form."""
        return RedirectResponse(address, status_code=303)

    def done(self, address: str) -> Response:
        """The same once something was recorded: the page at `address` says so, one time."""
        response = self.go(address)
        response.set_cookie(
            DONE_COOKIE,
            "1",
            max_age=DONE_SECONDS,
            httponly=True,
            secure=self.console.settings.is_secure,
            samesite="strict",
        )
        return response

    @property
    def _is_after_form(self) -> bool:
        """Whether a form led here; a part of another page takes its word from no page."""
        is_part = self.request.url.path.startswith(FRAGMENTS)
        return self.request.method == "GET" and not is_part and DONE_COOKIE in self.request.cookies

    def _drawn(self, template: str, facts: dict[str, Any]) -> str:
        return self.console.templates.draw(
            template,
            page=self,
            now=self.now(),
            csrf=self.session.csrf_token,
            person=self.session.stored.display_name,
            is_done=self._is_after_form,
            sections=sections_for(self.principal, self.request.url.path),
            **facts,
        )

    def _client(self, service: str, address: str) -> ServiceClient:
        return ServiceClient(service, address, self.console.http, self.session.tokens.access)


PageDependency = Callable[..., Awaitable[Page] | AsyncIterator[Page]]


@cache
def page_for(permission: Permission) -> PageDependency:
    """A dependency: the page of a person who holds `permission`."""

    async def dependency(
        request: Request, principal: Annotated[Principal, Depends(require(permission))]
    ) -> Page:
        return Page(request, request.app.state.console, principal, request.state.session)

    return dependency


@cache
def form_for(permission: Permission) -> PageDependency:
    """A dependency: the same for a form, which has to come from a page of ours in this session.

    Source: OWASP cross-site request forgery (synchronizer token, and the Origin header beside it).
    """

    async def dependency(page: Annotated[Page, Depends(page_for(permission))]) -> AsyncIterator[Page]:
        refuse_cross_site(page.request)
        async with page.request.form(max_files=1, max_fields=MAX_FIELDS) as fields:
            form = Submitted(fields)
            token = form.text("csrf", limit=200)
            if not hmac.compare_digest(token.encode(), page.session.csrf_token.encode()):
                raise CrossSiteRefused
            # What a refusal shows again (`shown_again`).
            page.request.state.written = fields
            yield Page(page.request, page.console, page.principal, page.session, form)

    return dependency


def refuse_cross_site(request: Request) -> None:
    """Let a form through only when the browser says that a page of ours sent it.

    Raises:
        CrossSiteRefused: `Origin` is another's or absent.
    """
    console: Console = request.app.state.console
    if request.headers.get("origin") != console.settings.own_url:
        raise CrossSiteRefused
