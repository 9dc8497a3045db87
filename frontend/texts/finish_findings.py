"""What the service finds about a lockup, in Russian: by code and verdict, (sentence, advice).

Figures stand in braces by the names that the service gives them.
"""

from __future__ import annotations

from collections.abc import Mapping

RUSSIAN_FINDINGS: Mapping[tuple[str, str], tuple[str, str]] = {}
