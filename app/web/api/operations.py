"""Calls as data: each names its path, scope and shapes by one decorator. The server obeys what is
written here, and the OpenAPI description is made of it, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import TypeAdapter, ValidationError

from app.domain.keys import KeyScope
from app.web.api.caller import identify
from app.web.api.calls import Answer, Call, Work
from app.web.api.models import Nothing, Ours, Theirs
from app.web.api.problems import Fault, Problem
from app.web.api.repeated import answered_before
from app.web.api.writing import Id, once

ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)
ITS_ID = {200: Id}
Model = TypeVar("Model", bound=Theirs)
Told = TypeVar("Told")
Reads = TypeVar("Reads", bound=Callable[[Call], Answer | Response])
Writes = TypeVar("Writes", bound=Callable[[Call], Work])


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that is served. `answers`: the shape by status; `problems`: kinds it may meet;
    `takes`: the media types of a file that it is sent, and reads by itself. One that `writes` says
    what is to be done in its transaction, where others answer."""

    method: str
    path: str
    scope: KeyScope | None
    run: Callable[[Call], Any]
    body: type[Theirs] | None
    query: type[Theirs]
    answers: Mapping[int, Any]
    problems: tuple[str, ...]
    media: tuple[str, ...]
    takes: tuple[str, ...] = ()
    writes: bool = False

    @property
    def name(self) -> str:
        """Its name: room, module and function."""
        return ".".join([*self.run.__module__.split(".")[3:], self.run.__name__])


class Operations(list[Operation]):
    """The calls of one module."""

    def add(
        self,
        method: str,
        path: str,
        scope: KeyScope | None,
        *,
        answers: Mapping[int, Any],
        body: type[Theirs] | None = None,
        query: type[Theirs] = Nothing,
        **more: tuple[str, ...],
    ) -> Callable[[Reads], Reads]:
        """Serve a function at `method` and `path`, to keys with `scope`. `more`: the problems it
        may meet beside the usual, and media types where what it answers or takes is no JSON."""

        def decorate(run: Reads) -> Reads:
            problems, media = more.get("problems", ()), more.get("media", ("application/json",))
            takes = more.get("takes", ())
            made = Operation(method, path, scope, run, body, query, answers, problems, media, takes)
            self.append(made)
            return run

        return decorate

    def write(
        self,
        method: str,
        path: str,
        scope: KeyScope,
        *,
        answers: Mapping[int, Any] = ITS_ID,
        body: type[Ours] | None = None,
        problems: tuple[str, ...] = (),
    ) -> Callable[[Writes], Writes]:
        """Serve a function that says what is to be done in one transaction: once for each
        Idempotency-Key. It answers 200 with an id, where nothing else is said."""

        def decorate(run: Writes) -> Writes:
            met, media = (*problems, "other-request"), ("application/json",)
            shapes = (body, Nothing, answers)
            self.append(Operation(method, path, scope, run, *shapes, met, media, writes=True))
            return run

        return decorate

    def register(self, app: Flask) -> None:
        """Serve them."""
        for operation in self:
            app.add_url_rule(
                operation.path, operation.name, _view(operation), methods=[operation.method]
            )


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        caller = identify(operation.scope)
        if operation.writes and (before := answered_before(caller)) is not None:
            return before
        query = _read("?", operation.query.from_query, request.args)
        answered = operation.run(Call(caller, query, _body(operation), path))
        if operation.writes:
            return once(caller, answered)
        return answered if isinstance(answered, Response) else respond(answered)

    return view


def respond(answer: Answer) -> Response:
    """The answer as JSON."""
    content = b"" if answer.content is None else ANYTHING.dump_json(answer.content)
    response = Response(content, answer.status, answer.headers, mimetype="application/json")
    if answer.content is None:
        del response.headers["Content-Type"]
    return response


def _body(operation: Operation) -> Theirs | None:
    """The body as its model reads it. Raises Problem; also where ours takes none, and one came."""
    if operation.takes:
        return None
    content = request.get_data(cache=True)
    if operation.body is not None:
        if request.mimetype not in ("application/json", "") or request.content_encoding:
            raise Problem("media")
        return _read("/", operation.body.from_json, content)
    if issubclass(operation.query, Ours) and content.strip() not in (b"", b"{}"):
        raise Problem("malformed", faults=[Fault("/", "This call takes no body")])
    return None


def _read(before: str, reader: Callable[[Told], Model], told: Told) -> Model:
    try:
        return reader(told)
    except ValidationError as wrong:
        raise Problem("malformed", faults=_faults(wrong, before)) from None


def _faults(wrong: ValidationError, before: str) -> list[Fault]:
    """Where each value is wrong, as a JSON pointer, and why. Never the value: it may be a word of
    a person."""
    return [
        Fault(before + "/".join(map(str, error["loc"])), _why(error["msg"]), error["type"])
        for error in wrong.errors(include_url=False, include_input=False, include_context=False)
    ][:100]


def _why(message: str) -> str:
    return message.removeprefix("Value error, ")
