from __future__ import annotations

import itertools

import numpy as np
import pytest

from backend.branding.contours import arcs_of
from backend.branding.curves import Curve, fitted
from backend.branding.drawing import Drawing, Layer
from backend.branding.locking import flat_planes
from backend.branding.native import contours_of
from backend.branding.outlines import Outline, within
from backend.branding.planes import Planes
from backend.branding.rasters import render_drawing
from backend.branding.tracing import CLEAN, NOISY, traced
from backend.tests.branding.scenes import BADGE, COLOURS, TILE, alpha_of, picture, true_alpha


def ring_points(radius: float, count: int = 400, wobble: float = 0.0) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = radius + wobble * np.sin(37 * angle)
    return np.stack([150 + r * np.cos(angle), 150 + r * np.sin(angle)], axis=1)


def sampled(curve: Curve, steps: int = 20) -> np.ndarray:
    """Points along a curve."""
    place, found = np.array(curve.start), []
    time = np.linspace(0, 1, steps)[:, None]
    for step in curve.steps:
        p = np.array([*place, *step.points]).reshape(-1, 2)
        if step.verb == "L":
            found.append(p[0] + time * (p[1] - p[0]))
        else:
            rest = 1 - time
            found.append(
                rest**3 * p[0]
                + 3 * time * rest**2 * p[1]
                + 3 * time**2 * rest * p[2]
                + time**3 * p[3]
            )
        place = p[-1]
    return np.concatenate(found)


def area_of(outline: Outline) -> float:
    """By rendering: no formula of the code under test."""
    image = render_drawing(Drawing(256, 256, (Layer(outline, COLOURS[1]),)), width_px=1024)
    return float(alpha_of(image).sum()) / 16


def planes_of_badge(size_px: int = 256) -> Planes:
    return flat_planes(np.asarray(picture(BADGE, size_px)), COLOURS).opened(keep_holes=False)


def test_a_circle_is_four_quarter_curves() -> None:
    curve = fitted(ring_points(100, wobble=0.1), closed=True, tolerance=0.3)
    assert [step.verb for step in curve.steps] == ["C"] * 4
    radius = np.hypot(*(sampled(curve) - 150).T)
    assert np.abs(radius - 100).max() < 0.1
    assert curve.end == pytest.approx(curve.start)


def test_a_disc_with_dents_becomes_round_and_a_scalloped_edge_stays() -> None:
    dented = fitted(ring_points(100, wobble=0.8), closed=True, tolerance=0.3)
    assert len(dented.steps) == 4
    scalloped = fitted(ring_points(100, 2000, wobble=1.7), closed=True, tolerance=0.3)
    radius = np.hypot(*(sampled(scalloped) - 150).T)
    assert np.ptp(radius) > 2.5


def test_a_small_circle_has_no_corners() -> None:
    curve = fitted(ring_points(6, 40), closed=True, tolerance=0.3)
    assert np.abs(np.hypot(*(sampled(curve) - 150).T) - 6).max() < 0.1


def test_straight_edges_are_lines_and_worn_corners_are_sharp_again() -> None:
    arcs = arcs_of(np.stack([1 - (square := blunt_square()), square]))
    assert len(arcs) == 1
    curve = fitted(arcs[0].points, closed=True, tolerance=0.3)
    assert [step.verb for step in curve.steps] == ["L"] * 4
    corners = np.array([step.points for step in curve.steps])
    ideal = np.array([(20.5, 20.5), (20.5, 80.5), (80.5, 20.5), (80.5, 80.5)])
    gaps = np.linalg.norm(corners[:, None] - ideal, axis=2).min(axis=0)
    assert gaps.max() < 0.3


def blunt_square() -> np.ndarray:
    """A square from 20.5 to 80.5, anti-aliased."""
    side = np.clip(np.arange(101) + 1 - 20.5, 0, 1) * np.clip(80.5 - np.arange(101), 0, 1)
    return np.outer(side, side).astype(np.float32)


def test_a_rounded_tile_has_straight_sides_and_smooth_corners() -> None:
    planes = flat_planes(np.asarray(picture(TILE)), COLOURS[:2]).opened(keep_holes=False)
    (layer,) = traced(planes, CLEAN).layers
    verbs = [segment.verb for segment in layer.outline.segments]
    assert verbs.count("L") == 4
    assert verbs.count("C") <= 12


def test_reversed_curves_run_along_the_same_points() -> None:
    curve = fitted(ring_points(40)[:150], closed=False, tolerance=0.3)
    assert curve.reversed().start == pytest.approx(curve.end)
    assert curve.reversed().reversed() == curve
    there, back = sampled(curve), sampled(curve.reversed())[::-1]
    np.testing.assert_allclose(there, back, atol=1e-9)


@pytest.mark.parametrize("noise", [0.0, 0.15])
def test_curves_stay_within_their_tolerance(noise: float) -> None:
    time = np.linspace(0, 3, 300)
    points = np.stack([80 * time, 60 * np.sin(2 * time)], axis=1)
    points += np.random.default_rng(2).normal(0, noise, points.shape)
    curve = fitted(points, closed=False, tolerance=0.4)
    gaps = np.linalg.norm(sampled(curve, 200)[:, None] - points, axis=2).min(axis=0)
    assert gaps.max() < 0.4 + 4 * noise + 0.35
    assert len(curve.steps) <= 14


@pytest.mark.parametrize("fidelity", [CLEAN, NOISY], ids=["clean", "noisy"])
def test_areas_share_their_edges_without_overlap_and_without_cracks(fidelity: object) -> None:
    drawing = traced(planes_of_badge(), fidelity)  # type: ignore[arg-type]
    outlines = [layer.outline for layer in drawing.layers]
    assert len(outlines) == 2
    for first, second in itertools.combinations(outlines, 2):
        assert area_of(within(first, second)) < 0.5
    inks = sum(area_of(outline) for outline in outlines)
    assert inks == pytest.approx(float(true_alpha(BADGE).sum()), rel=0.003)


def test_the_ground_is_no_area_and_holes_are_holes() -> None:
    drawing = traced(planes_of_badge(), CLEAN)
    assert drawing.fills == COLOURS[1:]
    alpha = alpha_of(render_drawing(drawing, width_px=256))
    assert np.abs(alpha - true_alpha(BADGE))[5:-5, 5:-5].mean() < 0.004
    assert alpha[108, 102] == 0


def test_edges_are_true_to_a_part_of_a_pixel() -> None:
    drawing = traced(planes_of_badge(), CLEAN)
    large = alpha_of(render_drawing(drawing, width_px=1024))
    # A step of a pixel along the edges would cost a sixteenth of the perimeter and more.
    assert np.abs(large - true_alpha(BADGE, 1024)).sum() / 16 < 0.12 * perimeter()


def perimeter() -> float:
    return 256 / 1000 * (2 * np.pi * (330 + 140) + 4 * 360)


def test_three_areas_meet_in_one_point() -> None:
    fields = np.zeros((3, 40, 40), np.float32)
    fields[0, :, :20], fields[1, :20, 20:], fields[2, 20:, 20:] = 1, 1, 1
    fields = np.concatenate([np.zeros((1, 40, 40), np.float32), fields])
    arcs = arcs_of(fields)
    meetings = {end for arc in arcs for end in (arc.start, arc.end)}
    assert -1 not in meetings
    middle = [arc for arc in arcs if {arc.left, arc.right} == {2, 3}]
    assert len(middle) == 1
    ends = middle[0].points[[0, -1]]
    assert np.hypot(*(ends - (20, 20)).T).min() < 0.5


def test_areas_that_touch_at_a_corner_are_closed_rings() -> None:
    planes = Planes(np.zeros((2, 30, 30), np.float32), COLOURS[:2])
    planes.cover[1, 5:15, 5:15] = planes.cover[1, 15:25, 15:25] = 1
    drawing = traced(planes, CLEAN)
    outline = drawing.layers[0].outline
    assert all(ring.segments[0].verb == "M" for ring in contours_of(outline))
    image = render_drawing(drawing, width_px=300)
    assert float(alpha_of(image).sum()) / 100 == pytest.approx(200, rel=0.03)


def test_an_ink_that_fills_the_picture_is_cut_at_its_edge() -> None:
    planes = Planes(np.ones((2, 20, 30), np.float32) * np.array([0, 1])[:, None, None], COLOURS[:2])
    (layer,) = traced(planes, CLEAN).layers
    assert layer.outline.bounds == pytest.approx((0, 0, 30, 20), abs=0.7)
