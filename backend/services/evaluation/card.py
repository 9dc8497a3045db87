"""What an evaluation leaves behind: the report, the model card's table and contact sheets."""

from __future__ import annotations

import re
from pathlib import Path

from backend.domain.errors import InvalidRequest
from backend.services.contact_sheet import contact_sheet
from backend.services.evaluation.figures import RECALLS, SetFigures
from backend.services.evaluation.prompts import SHEET_SUBJECTS
from backend.services.evaluation.run import CGAN, REAL, Evaluation
from backend.utils.files import write_bytes
from backend.utils.images import png_bytes

REPORT_FILE = "evaluation.json"
_BEGIN, _END = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"


def write_card(evaluation: Evaluation, weights: Path, pictures: Path) -> list[Path]:
    """Writes the report, the table into the model card, and a sheet for each half of the subjects.

    Args:
        evaluation: what was measured.
        weights: folder of `README.md`, which has the two marks that the table goes between.
        pictures: folder of the contact sheets.

    Raises:
        InvalidRequest: the card has no marks.
    """
    card = weights / "README.md"
    text = with_table(card.read_text("utf-8"), table_of(evaluation))
    files = [weights / REPORT_FILE, card]
    write_bytes(files[0], evaluation.report.to_json().encode("utf-8"))
    write_bytes(card, text.encode("utf-8"))
    held_out = {prompt.subject: prompt.held_out for prompt in evaluation.prompts}
    for name, wanted in (("card-trained", False), ("card-held-out", True)):
        rows = [
            (f"{subject}: 4 drafts, the same restyled", [*drafts, *evaluation.restyled[subject]])
            for subject, drafts in evaluation.drafts.items()
            if subject in SHEET_SUBJECTS and held_out[subject] is wanted
        ]
        files.append(pictures / f"{name}.png")
        sheet = contact_sheet(rows, cell_px=120, gap_px=8).quantize(256)
        write_bytes(files[-1], png_bytes(sheet))
    return files


def with_table(card: str, table: str) -> str:
    """The card with everything between its marks replaced.

    Raises:
        InvalidRequest: there are no marks.
    """
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
    if not pattern.search(card):
        raise InvalidRequest(f"the model card lacks the marks {_BEGIN} and {_END}")
    return pattern.sub(lambda _: f"{_BEGIN}\n{table}\n{_END}", card)


def table_of(evaluation: Evaluation) -> str:
    """Sets as rows, figures as columns, then the aims and what was measured."""
    real = evaluation.sets[REAL]
    heads = [*(f"R@{k}" for k in RECALLS), "of real", "R@10 trained", "R@10 held out", "KID x 1000"]
    heads += ["colours", "flat", "diversity", "pictures"]
    lines = ["| pictures | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| {name} | {_row(found, real)} |" for name, found in evaluation.sets.items()]
    floor = " | ".join(f"{real.recall_floor[k]:.2f}" for k in RECALLS)
    lines.append(f"| shuffled captions | {floor} |" + " - |" * (len(heads) - len(RECALLS)))
    report = evaluation.report
    hashes = ", ".join(f"{name} `{digest[:8]}`" for name, digest in report.weights.items())
    drawn, copies = evaluation.sets[CGAN], evaluation.copies
    lines += [
        "",
        f"Of {len(evaluation.prompts)} subjects, half held out; chance R@10 is "
        f"{10 / len(evaluation.prompts):.2f}. *Of real*: R@10 as a share of that of real pictures. "
        f"Seed {report.seed}, {report.seconds:.0f} s. Same-caption diversity of the network is "
        f"{drawn.diversity / real.diversity:.0%} of real pictures'.",
        "",
        f"Copies: of {copies.marks} bare marks of the network {copies.share:.1%} overlap a glyph "
        f"of the library by more than {copies.threshold:.3f}, which 1 % of held-out glyphs do. "
        f"The median mark overlaps its nearest glyph by {copies.median:.2f}, the median held-out "
        f"glyph by {copies.real_median:.2f}.",
        "",
        f"Weights measured: {hashes}.",
    ]
    return "\n".join(lines)


def _row(found: SetFigures, real: SetFigures) -> str:
    recalls = [f"{found.recall[k]:.2f}" for k in RECALLS]
    rest = [f"{found.recall[10] / real.recall[10]:.0%}" if real.recall[10] else "-"]
    rest += [f"{found.recall_seen:.2f}", f"{found.recall_held_out:.2f}", f"{found.kid * 1000:.1f}"]
    rest += [f"{found.colours:.2f}", f"{found.flat:.3f}", f"{found.diversity:.3f}"]
    return " | ".join([*recalls, *rest, str(found.samples)])
