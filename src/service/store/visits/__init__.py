"""Visits: entries and exits of a place, paired, searched, counted and closed."""

from src.service.store.visits.closing import close_visit
from src.service.store.visits.expiry import expire_visits
from src.service.store.visits.reports import ReportLine, report, report_rows
from src.service.store.visits.searching import Occupancy, VisitPage, exported_visits, occupancy, search, visit, visits
from src.service.store.visits.writing import changed_visits
from src.service.visit_query import VisitQuery

__all__ = [
    "Occupancy",
    "ReportLine",
    "VisitPage",
    "VisitQuery",
    "changed_visits",
    "close_visit",
    "expire_visits",
    "exported_visits",
    "occupancy",
    "report",
    "report_rows",
    "search",
    "visit",
    "visits",
]
