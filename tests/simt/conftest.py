import pytest

from tests.simt import Engine
from tests.simt.support import SCHEDULES


@pytest.fixture(params=SCHEDULES)
def schedule(request):
    return request.param


@pytest.fixture(params=[0, 1, 2])
def engine(schedule, request):
    return Engine(request.param, schedule)
