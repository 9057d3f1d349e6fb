"""The rules of buying a service: plain Python, one idea per file, values in, values out; no clock, no store, no framework."""
