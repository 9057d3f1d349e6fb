"""The trace that the running code belongs to, in the forms in which it travels (W3C Trace Context)."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


def current_trace_id() -> str:
    """The trace id in hexadecimal; "" outside of any trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def current_traceparent() -> str | None:
    """The traceparent as an outbox row keeps it; None outside of any trace."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def context_of(traceparent: str | None) -> Context:
    """The context that a traceparent stands for; an empty one, which begins a new trace, for none or a broken one."""
    return _propagator.extract({"traceparent": traceparent} if traceparent else {}, Context())
