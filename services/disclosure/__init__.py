"""Disclosure: what everybody may know, and nothing about anybody.

Owns:  publications, public pages, open data, feedback.
Says:  publication made.
Hears: everything the other services say about projects; it asks none of them.
"""
