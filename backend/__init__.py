"""Text in, logo out: the service, its models and its commands."""

from __future__ import annotations

import os

# Read by the OpenMP libraries of torch and ncnn when they are loaded, hence here. By default their
# threads burn their time slices waiting for each other: on a machine that does anything else,
# drawing then takes longer, measured by 1.3 to 1.8 times. On an idle one both are the same.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
