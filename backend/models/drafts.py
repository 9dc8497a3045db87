"""The automatic source: both artists draw, the better drafts are shown, each at least once."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.generation import SourceName
from backend.domain.ports import Draft, DraftOrder, DraftSource, ModelFact


class MixedDrafts:
    """Ranks the drafts of two sources together."""

    name = SourceName.AUTO

    def __init__(self, first: DraftSource, second: DraftSource) -> None:
        self._sources = (first, second)

    def facts(self) -> Sequence[ModelFact]:
        """The models of both sources, each once."""
        return tuple(dict.fromkeys(fact for source in self._sources for fact in source.facts()))

    def draw(self, order: DraftOrder) -> list[Draft]:
        """The best `order.count` drafts; from two on, at least one of each source."""
        pools = [source.draw(order) for source in self._sources]
        ranked = sorted((draft for pool in pools for draft in pool), key=lambda draft: -draft.score)
        chosen = ranked[: order.count]
        if order.count < 2:
            return chosen
        for pool, source in zip(pools, self._sources, strict=True):
            if all(draft.origin is not source.name for draft in chosen):
                best = max(pool, key=lambda draft: draft.score)
                chosen = [*chosen[:-1], best]
        return chosen
