"""Adapter files: checked to the last value in plain Python before anything is loaded.

Nothing here imports torch: the web process reads adapters by the same rules as the worker.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from backend.domain.errors import LoraIncompatible
from backend.domain.trigger_words import trigger_words
from backend.models.lora_bases import base_of, foreign_base
from backend.models.lora_header import Header, TensorEntry, read_header, shown
from backend.models.lora_layouts import TEXT, TEXT_2, Outline, Pair, layers_of, outline_of
from backend.models.lora_settings import PeftSettings, settings_of

_CHUNK_BYTES = 4 * 1024**2
# Bits of the exponent; all of them set means an infinity or not a number.
_EXPONENTS: Mapping[str, np.unsignedinteger[Any]] = {
    "F16": np.uint16(0x7C00),
    "BF16": np.uint16(0x7F80),
    "F32": np.uint32(0x7F800000),
}


@dataclass(frozen=True)
class AdapterFacts:
    """What a checked adapter file is.

    Attributes:
        layout: kohya, peft, diffusers, lora_diffusion or textual_inversion.
        base: the model it was made for, a key of `lora_bases.TITLES`.
        rank: the largest of its layers; None if it has only words.
        modules: layers that it changes.
        touches_text: whether it changes a text encoder, be it by words alone.
        dtype: F16, BF16 or F32; of several the widest.
        words: rows for the token embeddings, in all.
        triggers: what calls it up, by its own metadata, short and printable.
        settings: what it says about scales beside its tensors.
    """

    layout: str
    base: str
    rank: int | None
    modules: int
    touches_text: bool
    dtype: str
    words: int
    bytes: int
    sha256: str
    metadata: Mapping[str, str]
    outline: Outline
    triggers: tuple[str, ...] = ()
    settings: PeftSettings = field(default_factory=PeftSettings)


@dataclass(frozen=True)
class Adapter:
    """An adapter with its numbers in memory.

    Attributes:
        tensors: by name, as they lie in the file; BF16 as uint16, because numpy has no such type.
        dtypes: F16, BF16 or F32 by name.
    """

    facts: AdapterFacts
    tensors: Mapping[str, NDArray[np.generic]]
    dtypes: Mapping[str, str]

    def scale(self, pair: Pair) -> float:
        """What up @ down is multiplied with: alpha / rank, or 1 where the file says nothing."""
        if pair.alpha:
            alpha = as_floats(self.tensors[pair.alpha], self.dtypes[pair.alpha])
            return float(alpha.reshape(())) / pair.rank
        return self.facts.settings.scale(pair)


def inspect_adapter(path: Path, label: str | None = None) -> AdapterFacts:
    """Checks a file from its first byte to its last.

    Args:
        label: what the file is called in errors; by default its name.

    Raises:
        LoraIncompatible: with the exact reason.
    """
    return _read(path, label or path.name, keep=False).facts


def read_adapter(path: Path, label: str | None = None) -> Adapter:
    """Checks a file like `inspect_adapter` and keeps the numbers that were checked.

    Raises:
        LoraIncompatible: with the exact reason.
    """
    return _read(path, label or path.name, keep=True)


def outline_checked(path: Path, sha256: str) -> AdapterFacts:
    """The facts of a file that was inspected already, from its header alone.

    Args:
        sha256: what the inspection said.

    Raises:
        LoraIncompatible: it is not that file any more.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return replace(_described(read_header(file, size), size), sha256=sha256)
    except OSError as error:
        raise LoraIncompatible(f"{path.name} cannot be used: it cannot be read") from error
    except LoraIncompatible as error:
        raise unusable(path.name, error) from error


def unusable(label: str, error: LoraIncompatible) -> LoraIncompatible:
    """A reason given as half a sentence, made a whole one about a file."""
    return LoraIncompatible(f"{label} cannot be used: {error.detail}")


def as_floats(values: NDArray[np.generic], dtype: str) -> NDArray[np.float32]:
    """Numbers of a file in full precision."""
    if dtype == "BF16":
        # The upper half of a float32.
        return (values.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return values.astype(np.float32)


def _read(path: Path, label: str, *, keep: bool) -> Adapter:
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            found = _checked(file, before.st_size, keep=keep)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise LoraIncompatible(f"{label} cannot be used: it cannot be read") from error
    except LoraIncompatible as error:
        raise unusable(label, error) from error
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise LoraIncompatible(f"{label} cannot be used: it was changed while it was read")
    return found


def _checked(file: IO[bytes], size: int, *, keep: bool) -> Adapter:
    header = read_header(file, size)
    facts = _described(header, size)
    digest = hashlib.sha256(header.raw)
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, entry in header.tensors.items():
        values = _values(file, name, entry, digest.update, keep=keep)
        if values is not None:
            tensors[name] = values
    dtypes = {name: entry.dtype for name, entry in header.tensors.items()}
    return Adapter(replace(facts, sha256=digest.hexdigest()), tensors, dtypes)


def _values(
    file: IO[bytes], name: str, entry: TensorEntry, seen: Callable[[bytes], None], *, keep: bool
) -> NDArray[np.generic] | None:
    """Reads one tensor, piece by piece, and checks that every value is finite."""
    exponent = _EXPONENTS[entry.dtype]
    pieces, left = [], entry.end - entry.begin
    while left:
        content = file.read(min(left, _CHUNK_BYTES))
        if not content:
            raise LoraIncompatible("it became shorter while it was read")
        left -= len(content)
        seen(content)
        bits = np.frombuffer(content, exponent.dtype)
        if bool(((bits & exponent) == exponent).any()):
            raise LoraIncompatible(f"the tensor {shown(name)} holds values that are not finite")
        if keep:
            pieces.append(bits)
    if not keep:
        return None
    whole: NDArray[np.generic] = np.concatenate(pieces).reshape(entry.shape)
    kinds = {"F16": np.float16, "F32": np.float32}
    return whole.view(kinds[entry.dtype]) if entry.dtype in kinds else whole


def _described(header: Header, size: int) -> AdapterFacts:
    """Everything but the hash."""
    layers = set(layers_of(header.tensors))
    if foreign := foreign_base(layers, header.metadata):
        # Whatever else such files hold, it is enough to say whom they are for.
        is_kohya = any("lora_down" in name for name in header.tensors)
        outline, base = Outline("kohya" if is_kohya else "peft", ()), foreign
        modules = len(layers)
    else:
        outline = outline_of(header)
        shapes = {name: entry.shape for name, entry in header.tensors.items()}
        base, modules = base_of(outline, shapes, header.metadata), len(outline.pairs)
    dtypes = {entry.dtype for entry in header.tensors.values()}
    networks = {pair.layer.network for pair in outline.pairs}
    networks |= {network for _, network, _ in outline.embeddings}
    return AdapterFacts(
        layout=outline.layout,
        base=base,
        rank=max((pair.rank for pair in outline.pairs), default=None),
        modules=modules,
        touches_text=bool(networks & {TEXT, TEXT_2}),
        dtype=next(name for name in ("F32", "BF16", "F16") if name in dtypes),
        words=sum(_rows(header.tensors[name].shape) for _, _, name in outline.embeddings),
        bytes=size,
        sha256="",
        metadata=header.metadata,
        outline=outline,
        triggers=trigger_words(header.metadata.get("modelspec.trigger_phrase")),
        settings=settings_of(header.metadata),
    )


def _rows(shape: tuple[int, ...]) -> int:
    return shape[0] if len(shape) == 2 else 1
