"""The rules of evaluation: values in, values out; no clock, no store, no framework."""
