"""The tables. A change here needs a migration beside it; a test checks that there is one."""

from src.service.database.tables.access import AnswerRow, ApiKeyRow, AuditRow, BucketRow, UsageRow
from src.service.database.tables.base import InstallationRow, TableBase
from src.service.database.tables.cameras import CameraRow, GateRow, PlaceRow
from src.service.database.tables.delivery import DeliveryRow, EventRow, ReceiverRow
from src.service.database.tables.registry import ListRow, PermitRow, PersonRow, VehiclePersonRow, VehicleRow
from src.service.database.tables.sightings import (
    CorrectionRow,
    DetectionRow,
    ImageRow,
    MergedPassageRow,
    PlateRow,
    SightingRow,
)
from src.service.database.tables.visits import CrossingRow, VisitRow

__all__ = [
    "AnswerRow",
    "ApiKeyRow",
    "AuditRow",
    "BucketRow",
    "CameraRow",
    "CorrectionRow",
    "CrossingRow",
    "DeliveryRow",
    "DetectionRow",
    "EventRow",
    "GateRow",
    "ImageRow",
    "InstallationRow",
    "ListRow",
    "MergedPassageRow",
    "PermitRow",
    "PersonRow",
    "PlaceRow",
    "PlateRow",
    "ReceiverRow",
    "SightingRow",
    "TableBase",
    "UsageRow",
    "VehiclePersonRow",
    "VehicleRow",
    "VisitRow",
]
