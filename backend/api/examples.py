"""Examples of answers for the OpenAPI document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from backend.domain.branding import BRAND_LIMITS
from backend.domain.generation import EVALUATIONS_BY_SPEED, LIMITS

_WHEN = "2026-11-20T12:00:00Z"
DATASET_ID = "ds_4f2a9c1d8b7e6f5012345678"
JOB_ID = "job_2akznty3gnqfqzqmxjfr"
IMAGE_ID = "img_4f2a9c1d8b7e6f5012345678"
IMAGE: dict[str, Any] = {
    "id": IMAGE_ID,
    "url": f"/images/{IMAGE_ID}",
    "thumbnail_url": f"/images/{IMAGE_ID}?format=webp&size=256",
    "name": "Harbour Beans",
    "description": "a cosy espresso bar by the sea",
    "style": "flat",
    "favourite": False,
    "width": 512,
    "height": 512,
    "created_at": _WHEN,
    "seed": 7,
    "origin": "composer",
    "stage": "final",
    "layout": "disc",
    "concept": "coffee cup",
    "palette": ["#FFFFFF", "#1B3A4B", "#F2A541"],
    "glyphs": [{"id": "tabler:coffee", "licence": "MIT", "author": "Paweł Kuna"}],
    "scores": {"text_match": 0.71, "legibility": 0.93, "one_colour": 1.0},
    "parent": None,
    "svg_url": f"/images/{IMAGE_ID}?format=svg",
    "b64_json": None,
}
_BRIEF: dict[str, Any] = {"name": "Harbour Beans", "content": "espresso bar by the sea"}
_RESULT: dict[str, Any] = {
    "images": [IMAGE],
    "warnings": [],
    "brief": _BRIEF,
    "seed": 7,
    "timings_ms": {"draft": 41.0, "upscale": 55.2},
}
JOB: dict[str, Any] = {
    "id": JOB_ID,
    "kind": "generate",
    "state": "running",
    "queue_position": None,
    "progress": {
        "stage": "restyle",
        "step": 6,
        "total": 20,
        "eta_seconds": 3.2,
        "preview_url": f"/jobs/{JOB_ID}/preview",
    },
    "created_at": _WHEN,
    "started_at": _WHEN,
    "finished_at": None,
    "attempt": 1,
    "request": {"description": "a cosy espresso bar by the sea", "seed": 7},
    "result": None,
    "error": None,
    "links": {
        "self": f"/jobs/{JOB_ID}",
        "events": f"/jobs/{JOB_ID}/events",
        "preview": f"/jobs/{JOB_ID}/preview",
    },
    "timeline": [
        {
            "stage": "wait",
            "unit": None,
            "turn": 0,
            "worker": None,
            "started_at": _WHEN,
            "ended_at": _WHEN,
            "milliseconds": 12.5,
            "outcome": "done",
        },
        {
            "stage": "restyle",
            "unit": None,
            "turn": 1,
            "worker": "studio-1",
            "started_at": _WHEN,
            "ended_at": None,
            "milliseconds": None,
            "outcome": "running",
        },
    ],
}
CAPABILITIES: dict[str, Any] = {
    "limits": {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(LIMITS).items()
    },
    "branding": asdict(BRAND_LIMITS),
    "sources": ["auto", "cgan", "composer"],
    "speeds": {str(speed): count for speed, count in EVALUATIONS_BY_SPEED.items()},
    "seconds": {"drafts": 0.4, "draft": 0.35, "balanced": 0.5, "quality": 0.9},
    "styles": [{"name": "neon", "caption": "neon glow", "words": ["neon", "glow"]}],
    "layouts": ["mark", "disc", "ring"],
    "loras": ["pixel-art"],
    "profile": "embedded",
    "restyle_default": False,
    "wait_seconds": 300.0,
}
IMAGE_LIST: dict[str, Any] = {"images": [IMAGE], "next": IMAGE_ID, "total": 412}
SELECTION: dict[str, Any] = {"images": [IMAGE_ID]}
DELETED: dict[str, Any] = {"deleted": 1}
RECIPE: dict[str, Any] = {
    "kind": "drafts",
    "request": {
        "description": "a cosy espresso bar by the sea",
        "name": "Harbour Beans",
        "palette": ["#1B3A4B", "#F2A541"],
        "style": "flat",
        "avoid": "",
        "count": 5,
        "seed": 7,
        "source": "auto",
        "size": 512,
    },
    "image": IMAGE_ID,
}
GENERATE_ANSWER: dict[str, Any] = {"job": JOB_ID, **_RESULT}
JOB_LIST: dict[str, Any] = {"jobs": [JOB], "next": None}
LORA: dict[str, Any] = {
    "name": "pixel-art",
    "bytes": 9437184,
    "title": "Pixel art, 16 colours",
    "sha256": "5d41" * 16,
    "base": "sd15",
    "layout": "kohya",
    "rank": 16,
    "modules": 192,
    "touches_text": True,
    "licence": "CC-BY-4.0",
    "trigger_words": ["pixel art"],
    "thumbnail_url": "/loras/pixel-art/thumbnail",
    "fits": True,
    "problem": None,
    "removable": True,
    "created_at": "2026-03-01T12:00:00Z",
    "training": {
        "goal": "style",
        "steps": 1200,
        "pictures": 24,
        "metrics": {"image_similarity": 0.71},
    },
    "tryout": False,
}
LORA_LIST: dict[str, Any] = {"loras": [LORA]}
MODEL_LIST: dict[str, Any] = {
    "models": [
        {
            "name": "cgan",
            "stage": "draft",
            "title": "Conditional GAN",
            "version": "1",
            "profile": "embedded",
            "licence": "MIT",
            "source": "trained with backend.training.cgan",
            "trained": "120,000 scenes, seed 1",
            "bytes": 9200000,
            "present": True,
            "pull": None,
            "pulling": None,
            "curves": True,
            "files": [],
            "facts": {"fid": 31.4},
        }
    ]
}
HISTORY: dict[str, Any] = {
    "networks": [
        {
            "name": "gan",
            "points": 2,
            "rows": 2,
            "columns": {"step": [500, 1000], "seconds": [61.0, 121.5], "g_loss": [0.71, None]},
        }
    ]
}
EVALUATION: dict[str, Any] = {
    "profile": "embedded",
    "report": {"seed": 0, "figures": [{"name": "drafts: R@1", "value": 0.21, "num_samples": 576}]},
    "sheets": [
        {
            "name": "card-held-out",
            "title": "Held-out subjects: four drafts of the GAN, the same restyled",
            "url": "/models/sheets/card-held-out",
        }
    ],
}
PROBLEM_PAGE: dict[str, Any] = {
    "code": "queue-full",
    "status": 429,
    "title": "Too many jobs are waiting",
    "explanation": "Try again after the time in Retry-After.",
}
