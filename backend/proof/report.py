"""What a proof found: figures as a table, and the promises that were broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a proof.

    Attributes:
        title: what was proved.
        figures: what was counted and measured, in the order of the table.
        broken: a sentence for each promise that did not hold.
    """

    title: str
    figures: Mapping[str, object]
    broken: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Whether every promise held."""
        return not self.broken

    def __str__(self) -> str:
        width = max(len(name) for name in self.figures)
        lines = [f"{name:{width}}  {_shown(value)}" for name, value in self.figures.items()]
        verdict = [f"BROKEN: {sentence}" for sentence in self.broken] or ["every promise was kept"]
        return "\n".join([f"== {self.title}", *lines, *verdict])


def _shown(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
