"""Tests of the questions of other departments' systems."""
