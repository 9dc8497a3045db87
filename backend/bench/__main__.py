"""`make bench`: the README's figures, each measured beside its baseline in this run."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from backend.bench.baselines import RrdbNet, StableDiffusion15, upscale_rebuilding
from backend.bench.diffusion import diffusion
from backend.bench.eda import eda
from backend.bench.kit import kit
from backend.bench.looks import looks
from backend.bench.lora import lora_switch
from backend.bench.marks import marks
from backend.bench.measure import Row, interleaved, median_of, seconds_of
from backend.bench.service import running_service
from backend.bench.training import training
from backend.domain.brief import Colour
from backend.domain.generation import LogoRequest, RestyleParams, Speed
from backend.models.catalog import Catalog
from backend.models.devices import detect_compute
from backend.models.registry import ModelHouse
from backend.services.chain import GENERATE_RESTYLED
from backend.services.local import run_alone

_REQUEST = {
    "description": "a red fox for a coffee brand",
    "name": "Foxy",
    "palette": ["#C0392B", "#FFFFFF"],
}


def drafts() -> Iterator[Row]:
    """Five drafts at 256 px, from the request to the last byte of the last picture."""
    with running_service() as service:
        client = service.client

        def five() -> None:
            seed = int(np.random.default_rng().integers(2**31))
            body = {**_REQUEST, "count": 5, "size": 256, "restyle": False, "seed": seed}
            answer = client.post("/generate", json=body).raise_for_status().json()
            for image in answer["images"]:
                client.get(image["url"]).raise_for_status()

        yield Row(
            "5 drafts at 256 px, request to last byte, warm",
            1000 * median_of(five, 25),
            None,
            "ms",
            "<= 300 ms",
        )


def serving() -> Iterator[Row]:
    """The service with models that cost nothing."""
    with running_service("backend.bench.stub_worker") as service:
        client = service.client

        def one() -> None:
            client.post("/generate", json=_REQUEST).raise_for_status()

        yield Row(
            "serving overhead, models stubbed", 1000 * median_of(one, 200), None, "ms", "<= 5 ms"
        )


def whole_chain() -> Iterator[Row]:
    """The embedded chain with restyle at 512 px against SD 1.5 at diffusers' defaults."""
    house = _house()
    house.warm_up()
    seeds = iter(range(10_000))

    def ours() -> None:
        request = LogoRequest(
            "a red fox for a coffee brand",
            palette=(Colour.from_hex("#C0392B"), Colour.from_hex("#FFFFFF")),
            count=1,
            seed=next(seeds),
            restyle_params=RestyleParams(speed=Speed.BALANCED),
        )
        run_alone(house, request, GENERATE_RESTYLED, lambda *_: None)

    baseline = StableDiffusion15()
    ours()
    baseline.one_step()
    chain, steps = [], []
    for _ in range(3):
        chain += [seconds_of(ours) for _ in range(5)]
        steps.append(seconds_of(baseline.one_step))
    fixed = seconds_of(baseline.encode_text) + seconds_of(baseline.decode)
    theirs = baseline.steps * statistics.median(steps) + fixed
    yield Row(
        "whole chain with restyle, 1 picture, 512 px",
        1000 * statistics.median(chain),
        1000 * theirs,
        "ms",
        ">= 40x",
        "baseline: 50 x the median of 3 measured steps, plus text and decoding",
    )


def upscale() -> Iterator[Row]:
    """128 to 512 px against x4plus in fp32, rebuilt for every call."""
    upscaler = _house().upscaler()
    image = Image.fromarray(
        np.random.default_rng(0).integers(0, 255, (128, 128, 3), dtype=np.uint8), "RGB"
    )
    pixels = (
        torch.from_numpy(np.asarray(image, np.float32) / 255).permute(2, 0, 1)[None].contiguous()
    )
    state = RrdbNet().state_dict()
    ours, theirs = interleaved(
        lambda: upscaler.upscale(image), lambda: upscale_rebuilding(state, pixels), 5
    )
    yield Row(
        "upscale 128 to 512 px against x4plus rebuilt per call",
        1000 * ours,
        1000 * theirs,
        "ms",
        ">= 20x",
    )


def _house() -> ModelHouse:
    root = Path(__file__).parents[2]
    return ModelHouse(Catalog.load(root / "weights"), root / "lora", detect_compute("cpu"))


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {
    "drafts": drafts,
    "whole-chain": whole_chain,
    "diffusion": diffusion,
    "upscale": upscale,
    "serving": serving,
    "eda": eda,
    "kit": kit,
    "lora": lora_switch,
    "marks": marks,
    "mockups": looks,
    "training": training,
}


def main() -> None:
    """Runs the named benches, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="default: all")
    names = parser.parse_args().names or list(BENCHES)
    print(f"{'what':58} {'ours':>9} {'baseline':>10} {'':3} {'ratio':>9}")
    for name in names:
        for row in BENCHES[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main()
