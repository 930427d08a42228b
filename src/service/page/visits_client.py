"""The part of the API that is about visits to places, as the page sees it."""

from urllib.parse import quote

from src.service.api.visit_responses import Occupancies, OccupancyRecord, Report, ReportRecord, Visits
from src.service.page.client import ApiClient
from src.service.visit_query import VisitQuery, VisitReport


class VisitsClient:
    """One visitor's way to the visits of vehicles. Every method raises ServiceError."""

    def __init__(self, api: ApiClient) -> None:
        """``api`` has the visitor's key."""
        self._api = api

    def visits(self, query: VisitQuery) -> Visits:
        """Returns a page of visits, the last that began first."""
        return self._api.said(Visits, "GET", "/v1/visits", query.model_dump(mode="json"))

    def close(self, stay: str) -> None:
        """Says that the vehicle of a visit has left, and nobody saw it."""
        self._api.send("POST", f"/v1/visits/{quote(stay, safe='')}/close")

    def occupancy(self) -> list[OccupancyRecord]:
        """Returns how full each place is, by name."""
        return self._api.said(Occupancies, "GET", "/v1/occupancy").items

    def report(self, query: VisitReport) -> list[ReportRecord]:
        """Returns how many visits there were by day, permit or place."""
        return self._api.said(Report, "GET", "/v1/visits/report", query.model_dump(mode="json")).items
