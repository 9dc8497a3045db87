"""The automatic source: both artists draw, and the better drafts are shown."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backend.domain.generation import SourceName
from backend.domain.ports import Draft, DraftOrder, DraftSource, ModelFact
from backend.models.ranking import holds_together

# Scores tell good drawings from bad ones of one artist better than they compare the two.
_SECOND_SHARE = 0.4
# Mean difference of two thumbnails, of 255, below which people take them for one drawing.
_ALIKE = 12.0
# Share of the ink of two drawings that both have, above which they are one in other colours.
_SAME_INK = 0.75
# Summed difference of the channels from the background, of 765, from which on a pixel is ink.
_INK = 90
# Ink nearly everywhere has no shape to tell.
_MOST_INK = 0.95
# Standard deviation of greys, of 255, from which on ink has a drawing of its own inside.
_DRAWN = 10.0
# Correlation of two drawings inside of shared ink, either way round, from which on they are one.
_SAME_INSIDE = 0.5
# Drafts that the first source draws in vain, so that none has to be shown that looks like another.
_SPARE = 1


class MixedDrafts:
    """Ranks the drafts of two sources together.

    Args:
        first: the safer source; shows most of the drafts, and the first one that people see.
        second: shows one from two drafts on, if one of its drawings is whole; at most two in five,
            no subject twice.
    """

    name = SourceName.AUTO

    def __init__(self, first: DraftSource, second: DraftSource) -> None:
        self._first, self._second = first, second

    def facts(self) -> Sequence[ModelFact]:
        """The models of both sources, each once."""
        return tuple(dict.fromkeys([*self._first.facts(), *self._second.facts()]))

    def draw(self, order: DraftOrder) -> list[Draft]:
        """`order.count` drafts, the better ones first."""
        if order.count < 2:
            return _ranked(self._first.draw(order))
        places = max(1, int(order.count * _SECOND_SHARE))
        # One to spare: the worst of them is not shown.
        smaller = replace(order, count=min(order.count, places + 1))
        with ThreadPoolExecutor(1) as beside:  # One draws vectors, the other multiplies matrices.
            pool = beside.submit(self._second.draw, smaller)
            more = replace(order, count=order.count + _SPARE)
            hosts = _unlike_first([_Seen(draft) for draft in _ranked(self._first.draw(more))])
            drawn = [_Seen(draft) for draft in _ranked(pool.result())]
        whole = [seen for seen in drawn if holds_together(seen.draft.scores)]
        guests = _each_subject_once(_new_first(whole, hosts[: order.count]))[:places]
        # A guest beyond the first has to be better than what it would displace.
        crowd = _new_first(hosts, guests)
        bar = crowd[order.count - len(guests)].draft.score if len(crowd) >= order.count else 0.0
        guests = guests[:1] + [guest for guest in guests[1:] if guest.draft.score > bar]
        hosts = _new_first(hosts, guests)
        best, *others = hosts[: order.count - len(guests)]
        return [best.draft, *_ranked([seen.draft for seen in [*others, *guests]])]


class _Seen:
    """A draft and what eyes make of it, which each is compared by many times."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def thumbnail(self) -> NDArray[np.float32]:
        """Its greys, (32, 32)."""
        return np.asarray(self.draft.image.convert("L").resize((32, 32)), np.float32)

    @cached_property
    def ink(self) -> NDArray[np.bool_]:
        """Where it is not its background, (64, 64)."""
        pixels = np.asarray(self.draft.image.convert("RGB").resize((64, 64)), np.int16)
        ground = np.array(self.draft.palette.background.rgb, np.int16)
        return np.asarray(np.abs(pixels - ground).sum(axis=2) > _INK)

    @cached_property
    def greys(self) -> NDArray[np.float32]:
        """Its greys at the size of the ink, (64, 64)."""
        return np.asarray(self.draft.image.convert("L").resize((64, 64)), np.float32)


def _ranked(drafts: Sequence[Draft]) -> list[Draft]:
    return sorted(drafts, key=lambda draft: -draft.score)


def _unlike_first(ranked: Sequence[_Seen]) -> list[_Seen]:
    """Drafts that look like a better one go to the end."""
    chosen: list[_Seen] = []
    alike: list[_Seen] = []
    for draft in ranked:
        (alike if any(_looks_like(draft, other) for other in chosen) else chosen).append(draft)
    return [*chosen, *alike]


def _new_first(drafts: Sequence[_Seen], seen: Sequence[_Seen]) -> list[_Seen]:
    """Drafts that look like one seen elsewhere go to the end."""
    return sorted(drafts, key=lambda draft: any(_looks_like(draft, other) for other in seen))


def _each_subject_once(ranked: Sequence[_Seen]) -> list[_Seen]:
    chosen: list[_Seen] = []
    for draft in ranked:
        if not any(_is_much_like(draft, other) for other in chosen):
            chosen.append(draft)
    return chosen


def _is_much_like(first: _Seen, second: _Seen) -> bool:
    return first.draft.concept == second.draft.concept or _looks_like(first, second)


def _looks_like(first: _Seen, second: _Seen) -> bool:
    if _is_drawn_from(first.draft, second.draft) or _is_drawn_from(second.draft, first.draft):
        return True
    difference = np.subtract(first.thumbnail, second.thumbnail)
    return bool(np.abs(difference).mean() < _ALIKE) or _is_recoloured(first, second)


def _is_drawn_from(draft: Draft, other: Draft) -> bool:
    """Whether the network was shown first of all what another draft is made of."""
    is_by_network = draft.origin == SourceName.CGAN and other.origin != SourceName.CGAN
    return is_by_network and draft.glyphs[:1] != () and draft.glyphs[0] in other.glyphs


def _is_recoloured(first: _Seen, second: _Seen) -> bool:
    """Whether it is one drawing in other colours."""
    inks = [first.ink, second.ink]
    if max(ink.mean() for ink in inks) > _MOST_INK:
        return False
    both, either = np.logical_and(*inks), np.logical_or(*inks)
    if both.sum() <= _SAME_INK * either.sum():
        return False
    if first.draft.concept == second.draft.concept:
        return True
    # Two things in one badge share most of their ink.
    inside, other = first.greys[both], second.greys[both]
    if min(inside.std(), other.std()) < _DRAWN:
        return True
    return bool(abs(np.corrcoef(inside, other)[0, 1]) > _SAME_INSIDE)
