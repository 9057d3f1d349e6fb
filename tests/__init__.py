"""Tests of Qiao; see docs and style for the layers."""
