"""The accelerator of a call: device, number format, processes. The one place that builds it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import parse_flag_from_env
from torch import Tensor, nn

from backend.models.devices import detect_compute
from backend.training.settings import Session

# Scaling begins at 65,536: gradients that overflow even unscaled are no matter of the format.
_LEAST_SCALE = 1.0


def build_accelerator(session: Session) -> Accelerator:
    """Finds the device and, under `accelerate launch`, the other processes.

    Gradients are averaged by `step_down`, not by wrapping the networks: the games call parts of
    networks and differentiate twice, which the wrapper does not see.
    """
    if AcceleratorState._shared_state and AcceleratorState().mixed_precision != session.precision:
        AcceleratorState._reset_state()
    return Accelerator(cpu=_on_cpu(), mixed_precision=session.precision)


def is_main_process() -> bool:
    """Whether this process is the one that reports and writes."""
    return bool(PartialState(cpu=_on_cpu()).is_main_process)


def average_gradients(accelerator: Accelerator, parameters: Iterable[nn.Parameter]) -> None:
    """Replaces each gradient by its mean over the processes."""
    if accelerator.num_processes == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    means = accelerator.reduce(torch.cat([each.flatten() for each in gradients]), reduction="mean")
    for gradient, mean in zip(
        gradients, means.split([each.numel() for each in gradients]), strict=True
    ):
        gradient.copy_(mean.view_as(gradient))


def step_down(
    accelerator: Accelerator,
    loss: Tensor,
    optimiser: torch.optim.Optimizer,
    *,
    rate: float,
    max_norm: float | None = None,
) -> float | None:
    """One optimiser step down a loss, with the gradients of all processes.

    In fp16 the loss is scaled up, so that small gradients do not vanish, and a step whose gradients
    overflow is left out; in the first steps that is how the scale finds its size.

    Args:
        rate: the learning rate of this step; a group's own "share" multiplies it.
        max_norm: longer gradients are shortened to this.

    Returns:
        The length of the gradient before it was shortened; 0 when `max_norm` is None. None for
        a step that was left out, unless its gradients overflow without any scaling, too.
    """
    parameters = [each for group in optimiser.param_groups for each in group["params"]]
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("share", 1.0)
    scaler = accelerator.scaler
    optimiser.zero_grad(set_to_none=True)
    (loss if scaler is None else scaler.scale(loss)).backward()
    average_gradients(accelerator, parameters)
    if scaler is not None:
        scaler.unscale_(optimiser)
    norm = 0.0
    if max_norm is not None:
        norm = float(nn.utils.clip_grad_norm_(parameters, max_norm))
    if scaler is None:
        optimiser.step()
    else:
        before = scaler.get_scale()
        scaler.step(optimiser)
        scaler.update()
        if _LEAST_SCALE <= scaler.get_scale() < before:
            return None
    return norm


def best_precision(device: torch.device) -> str:
    """The number format that pays off: bf16 where there are instructions for it, on a GPU fp16."""
    if device.type == "cpu":
        return "bf16" if detect_compute("cpu").reduced is torch.bfloat16 else "no"
    has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return "bf16" if has_bf16 else "fp16"


def training_device() -> torch.device:
    """Where a training of this process will run."""
    return torch.device(PartialState(cpu=_on_cpu()).device)


def any_process(accelerator: Accelerator, claim: bool) -> bool:
    """Whether the claim holds in any process; all must ask at the same point."""
    if accelerator.num_processes == 1:
        return claim
    flag = torch.tensor([float(claim)], device=accelerator.device)
    return bool(accelerator.reduce(flag, reduction="sum").item() > 0)


def mean_over_processes(accelerator: Accelerator, values: dict[str, float]) -> dict[str, float]:
    """The mean of every value; all processes must have the same names."""
    if accelerator.num_processes == 1:
        return values
    numbers = torch.tensor(list(values.values()), device=accelerator.device)
    means = accelerator.reduce(numbers, reduction="mean").tolist()
    return dict(zip(values, means, strict=True))


def _on_cpu() -> bool:
    # Said aloud, because several processes find each other on a CPU only when it is asked for.
    return not torch.accelerator.is_available() or bool(parse_flag_from_env("ACCELERATE_USE_CPU"))
