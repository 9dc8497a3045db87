"""Import before what imports transformers and diffusers: keeps their notes off the console.

Their notes about optional parts are for programmers. A user who sets the variables keeps the
choice.
"""

from __future__ import annotations

import os

for _variable in ("TRANSFORMERS_VERBOSITY", "DIFFUSERS_VERBOSITY"):
    os.environ.setdefault(_variable, "error")

# The variables are read at import.
from diffusers.utils import logging as diffusers_logging  # noqa: E402
from transformers.utils import logging as transformers_logging  # noqa: E402

diffusers_logging.disable_progress_bar()
transformers_logging.disable_progress_bar()
