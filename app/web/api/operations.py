"""Calls as data: each names its path, scope and shapes by one decorator. The server obeys what is
written here, and the OpenAPI description is made of it, so that they cannot differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError

from app.domain.keys import KeyScope
from app.web.api.caller import Caller, identify
from app.web.api.problems import Fault, Problem
from app.web.api.repeated import answered_before

Model = TypeVar("Model", bound=BaseModel)


class Ours(BaseModel, extra="forbid"):
    """What our own calls take: unknown fields are refused, never ignored."""


class Nothing(Ours):
    """No parameters, or no body."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who makes it, the parameters, and the body as its model read it."""

    caller: Caller
    query: Any
    body: Any
    path: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers: JSON-able content (None: no body), with its status and headers."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that is served. `answers`: the shape by status; `problems`: kinds it may meet;
    `takes`: the media types of a file that it is sent, and reads by itself."""

    method: str
    path: str
    scope: KeyScope | None
    run: Callable[[Call], Answer | Response]
    body: type[BaseModel] | None
    query: type[BaseModel]
    answers: Mapping[int, Any]
    problems: tuple[str, ...]
    media: tuple[str, ...]
    takes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name: room, module and function."""
        return ".".join([*self.run.__module__.split(".")[3:], self.run.__name__])

    @property
    def writes(self) -> bool:
        """Whether it changes something, so that repeating it safely needs a key."""
        return "other-request" in self.problems


class Operations(list[Operation]):
    """The calls of one module."""

    def add(
        self,
        method: str,
        path: str,
        scope: KeyScope | None,
        *,
        answers: Mapping[int, Any],
        body: type[BaseModel] | None = None,
        query: type[BaseModel] = Nothing,
        **more: tuple[str, ...],
    ) -> Callable[[Callable[[Call], Answer | Response]], Callable[[Call], Answer | Response]]:
        """Serve a function at `method` and `path`, to keys with `scope`. `more`: the problems it
        may meet beside the usual, and media types where what it answers or takes is no JSON."""

        def decorate(run: Callable[[Call], Answer | Response]) -> Callable[..., Any]:
            problems, media = more.get("problems", ()), more.get("media", ("application/json",))
            takes = more.get("takes", ())
            made = Operation(method, path, scope, run, body, query, answers, problems, media, takes)
            self.append(made)
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
        query = _read(operation.query, request.args.to_dict())
        body = _read_json(operation.body) if operation.body else None
        answered = operation.run(Call(caller, query, body, path))
        return answered if isinstance(answered, Response) else respond(answered)

    return view


def respond(answer: Answer) -> Response:
    """The answer as JSON."""
    content = b"" if answer.content is None else json.dumps(answer.content).encode()
    response = Response(content, answer.status, mimetype="application/json")
    if answer.content is None:
        del response.headers["Content-Type"]
    response.headers.update(answer.headers)
    return response


def _read(model: type[Model], values: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        raise Problem("malformed", faults=_faults(wrong, "?")) from None


def _read_json(model: type[Model]) -> Model:
    if request.mimetype not in ("application/json", ""):
        raise Problem("media")
    try:
        return model.model_validate_json(request.get_data(cache=True))
    except ValidationError as wrong:
        raise Problem("malformed", faults=_faults(wrong, "/")) from None


def _faults(wrong: ValidationError, before: str) -> list[Fault]:
    """Where each value is wrong, as a JSON pointer, and why. Never the value: it may be a word of
    a person."""
    return [
        Fault(before + "/".join(map(str, error["loc"])), _why(error["msg"]), error["type"])
        for error in wrong.errors(include_url=False, include_input=False, include_context=False)
    ][:100]


def _why(message: str) -> str:
    return message.removeprefix("Value error, ")
