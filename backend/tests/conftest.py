"""What all tests of the back end share."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: how long an example took, or its making, proves nothing.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: a run judges the change and not the draw. `make explore` draws anew.
settings.register_profile("steady", settings.get_profile("explore"), derandomize=True)
settings.load_profile("steady")


# Servers that tests start are reached directly, whatever proxy the machine has.
for _name in ("NO_PROXY", "no_proxy"):
    _others = [value] if (value := os.environ.get(_name)) else []
    os.environ[_name] = ",".join([*_others, "127.0.0.1", "localhost"])


@pytest.fixture(autouse=True)
def _the_same_noise() -> None:
    """What a test draws without a seed of its own does not depend on the tests before it."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)
