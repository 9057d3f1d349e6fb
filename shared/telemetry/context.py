"""The trace that the running code belongs to, in the forms in which it travels (W3C Trace Context)."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


def current_trace_id() -> str:
    """The trace id in hexadecimal; "" outside of any trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def current_traceparent() -> tuple[str | None, str | None]:
    """traceparent and tracestate as an outbox row keeps them; None where there is none."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None, None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}", context.trace_state.to_header() or None


def context_of(traceparent: str | None, tracestate: str | None = None) -> Context:
    """The context that a traceparent stands for; an empty one, which begins a new trace, for none or a broken one."""
    carrier = {name: value for name, value in (("traceparent", traceparent), ("tracestate", tracestate)) if value}
    return _propagator.extract(carrier, Context())
