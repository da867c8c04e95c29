from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite the expectations beside the raw inputs")
    parser.addoption(
        "--archives", metavar="FOLDER", help="also check the archives in FOLDER against their expected.yaml"
    )


@pytest.fixture
def update(request):
    return request.config.getoption("--update")
