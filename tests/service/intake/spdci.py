"""The OpenAPI of the standard as a judge of messages, after mending what is broken in it.

Each mend is a line of MENDS, with what is wrong.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it has no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = Path(__file__).parent / "spdci_standard" / "social-api-v1.0.0.yaml"
ADDRESS = "urn:spdci:social"

MENDS = (
    "txn_status refers to a schema that stands under `example`; it is taken from there as the schema it is",
    "examples hold `$ref` where a value belongs; examples judge nothing, so they are taken out",
    "`en` is the example of a locale whose pattern wants three letters; the pattern holds, the example is taken out",
    "`format: uri` of sender_uri has a template as its example; taken out with the others",
    "`oneOf` of attribute_value's alternatives overlap (an integer is a number too); they are read as `anyOf`",
    "`errors` of HttpErrorResponse has `items` without a type; it is read as an array",
)


@cache
def document() -> dict[str, Any]:
    """The whole OpenAPI, mended."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    schemas = found["components"]["schemas"]
    status = schemas["TxnStatusResponse"]["properties"]["txnstatus_response"]
    schemas["TxnStatusSearch"] = status.pop("example")
    _walk(found)
    errors = found["components"]["responses"]["HttpErrorResponse"]["content"]["application/json"]["schema"]["properties"]["errors"]
    errors["type"] = "array"
    return found


def _walk(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _walk(each)
    if not isinstance(node, dict):
        return
    node.pop("example", None)
    reference = node.get("$ref")
    if isinstance(reference, str):
        node["$ref"] = reference.replace("TxnStatusResponse/properties/txnstatus_response/example", "TxnStatusSearch")
    if [each.get("type") for each in node.get("oneOf", ()) if isinstance(each, dict)][:2] == ["string", "integer"]:
        node["anyOf"] = node.pop("oneOf")
    for each in list(node.values()):
        _walk(each)


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    found: Registry[Any] = empty.with_resource(ADDRESS, Resource.from_contents(document(), default_specification=DRAFT202012))
    return found


def _faults(pointer: str, value: Any) -> Iterator[str]:
    validator = Draft202012Validator({"$ref": f"{ADDRESS}#{pointer}"}, registry=_registry(), format_checker=FormatChecker())
    for error in validator.iter_errors(value):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def check_request(path: str, body: Any) -> None:
    """That a message is what the standard wants to be sent to a path."""
    at = f"/paths/{('/registry/' + path).replace('/', '~1')}/post/requestBody/content/application~1json/schema"
    assert list(_faults(at, body)) == []


def check_answer(path: str, body: Any, *, status: int = 200) -> None:
    """That an answer is what the standard wants a path to say with a status."""
    if status in (401, 403, 500):
        at = "/components/responses/HttpErrorResponse/content/application~1json/schema"
    elif path.startswith("sync/"):
        at = f"/paths/{('/registry/' + path).replace('/', '~1')}/post/responses/default/content/application~1json/schema"
    else:
        at = "/components/responses/Response/content/application~1json/schema"
    assert list(_faults(at, body)) == []
