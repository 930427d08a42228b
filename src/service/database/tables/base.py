"""What all tables have in common."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Double, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from src.service.database.types import IdColumn, JsonColumn, UtcDateTime

NO_REGION = text("region IS NULL")
"""Where a constraint on text and region does not hold: nulls are all different to it."""


class TableBase(DeclarativeBase):
    """The base of all tables. It names their constraints, so that later migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        date: Date,
        float: Double,
        str: String,
        dict[str, Any]: JsonColumn,
        list[str]: JsonColumn,
        list[int]: JsonColumn,
        list[float]: JsonColumn,
        list[list[float]]: JsonColumn,
        list[dict[str, Any]]: JsonColumn,
    }


class InstallationRow(TableBase):
    """The one row whose identifier tells this database from others."""

    __tablename__ = "installation"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
