"""Compiled denoisers with CUDA graphs: one for each bucket of size and batch, made when it pays.

At batch 1 a large GPU waits for the processor to launch Stable Diffusion's small kernels; a graph
launches them all at once. Compiling takes a minute or two, so a bucket runs as it is until it has
been asked for often enough, and one that cannot be compiled stays as it is for good.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

_LOG = logging.getLogger(__name__)
# Three pictures of quality, or a dozen drafts: whoever made so many will make more.
EVALUATIONS_BEFORE_COMPILING = 60
Bucket = tuple[int, int, int, int]


def bucket_of(rows: Tensor, states: Tensor) -> Bucket:
    """(rows, height, width, tokens) after rounding the rows up to a power of two.

    Args:
        rows: (N, C, H, W) latents.
        states: (N, tokens, width).
    """
    count = 1 << (len(rows) - 1).bit_length()
    return count, rows.shape[2], rows.shape[3], states.shape[1]


class GraphedDenoiser:
    """A denoiser that compiles itself for the buckets that are used.

    Weights may change in place between calls; graphs read them where they lie. Whoever moves them
    has to call `reset`.

    Args:
        unet: a UNet2DConditionModel on the GPU.
        compile_with: `torch.compile`, or what stands in for it in tests.
        patience: evaluations of a bucket before it is compiled.
    """

    def __init__(
        self,
        unet: Any,
        compile_with: Callable[..., Any] = torch.compile,
        patience: int = EVALUATIONS_BEFORE_COMPILING,
    ) -> None:
        self._unet = unet
        self._compile_with = compile_with
        self._patience = patience
        self._uses: Counter[Bucket] = Counter()
        self._compiled: dict[Bucket, Any] = {}
        self._refused: set[Bucket] = set()

    def __call__(
        self, rows: Tensor, timestep: Tensor, states: Tensor, added: dict[str, Tensor] | None
    ) -> Tensor:
        """See `sampling.Denoiser`."""
        bucket = bucket_of(rows, states)
        self._uses[bucket] += 1
        if bucket in self._refused or self._uses[bucket] <= self._patience:
            return evaluate(self._unet, rows, timestep, states, added)
        try:
            return self._in_bucket(bucket, rows, timestep, states, added)
        except torch.OutOfMemoryError:
            # Graphs hold memory of their own. Without this one the picture may still fit.
            self._refuse(bucket, "out of memory")
            raise
        except Exception as error:  # noqa: BLE001 - compilers fail in ways that no list names
            self._refuse(bucket, str(error)[:200])
            return evaluate(self._unet, rows, timestep, states, added)

    def reset(self) -> None:
        """Forgets all graphs: the weights have moved."""
        self._compiled.clear()

    @property
    def compiled(self) -> frozenset[Bucket]:
        """The buckets that run compiled."""
        return frozenset(self._compiled)

    def _in_bucket(
        self,
        bucket: Bucket,
        rows: Tensor,
        timestep: Tensor,
        states: Tensor,
        added: dict[str, Tensor] | None,
    ) -> Tensor:
        if bucket not in self._compiled:
            _LOG.info("compiling the denoiser for %s", bucket)
            self._compiled[bucket] = self._compile_with(
                self._unet, mode="reduce-overhead", fullgraph=True, dynamic=False
            )
        torch.compiler.cudagraph_mark_step_begin()
        filled = {name: _filled(value, bucket[0]) for name, value in (added or {}).items()}
        predicted = evaluate(
            self._compiled[bucket],
            _filled(rows, bucket[0]),
            timestep,
            _filled(states, bucket[0]),
            filled or None,
            like=self._unet,
        )
        # The next call of the graph writes over its output.
        return predicted[: len(rows)].clone()

    def _refuse(self, bucket: Bucket, why: str) -> None:
        _LOG.warning("the denoiser runs without compiling for %s: %s", bucket, why)
        self._refused.add(bucket)
        self._compiled.pop(bucket, None)


def evaluate(
    network: Any,
    rows: Tensor,
    timestep: Tensor,
    states: Tensor,
    added: dict[str, Tensor] | None,
    like: Any = None,
) -> Tensor:
    """One evaluation in the denoiser's own number format.

    Args:
        network: the UNet, or what was compiled from it.
        like: the UNet itself, where `network` does not tell its format.
    """
    dtype = (like or network).dtype
    latents = rows.to(dtype).contiguous(memory_format=torch.channels_last)
    # A tensor and not a number: a number would be compiled in.
    times = timestep.to(rows.device).expand(len(rows))
    return network(
        latents, times, encoder_hidden_states=states, added_cond_kwargs=added, return_dict=False
    )[0]


def _filled(values: Tensor, count: int) -> Tensor:
    """Rows up to a count, by repeating the last one."""
    missing = count - len(values)
    return values if not missing else torch.cat([values, *[values[-1:]] * missing])
