"""How numerical libraries wait for their threads is settled before one of them is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOOK = (
    "import sys, os, backend; "
    "assert not {'torch', 'ncnn', 'numpy'} & set(sys.modules); "
    "print(os.environ['OMP_WAIT_POLICY'])"
)


@pytest.mark.parametrize(("asked", "policy"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_do_not_spin_unless_asked_to(asked: str | None, policy: str) -> None:
    inherited = {key: text for key, text in os.environ.items() if key != "OMP_WAIT_POLICY"}
    environment = inherited if asked is None else {**inherited, "OMP_WAIT_POLICY": asked}
    told = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == policy
