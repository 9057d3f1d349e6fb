"""What passes over the bus as an AsyncAPI 3 document, made from the registry of events and the topology: docs/asyncapi.json.

`python -m shared.events.contract` writes it beside the schemas. It is for who connects a program of their own; the
services themselves never read it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.bus.asking import REFUSED
from shared.bus.cloudevents import CONTENT_TYPE, SPEC_VERSION
from shared.bus.topology import FLOOR, QIAO, Consumer, Topology, stream_of
from shared.events.event import Event, Request, event_types, request_types

SPECIFICATION = "3.0.0"
NATS_BINDING = "0.1.0"

Document = dict[str, Any]

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_HEADERS: Document = {
    "ce-specversion": {"const": SPEC_VERSION},
    "ce-id": {"type": "string", "format": "uuid", "description": "one fact, however often it is delivered"},
    "ce-source": {"type": "string", "pattern": "^urn:qiao:[a-z]+$", "description": "the service that says it"},
    "ce-type": {"type": "string", "description": "the subject it is published on"},
    "ce-subject": {
        "type": "string",
        "pattern": "^[a-z_]+/[^/]+$",
        "description": "`<entity>/<id>`: what it is about; the order holds per subject",
    },
    "ce-time": {"type": "string", "format": "date-time", "description": "when it was committed, in UTC"},
    "ce-businesstime": {"type": "string", "format": "date", "description": "the date that the act bears"},
    "ce-sequence": {
        "type": "string",
        "pattern": "^[0-9]{20}$",
        "description": "grows per source; of two facts about one subject the greater is the later",
    },
    "ce-division": {"type": "string", "pattern": "^[0-9]{12}$", "description": "GB/T 2260 division, if it has one"},
    "ce-beside": {"type": "string", "description": "other majors in which the same fact is said; a reader takes the newest it knows"},
    "ce-datacontenttype": {"const": CONTENT_TYPE},
    "ce-dataschema": {"type": "string", "pattern": "^urn:qiao:schema:"},
    "content-type": {"const": CONTENT_TYPE},
    "Nats-Msg-Id": {
        "type": "string",
        "pattern": f"^{_UUID}$",
        "description": "the same as ce-id: the server drops a repetition within its window",
    },
    "traceparent": {"type": "string", "description": "W3C trace context: the reader continues the trace"},
}
_OPTIONAL_HEADERS = {"ce-beside", "ce-division", "traceparent"}
_REPLIES: Document = {
    "answer": {"headers": {"type": "object"}, "contentType": "application/octet-stream", "payload": {"type": "string", "format": "binary"}},
    "refusal": {
        "summary": "No answer: the question was refused, and why.",
        "headers": {
            "type": "object",
            "required": [REFUSED],
            "properties": {REFUSED: {"type": "string", "description": "code of the refusal"}},
        },
        "contentType": "text/plain",
        "payload": {"type": "string", "description": "the reason, in Chinese, for people"},
    },
}


def asyncapi_text() -> str:
    return json.dumps(asyncapi(), ensure_ascii=False, indent=1) + "\n"


def asyncapi(topology: Topology = QIAO) -> Document:
    """The document, whole in itself: every reference leads to a place inside it."""
    events, requests = event_types(), request_types()
    asked = {subject: requests[subject] for subjects in topology.asked.values() for subject in subjects}
    payloads, schemas = _payloads([*events.values(), *asked.values()])
    return {
        "asyncapi": SPECIFICATION,
        "id": "urn:qiao:bus",
        "info": _info(topology),
        "defaultContentType": CONTENT_TYPE,
        "servers": {"city": _server()},
        "channels": {subject: _event_channel(event) for subject, event in events.items()}
        | {subject: _request_channel(request) for subject, request in asked.items()}
        | {f"answer.{subject}": _reply_channel(request) for subject, request in asked.items()},
        "operations": dict(_saying(events)) | dict(_hearing(events, topology)) | dict(_asking(topology)),
        "components": {
            "messages": {subject: _event_message(event, payloads[subject]) for subject, event in events.items()}
            | {subject: _request_message(request, payloads[subject]) for subject, request in asked.items()}
            | {f"{kind}.{subject}": _reply(kind, request) for subject, request in asked.items() for kind in _REPLIES},
            "schemas": {"CloudEventHeaders": _cloudevent_headers(), **schemas},
            "securitySchemes": {
                "user": {
                    "type": "userPassword",
                    "description": "One NATS user per service: it says its own subjects, reads through its own consumers, no more.",
                }
            },
        },
    }


def _info(topology: Topology) -> Document:
    return {
        "title": "Qiao 桥: the bus",
        "version": version("qiao"),
        "description": (
            "What the services of Qiao say to each other. Events are CloudEvents 1.0 in binary mode on NATS JetStream; one stream per "
            "publisher, one durable pull consumer per reader and publisher, at least once, in order per `ce-subject`. A person is a "
            "random `recipient_id` and nothing more. Within a major only optional fields are added; readers ignore what they do not know."
        ),
        "license": {"name": "Apache-2.0"},
        "tags": [{"name": service, "description": _about(service)} for service in topology.services],
    }


def _about(service: str) -> str:
    """What the module of a publisher's events says of it."""
    module = sys.modules.get(f"shared.events.{service}")
    return cleandoc(module.__doc__ or "") if module else service


def _server() -> Document:
    return {
        "host": "{host}:{port}",
        "protocol": "nats",
        "title": "The city's NATS",
        "description": f"JetStream, NATS {'.'.join(map(str, FLOOR))} or newer, with `sync_interval: always` (QIAO_NATS_URL).",
        "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "4222"}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


# channels


def _event_channel(event: type[Event]) -> Document:
    return {
        "address": event.subject,
        "title": event.__name__,
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.subject}"}},
        "servers": [{"$ref": "#/servers/city"}],
        "x-jetstream": {"stream": stream_of(publisher_of(event.subject))},
    }


def _request_channel(request: type[Request]) -> Document:
    return {
        "address": request.subject,
        "title": request.__name__,
        "description": "Core NATS request and reply: answered at once or not at all.",
        "messages": {request.__name__: {"$ref": f"#/components/messages/{request.subject}"}},
        "servers": [{"$ref": "#/servers/city"}],
    }


def _reply_channel(request: type[Request]) -> Document:
    return {
        "address": None,
        "title": f"Answer to {request.__name__}",
        "description": "The reply subject of the request, in the asker's own inbox.",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}.{request.subject}"} for kind in _REPLIES},
        "servers": [{"$ref": "#/servers/city"}],
    }


# operations


def _saying(events: Mapping[str, type[Event]]) -> Iterator[tuple[str, Document]]:
    for subject, event in events.items():
        yield f"{publisher_of(subject)}.says.{subject}", _operation("send", publisher_of(subject), event)


def _hearing(events: Mapping[str, type[Event]], topology: Topology) -> Iterator[tuple[str, Document]]:
    """What each reader is delivered; a fact that it does not react to it acknowledges and forgets."""
    for reader in topology.heard:
        for consumer in topology.consumers(reader):
            for subject, event in events.items():
                if consumer.stream == stream_of(publisher_of(subject)) and _is_delivered(subject, consumer):
                    place = {"stream": consumer.stream, "durable": consumer.name, "filters": list(consumer.subjects)}
                    yield f"{reader}.hears.{subject}", {**_operation("receive", reader, event), "x-jetstream": place}


def _is_delivered(subject: str, consumer: Consumer) -> bool:
    return any(subject.startswith(filtered.removesuffix(">")) for filtered in consumer.subjects)


def _asking(topology: Topology) -> Iterator[tuple[str, Document]]:
    for asker, subjects in topology.asked.items():
        for subject in subjects:
            request, answerer = request_types()[subject], publisher_of(subject)
            reply = {
                "channel": {"$ref": f"#/channels/answer.{subject}"},
                "messages": [{"$ref": f"#/channels/answer.{subject}/messages/{kind}"} for kind in _REPLIES],
            }
            yield f"{asker}.asks.{subject}", {**_operation("send", asker, request), "reply": reply}
            together = {"nats": {"queue": answerer, "bindingVersion": NATS_BINDING}}
            yield f"{answerer}.answers.{subject}", {**_operation("receive", answerer, request), "bindings": together, "reply": reply}


def _operation(action: str, service: str, spoken: type[Event | Request]) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{spoken.subject}"},
        "messages": [{"$ref": f"#/channels/{spoken.subject}/messages/{spoken.__name__}"}],
        "tags": [{"name": service}],
    }


# messages


def _event_message(event: type[Event], payload: Document) -> Document:
    own = {"ce-type": {"const": event.subject}, "ce-dataschema": {"const": f"urn:qiao:schema:{event.subject}"}}
    own |= {"ce-source": {"const": f"urn:qiao:{publisher_of(event.subject)}"}}
    return {
        "name": event.subject,
        "title": event.__name__,
        "summary": cleandoc(event.__doc__ or ""),
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}, {"properties": own}]},
        "payload": payload,
    }


def _request_message(request: type[Request], payload: Document) -> Document:
    return {
        "name": request.subject,
        "title": request.__name__,
        "summary": cleandoc(request.__doc__ or ""),
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": {"traceparent": _HEADERS["traceparent"]}},
        "payload": payload,
    }


def _reply(kind: str, request: type[Request]) -> Document:
    named = {"name": f"{kind}.{request.subject}", "title": f"{kind} to {request.__name__}"}
    return {**named, **({"summary": request.answer} if kind == "answer" else {}), **_REPLIES[kind]}


def _cloudevent_headers() -> Document:
    return {"type": "object", "required": [name for name in _HEADERS if name not in _OPTIONAL_HEADERS], "properties": _HEADERS}


def _payloads(spoken: list[type[Event | Request]]) -> tuple[dict[str, Document], Document]:
    """By subject the reference to its schema; and the schemas, with those of their parts."""
    places, made = models_json_schema([(kind, "validation") for kind in spoken], ref_template="#/components/schemas/{model}")
    return {kind.subject: places[kind, "validation"] for kind in spoken}, made["$defs"]


def publisher_of(subject: str) -> str:
    """The service that says an event, or answers a question."""
    return subject.split(".")[1]
