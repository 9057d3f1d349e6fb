"""Metrics as text, for whoever scrapes them (OpenMetrics): a few numbers that say whether the service keeps up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number. The name of a counter is given without `_total`."""

    name: str
    kind: Literal["counter", "gauge"]
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def exposition(samples: Sequence[Sample]) -> str:
    """The samples as text, those of one name together."""
    lines: list[str] = []
    for name, kind in dict.fromkeys((sample.name, sample.kind) for sample in samples):
        lines.append(f"# TYPE {name} {kind}")
        lines += [_line(sample) for sample in samples if sample.name == name]
    return "\n".join([*lines, "# EOF", ""])


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
    suffix = "_total" if sample.kind == "counter" else ""
    return f"{sample.name}{suffix}{{{labels}}} {sample.value}" if labels else f"{sample.name}{suffix} {sample.value}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
