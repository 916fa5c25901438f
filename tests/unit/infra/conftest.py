"""The packages these tests read: made once for the run, exactly as ``make package`` and ``make run`` make them."""

import pytest

from infra.architecture import LOCAL_STAGE
from infra.local.stack import PACKAGE
from infra.package import Package, package


@pytest.fixture(scope="session")
def local_package() -> Package:
    return package(LOCAL_STAGE, PACKAGE)


@pytest.fixture(scope="session")
def aws_package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package("dev", tmp_path_factory.mktemp("package"))
