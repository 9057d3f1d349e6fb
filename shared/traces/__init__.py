"""A small store of traces for who has no other: takes spans by OTLP over HTTP, keeps them in SQLite, draws them as a waterfall.

It is a process of its own that no service needs, holds nothing about people, and forgets its oldest traces when it is full.
"""
