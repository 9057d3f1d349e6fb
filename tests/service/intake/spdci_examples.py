"""Requests as the standard's own examples make them: of each property its example, put together as the tools of OpenAPI do it.

What the text of the standard leaves to the client, or has wrong, is filled in as a conforming client would: see `FILLED`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import uuid4

import yaml

from tests.service.intake.ministry import now, signed
from tests.service.intake.spdci import FILE

FILLED: Final = (
    "moments have `''` as their example: they are now; a subscription lasts a month",
    "`total_count` has 21800 beside one request: it is the number of requests",
    "the example of sender_uri has a template in it and a host that is nobody's: it is the client's own address, with the same path",
    "the examples of consent and authorize hold schemas where values belong: they are read as the schemas; the purpose is agreed",
    "`en` breaks the pattern of locale: it is eng",
    "the cron expression of `frequency` stands in its description",
    "the signature is a template: it is made with the client's key",
)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def example(path: str, *, callbacks: str, **choices: Any) -> dict[str, Any]:
    """The example request of a path, signed. `choices`: by property the number of its alternative, or the word of its enumeration."""
    node = _document()["paths"][f"/registry/{path}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    found: dict[str, Any] = _sample(node, choices, "")
    return completed(_filled(found, callbacks, ""))


def form_example(path: str) -> dict[str, Any]:
    """The example form of a path, in which a message comes as a file."""
    node = _document()["paths"][f"/registry/{path}"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    found: dict[str, Any] = _sample(node, {}, "")
    return found


def completed(body: dict[str, Any]) -> dict[str, Any]:
    """The message with its count and signature, after whatever was changed in it."""
    message = body["message"]
    count = next((len(value) for name, value in message.items() if name.endswith(("_request", "_codes")) and isinstance(value, list)), 1)
    header = body["header"] | {"total_count": count, "message_id": uuid4().hex}
    signature = signed(header, message).replace('Signature: namespace="dci"', 'Signature:  namespace="spdci"')  # as the example writes it
    return body | {"header": header, "signature": signature}


def _sample(node: Any, choices: Mapping[str, Any], name: str) -> Any:
    if reference := node.get("$ref"):
        return _sample(_at(reference), choices, name)
    chosen = choices.get(name)
    if "properties" in node:
        return {inner: _sample(part, choices, inner) for inner, part in node["properties"].items()} | _alternative(node, choices, name)
    for several in ("anyOf", "oneOf"):
        if several in node and isinstance(chosen, int):
            return _sample(node[several][chosen], choices, "")
    if "enum" in node:
        return chosen if chosen in node["enum"] else node.get("example", node["enum"][0])
    if "example" in node:
        return _read(node["example"], choices)
    if "allOf" in node:
        return _merged([_sample(part, choices, name) for part in node["allOf"]])
    if "oneOf" in node or "anyOf" in node:
        return _sample(node.get("oneOf", node.get("anyOf"))[0], choices, name)
    if "items" in node:
        return [_sample(node["items"], choices, "")]
    return node.get("default", {"object": {}, "boolean": False, "number": 1, "integer": 1}.get(node.get("type"), name))


def _alternative(node: Any, choices: Mapping[str, Any], name: str) -> Any:
    """What stands in `oneOf` beside properties."""
    return _sample({"oneOf": node["oneOf"]}, choices, name) if "oneOf" in node else {}


def _merged(parts: list[Any]) -> Any:
    if all(isinstance(part, dict) for part in parts):
        return {name: value for part in parts for name, value in part.items()}
    return next(part for part in reversed(parts) if part != "")


def _read(value: Any, choices: Mapping[str, Any]) -> Any:
    """An example, in which a schema may stand for a value."""
    if isinstance(value, list):
        return [_read(each, choices) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value or value.get("type") == "string":
        return _sample(value, choices, "")
    return {name: _read(each, choices) for name, each in value.items()}


def _at(reference: str) -> Any:
    node: Any = _document()
    for step in reference.removeprefix("#/").split("/"):
        node = node[int(step) if isinstance(node, list) else step.replace("~1", "/")]
    return node


def _filled(value: Any, callbacks: str, name: str) -> Any:
    if isinstance(value, list):
        return [_filled(each, callbacks, "") for each in value]
    if isinstance(value, dict):
        return {inner: _filled(each, callbacks, inner) for inner, each in value.items()}
    match name:
        case "timestamp" | "message_ts" | "ts" | "start_time":
            return now()
        case "end_time":
            return now(days=30)
        case "sender_uri":
            return str(value).replace("https://spmis.example.org", callbacks).replace("{namespace}", "dci")
        case "locale":
            return "eng"
        case "frequency":
            return "0 0 0 5,15 * ? *"
        case "code":
            return "eligibility"
        case "ref_uri":
            return "https://spmis.example.org/purposes"
    return value
