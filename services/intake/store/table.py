"""Intake's own registry: its tables and nobody else's."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """What every table of intake derives from."""
