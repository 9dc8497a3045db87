"""The layouts in which adapters are written, brought into one form: pairs of matrices by layer.

A layer is named by its network and its place there with underscores for dots, because the most
common layout (kohya) keeps no more than that; "text_model." in front is left out, because it comes
and goes with the version of the text encoder's class. Layouts:

    kohya           lora_unet_down_blocks_0_..._to_q.lora_down.weight, with .alpha; for SDXL also
                    in the names of the original code (input_blocks_4_1_...)
    peft            unet.down_blocks.0....to_q.lora_A.weight, base_model.model.* in front or not
    diffusers       unet....to_q.lora.down.weight, ...processor.to_q_lora.down.weight,
                    text_encoder....q_proj.lora_linear_layer.down.weight
    lora_diffusion  unet:7:up: layers are numbered, see `backend.models.lora_positions`
    textual_inversion  emb_params, or clip_l and clip_g: rows of the token embedding
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.domain.errors import LoraIncompatible
from backend.models.lora_header import Header, TensorEntry, shown
from backend.models.lora_sgm import diffusers_place

MAX_RANK = 256
MAX_EMBEDDING_ROWS = 75
UNET, TEXT, TEXT_2, OTHER = "unet", "text_encoder", "text_encoder_2", "other"

_ROLES = (
    (".lora_down.weight", "down", "kohya"),
    (".lora_up.weight", "up", "kohya"),
    (".lora_A.weight", "down", "peft"),
    (".lora_B.weight", "up", "peft"),
    (".lora_A.default.weight", "down", "peft"),
    (".lora_B.default.weight", "up", "peft"),
    (".lora.down.weight", "down", "diffusers"),
    (".lora.up.weight", "up", "diffusers"),
    (".lora_linear_layer.down.weight", "down", "diffusers"),
    (".lora_linear_layer.up.weight", "up", "diffusers"),
    ("_lora.down.weight", "down", "diffusers"),
    ("_lora.up.weight", "up", "diffusers"),
    (".alpha", "alpha", ""),
)
# Other ways to change a network, by a piece of their tensors' names; with a dot, by their ending.
_OTHER_KINDS = (
    (("dora_scale", "lora_magnitude_vector"), "a DoRA, which also scales the rows of each layer"),
    (("hada_w", "hada_t"), "a LoHa (LyCORIS), whose matrices are multiplied element by element"),
    (("lokr_w", "lokr_t"), "a LoKr (LyCORIS), whose matrices are Kronecker factors"),
    (("oft_blocks", "oft_diag", "oft_R"), "an OFT, which turns the layers instead of adding"),
    (("lora_mid.weight",), "a LoCon in Tucker form, with a third matrix for each layer"),
    ((".on_input",), "an (IA)^3, which scales instead of adding"),
    ((".a1.weight", ".b1.weight"), "a GLoRA, with four matrices for each layer"),
    ((".diff", ".diff_b", ".w_norm", ".b_norm"), "a difference of whole layers or norms"),
    (("bundle_emb.",), "a LoRA with bundled embeddings, which are not supported"),
    (("lora_embedding_",), "a LoRA of the token embedding, which is not supported"),
)
_WHOLE_NETWORKS = (
    (("model.diffusion_model.", "first_stage_model.", "cond_stage_model."), "a whole checkpoint"),
    (("control_model.", "controlnet_cond_embedding.", "control_"), "a ControlNet"),
    (("image_proj.", "ip_adapter."), "an IP-Adapter"),
    (("encoder.conv_in.", "decoder.conv_in."), "an autoencoder"),
    (("conv_in.weight", "down_blocks."), "a whole denoiser"),
    (("text_model.", "embeddings."), "a whole text encoder"),
)
_PREFIXES = (
    ("lora_unet_", UNET),
    ("lora_te1_", TEXT),
    ("lora_te2_", TEXT_2),
    ("lora_te_", TEXT),
    ("unet.", UNET),
    ("text_encoder_2.", TEXT_2),
    ("text_encoder.", TEXT),
    ("diffusion_model.", UNET),
)
_UNET_PLACES = re.compile(
    r"(?:down_blocks|up_blocks|mid_block|input_blocks|middle_block|output_blocks|conv_in|conv_out"
    r"|time_embed|time_embedding|add_embedding|label_emb|out_2)(?:_|$)"
)
_TEXT_PLACES = re.compile(r"(?:encoder_layers?_\d|text_projection$|pooler_)")
_OLD_ATTENTION = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out_0": "out_proj"}
_NUMBERED = re.compile(r"(unet|text_encoder|text_encoder_2):(\d{1,5}):(up|down)")
_EMBEDDINGS = {"emb_params": TEXT, "clip_l": TEXT, "clip_g": TEXT_2}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the pipeline as a file names it.

    Attributes:
        network: unet, text_encoder, text_encoder_2, or other for networks unknown here.
        place: path with underscores for dots; of a numbered layer its number.
        is_numbered: whether the place is a number; see `lora_positions`.
    """

    network: str
    place: str
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """The matrices of one layer: the change is scale * up @ down.

    Attributes:
        down: name and shape of (rank, in) or (rank, in, height, width).
        up: name and shape of (out, rank) or (out, rank, 1, 1).
        alpha: name of the scalar, or "".
    """

    layer: Layer
    down: str
    up: str
    down_shape: tuple[int, ...]
    up_shape: tuple[int, ...]
    alpha: str = ""

    @property
    def rank(self) -> int:
        """Columns of `up`, rows of `down`."""
        return self.down_shape[0]


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file consists of.

    Attributes:
        layout: see the module.
        embeddings: trigger, text encoder and name of each tensor with rows for the token
            embedding; the trigger is "" where the tensor's name does not tell it.
    """

    layout: str
    pairs: tuple[Pair, ...]
    embeddings: tuple[tuple[str, str, str], ...] = ()


def outline_of(header: Header) -> Outline:
    """Sorts a file's tensors into pairs and embeddings.

    Raises:
        LoraIncompatible: with the reason as half a sentence: another kind of file, a tensor left
            over, an incomplete pair, matrices that do not fit together.
    """
    numbered = {name: match for name in header.tensors if (match := _NUMBERED.fullmatch(name))}
    if numbered:
        return _numbered_outline(header, numbered)
    parts: dict[Layer, dict[str, str]] = {}
    embeddings, leftover, layout = [], [], ""
    for name in header.tensors:
        if name in _EMBEDDINGS:
            embeddings.append(("", _EMBEDDINGS[name], name))
        elif role := _role(name):
            stem, part, kind = role
            layout = layout or kind
            layer = layer_of(stem)
            if part in parts.setdefault(layer, {}):
                raise LoraIncompatible(f"it has two matrices for one layer: {shown(name)}")
            parts[layer][part] = name
        else:
            leftover.append(name)
    _refuse_leftover(leftover, has_pairs=bool(parts))
    pairs = tuple(_pair(layer, names, header.tensors) for layer, names in parts.items())
    _check_embeddings(embeddings, header.tensors)
    return Outline(layout if pairs else "textual_inversion", pairs, tuple(embeddings))


def layers_of(names: Iterable[str]) -> list[Layer]:
    """The layers that tensors belong to, of those whose endings are known."""
    return [layer_of(role[0]) for name in names if (role := _role(name))]


def layer_of(stem: str) -> Layer:
    """The layer that a tensor's name, without its ending, stands for.

    Examples:
        "unet.mid_block.attentions.0.proj_in" and "lora_unet_mid_block_attentions_0_proj_in" are
        both the layer ("unet", "mid_block_attentions_0_proj_in").
    """
    stem = stem.removeprefix("base_model.model.").replace(".processor.", ".")
    network = ""
    for prefix, named in _PREFIXES:
        if stem.startswith(prefix):
            network, stem = named, stem[len(prefix) :]
            break
    place = stem.removeprefix("base_model.model.").replace(".", "_")
    place = place.removeprefix("text_model_")
    if network in ("", UNET):
        place = diffusers_place(place)
        if _UNET_PLACES.match(place):
            return Layer(UNET, place)
        is_text = not network and _TEXT_PLACES.match(place)
        return Layer(TEXT if is_text else OTHER, place)
    return Layer(network, place)


def _role(name: str) -> tuple[str, str, str] | None:
    """Name without ending, what the ending says, and the layout it belongs to."""
    for ending, part, layout in _ROLES:
        if name.endswith(ending) and len(name) > len(ending):
            stem = name[: -len(ending)]
            if ending.startswith("_lora"):
                stem = _from_processor(stem)
            return stem, part, layout
    return None


def _from_processor(stem: str) -> str:
    """The layer that an old attention processor's matrix belongs to."""
    stem = f"{stem}.0" if stem.endswith(".to_out") else stem
    head, _, last = stem.rpartition(".to_")
    name = f"to_{last.replace('.', '_')}"
    # Text encoders call them otherwise; their old files do not.
    if "self_attn" in head and name in _OLD_ATTENTION:
        return f"{head}.{_OLD_ATTENTION[name]}"
    return stem


def _refuse_leftover(names: list[str], *, has_pairs: bool) -> None:
    for pieces, kind in _OTHER_KINDS:
        if any(_has(piece, name) for name in names for piece in pieces):
            raise LoraIncompatible(f"it is {kind}; only plain LoRA can be used")
    if names and not has_pairs:
        for pieces, kind in _WHOLE_NETWORKS:
            if any(name.startswith(pieces) for name in names):
                raise LoraIncompatible(f"it is {kind} and no LoRA")
        raise LoraIncompatible(f"it holds no LoRA layers; its first tensor is {shown(names[0])}")
    if names:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        raise LoraIncompatible(f"it holds what belongs to no LoRA layer: {shown(names[0])}{more}")


def _has(piece: str, name: str) -> bool:
    return name.endswith(piece) if piece.startswith(".") else piece in name


def _pair(layer: Layer, names: Mapping[str, str], tensors: Mapping[str, TensorEntry]) -> Pair:
    if layer.network == OTHER:
        raise LoraIncompatible(
            f"it changes a layer of no known network: {shown(next(iter(names.values())))}"
        )
    for part, other in (("down", "up"), ("up", "down")):
        if part not in names:
            present = names.get(other) or names["alpha"]
            raise LoraIncompatible(f"{shown(present)} has no partner: the {part} matrix is missing")
    down, up = tensors[names["down"]].shape, tensors[names["up"]].shape
    alpha = names.get("alpha", "")
    pair = Pair(layer, names["down"], names["up"], down, up, alpha)
    _check_pair(pair)
    if alpha and tensors[alpha].shape not in ((), (1,)):
        raise LoraIncompatible(f"{shown(alpha)} is no single number")
    return pair


def _check_pair(pair: Pair) -> None:
    down, up = pair.down_shape, pair.up_shape
    if len(down) not in (2, 4) or len(up) not in (2, 4) or (len(up) == 4 and up[2:] != (1, 1)):
        raise LoraIncompatible(
            f"{shown(pair.down)} and {shown(pair.up)} have the shapes {list(down)} and {list(up)}, "
            "which are not those of a LoRA layer"
        )
    if up[1] != pair.rank:
        raise LoraIncompatible(
            f"{shown(pair.down)} has rank {pair.rank:,}, but {shown(pair.up)} has rank {up[1]:,}"
        )
    if not 0 < pair.rank <= MAX_RANK:
        raise LoraIncompatible(
            f"{shown(pair.down)} has rank {pair.rank:,}; 1 to {MAX_RANK} are allowed"
        )


def _numbered_outline(header: Header, numbered: Mapping[str, re.Match[str]]) -> Outline:
    parts: dict[Layer, dict[str, str]] = {}
    for name, match in numbered.items():
        layer = Layer(match[1], str(int(match[2])), is_numbered=True)
        parts.setdefault(layer, {})[match[3]] = name
    pairs = tuple(_pair(layer, names, header.tensors) for layer, names in parts.items())
    others = [name for name in header.tensors if name not in numbered]
    # The early trainer flags what is a word.
    embeddings = [(name, TEXT, name) for name in others if header.metadata.get(name) == "<embed>"]
    _refuse_leftover(
        [name for name in others if (name, TEXT, name) not in embeddings], has_pairs=True
    )
    _check_embeddings(embeddings, header.tensors)
    return Outline("lora_diffusion", pairs, tuple(embeddings))


def _check_embeddings(
    embeddings: list[tuple[str, str, str]], tensors: Mapping[str, TensorEntry]
) -> None:
    if len(embeddings) > MAX_EMBEDDING_ROWS:
        raise LoraIncompatible(
            f"it has {len(embeddings):,} words; at most {MAX_EMBEDDING_ROWS} are allowed"
        )
    for _, _, name in embeddings:
        shape = tensors[name].shape
        rows = shape[0] if len(shape) == 2 else 1
        if len(shape) not in (1, 2) or rows > MAX_EMBEDDING_ROWS:
            raise LoraIncompatible(
                f"{shown(name)} has the shape {list(shape)}; words have 1 to {MAX_EMBEDDING_ROWS} "
                "rows"
            )
