from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine fails no test: those that judge speed measure the time of the processor.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite the expectations beside the raw inputs")
    parser.addoption(
        "--archives", metavar="FOLDER", help="also check the archives in FOLDER against their expected.yaml"
    )


@pytest.fixture
def update(request):
    return request.config.getoption("--update")
