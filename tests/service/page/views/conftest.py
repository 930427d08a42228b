"""A page whose API answers as its OpenAPI says."""

import sys
from collections.abc import Iterator

import httpx
import pytest
import streamlit as st

from src.service.page import API, KEY, visit
from tests.service.page_answers import Api


@pytest.fixture(autouse=True)
def _main(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script as the main module, which the processes of other tests would then run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    answers = Api()
    client = httpx.Client(transport=httpx.MockTransport(answers), base_url="http://api:8000")
    monkeypatch.setattr(visit, "_connection", lambda address: client)
    # Streamlit looks through the metadata of all installed packages for components, once per AppTest
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
    monkeypatch.setenv(API, "http://api:8000")
    monkeypatch.setenv(KEY, "")
    st.cache_data.clear()
    yield answers
    client.close()
