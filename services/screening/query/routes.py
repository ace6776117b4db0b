"""Many questions at once, and the OpenSanctions match API over the same use case and safeguards."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.screening.errors import (
    NoListInForce,
    NotFound,
    QueryNotComparable,
    RefusedByPolicy,
    UnreadableTraveller,
)
from services.screening.query.ask import MAX_MATCHES, Asked, MatchQuery
from services.screening.query.match_api import PERSON_SCHEMATA, result_of, travellers_of
from services.screening.query.question_routes import MatchIn, MatchOut
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import Out
from shared.security.roles import Permission
from shared.security.tokens import Principal
from shared.travel import Traveller
from shared.web.authentication import public, require
from shared.web.purpose import Purpose, stated_purpose

router = APIRouter(tags=["match"])
MAX_QUERIES = 100
#: What a client of that API calls everything that the service has.
EVERYTHING = "default"
Asker = Annotated[Principal, Depends(require(Permission.MATCH))]
Why = Annotated[Purpose, Depends(stated_purpose)]


class QuestionIn(MatchIn):
    """One person of a batch; `statement` is why this one is asked for, where it is not the header's."""

    statement: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class QuestionsIn(BaseModel):
    """Up to `MAX_QUERIES` people; each is a question of its own, with its own audit record."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    queries: Annotated[list[QuestionIn], Field(min_length=1, max_length=MAX_QUERIES)]


class RefusalOut(Out):
    """Why a question was not answered; nothing was compared for the asker."""

    code: str
    sentence: str


class AnswerOut(Out):
    """The answer to one question: matches best first, or a fault of the person's data, or a refusal."""

    matches: list[MatchOut]
    fault: str | None
    refused: RefusalOut | None


class AnswersOut(Out):
    """The answers in the order of the questions."""

    answers: list[AnswerOut]


class EntityIn(BaseModel):
    """A person in FollowTheMoney properties, as that API's clients send one."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    schema_: Annotated[str, Field(alias="schema", max_length=40)]
    properties: dict[str, str | list[str]]

    def listed(self) -> dict[str, list[str]]:
        """Every property as a list."""
        return {key: [each] if isinstance(each, str) else each for key, each in self.properties.items()}


class EntitiesIn(BaseModel):
    """The queries by the client's own keys; `weights` and `config` must be empty: the scores are fixed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    queries: Annotated[dict[str, EntityIn], Field(min_length=1, max_length=MAX_QUERIES)]
    weights: Annotated[dict[str, float], Field(max_length=0)] = Field(default_factory=dict)
    config: Annotated[dict[str, JsonValue], Field(max_length=0)] = Field(default_factory=dict)


class ApiParameters(BaseModel):
    """What a client may set; what we could not honour is refused, never passed over."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500)] = 5
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    cutoff: Annotated[float, Field(ge=0, le=1)] | None = None
    algorithm: Literal["best", "safeconduct"] = "best"


class ApiAnswerOut(Out):
    """The answer to one query of that API."""

    status: int
    results: list[dict[str, Any]]
    total: dict[str, Any]
    query: dict[str, Any]
    detail: str | None = None


class ApiAnswersOut(Out):
    """The answers by the client's keys."""

    responses: dict[str, ApiAnswerOut]
    matcher: dict[str, Any]
    limit: int


@router.post("/v1/match/batch", responses=problems(NoListInForce))
async def match_many(
    body: QuestionsIn, principal: Asker, purpose: Why, ports: RequestPorts, opened: Service
) -> AnswersOut:
    """Compare several people with the list in force, each under its own statement (SG-03: no copies)."""
    ask = MatchQuery(ports, opened.current)
    answers = []
    for each in body.queries:
        why = purpose if each.statement is None else replace(purpose, statement=each.statement)
        answers.append(await _answer(ask, each, principal, why))
    return AnswersOut(answers=answers)


@router.post(
    "/match/{dataset}", responses=problems(NoListInForce, NotFound, QueryNotComparable, RefusedByPolicy)
)
async def match_entities(
    *,
    dataset: Annotated[str, Path(max_length=40)],
    body: EntitiesIn,
    parameters: Annotated[ApiParameters, Query()],
    principal: Asker,
    purpose: Why,
    ports: RequestPorts,
    opened: Service,
) -> ApiAnswersOut:
    """Answer a client of the OpenSanctions match API; `dataset` is `default` or one of our list sources.

    A query that stands alone and is not answered is a problem of the whole request: that API's own client
    looks at no query's status, and would show a refusal as nobody found.
    """
    async with ports.database.connect() as connection:
        sources = {each.source_id for each in await ports.stores.registers.sources(connection)}
    if dataset != EVERYTHING and dataset.upper() not in sources:
        raise NotFound(kind="dataset")
    only = None if dataset == EVERYTHING else dataset.upper()
    matcher = opened.current.matcher
    if matcher is None:
        raise NoListInForce
    ask = MatchQuery(ports, opened.current)
    threshold = matcher.threshold if parameters.threshold is None else parameters.threshold
    answer = _api_answer if len(body.queries) == 1 else _api_answer_or_status
    responses = {
        key: await answer(ask, each, (principal, purpose), (parameters, threshold, only))
        for key, each in body.queries.items()
    }
    facts = {"name": matcher.algorithm, "snapshot": matcher.digest, "threshold": matcher.threshold}
    return ApiAnswersOut(responses=responses, matcher=facts, limit=parameters.limit)


@router.get("/healthz", dependencies=[Depends(public())])
async def healthz() -> dict[str, str]:
    """That API's own question whether we live."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[Depends(public())], responses=problems(NoListInForce))
async def readyz(opened: Service) -> dict[str, str]:
    """That API's own question whether a list is in force."""
    if opened.current.matcher is None:
        raise NoListInForce
    return {"status": "ok"}


async def _answer(ask: MatchQuery, question: QuestionIn, principal: Principal, why: Purpose) -> AnswerOut:
    try:
        traveller = Traveller.from_json(question.traveller)
        asked = await ask(traveller, question.floor, principal, why)
    except RefusedByPolicy as refusal:
        refused = RefusalOut(code=refusal.code, sentence=str(refusal))
        return AnswerOut(matches=[], fault=None, refused=refused)
    except (KeyError, TypeError, ValueError):
        return AnswerOut(matches=[], fault=UnreadableTraveller.code, refused=None)
    return AnswerOut(matches=[MatchOut.of(each) for each in asked.matches], fault=asked.fault, refused=None)


async def _api_answer_or_status(
    ask: MatchQuery,
    entity: EntityIn,
    asker: tuple[Principal, Purpose],
    terms: tuple[ApiParameters, float, str | None],
) -> ApiAnswerOut:
    """The answer to one query of several; why there is none stands in it, so that the others have theirs."""
    try:
        return await _api_answer(ask, entity, asker, terms)
    except RefusedByPolicy as refusal:
        status, detail = 403, str(refusal)
    except QueryNotComparable as fault:
        status, detail = 400, str(fault)
    total = {"value": 0, "relation": "eq"}
    return ApiAnswerOut(status=status, results=[], total=total, query=_echo(entity), detail=detail)


async def _api_answer(
    ask: MatchQuery,
    entity: EntityIn,
    asker: tuple[Principal, Purpose],
    terms: tuple[ApiParameters, float, str | None],
) -> ApiAnswerOut:
    """The answer to one query.

    Raises:
        QueryNotComparable: No person, or none that can be compared.
        RefusedByPolicy: The question, or the look at an entry, is refused.
    """
    parameters, threshold, only = terms
    if entity.schema_ not in PERSON_SCHEMATA:
        raise QueryNotComparable(why="Only people are compared: the schema is Person or LegalEntity.")
    try:
        first, *others = travellers_of(entity.listed())
    except (KeyError, TypeError, ValueError):
        # The cause is not chained: its text could quote the person.
        why = "The person has no name, or more than ten, or a date that is none."
        raise QueryNotComparable(why=why) from None
    asked: Asked = await ask(first, parameters.cutoff, *asker, other_names=others)
    if asked.fault is not None:
        why = "The person cannot be compared: neither a usable name nor a document."
        raise QueryNotComparable(why=why)
    found = [each for each in asked.matches if only is None or only in each.sources]
    results = [result_of(each, threshold) for each in found[: min(parameters.limit, MAX_MATCHES)]]
    total = {"value": len(found), "relation": "eq" if len(found) < MAX_MATCHES else "gte"}
    return ApiAnswerOut(status=200, results=results, total=total, query=_echo(entity))


def _echo(entity: EntityIn) -> dict[str, Any]:
    return {"schema": entity.schema_, "properties": entity.listed()}
