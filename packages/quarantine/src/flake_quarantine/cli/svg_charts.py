"""Draws the two charts of the HTML report as inline SVG: a rate over time, and the graph of suspects."""

from __future__ import annotations

import datetime as dt
import html
import math
from collections.abc import Mapping, Sequence

from flake_quarantine.history import Point
from flake_quarantine.inference.statistics import wilson_interval

WIDTH, HEIGHT, EDGE = 640, 120, 34  # of the rate chart
MAX_POINTS = 60
GRAPH_SIZE, GRAPH_RADIUS = 460, 150

Edges = Mapping[tuple[str, str], float]  # test and suspect, with the suspect's p
Place = tuple[float, float]


def draw_rate_chart(points: Sequence[Point]) -> str:
    """Draw the rate of each batch with its 95 % interval; batches are merged when there are more than 60."""
    if not points:
        return ""
    size = math.ceil(len(points) / MAX_POINTS)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    step = (WIDTH - 2 * EDGE) / max(1, len(groups) - 1)
    upper, lower, line, dots = [], [], [], []
    for number, group in enumerate(groups):
        runs, failures = sum(point.runs for point in group), sum(point.failures for point in group)
        low, high = wilson_interval(failures, runs)
        x, y = f"{EDGE + number * step:.1f}", f"{_scale(failures / runs):.1f}"
        upper.append(f"{x},{_scale(high):.1f}")
        lower.append(f"{x},{_scale(low):.1f}")
        line.append(f"{x},{y}")
        title = f"<title>{_format_day(group[-1])}: {failures}/{runs}</title>"
        dots.append(f"<circle class=dot cx={x} cy={y} r=3>{title}</circle>")
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width={WIDTH} role=img aria-label='rate over time'>"
        f"{_draw_axes(_format_day(groups[0][-1]), _format_day(groups[-1][-1]))}"
        f"<polygon class=band points='{' '.join(upper + lower[::-1])}' />"
        f"<polyline class=rate points='{' '.join(line)}' />{''.join(dots)}</svg>"
    )


def draw_suspect_graph(edges: Edges) -> str:
    """Draw tests on a circle, with a line from each test to its suspects."""
    places = _place_on_circle(sorted({name for edge in edges for name in edge}))
    lines = [
        f"<line class=edge x1={places[a][0]:.0f} y1={places[a][1]:.0f} x2={places[b][0]:.0f} y2={places[b][1]:.0f}>"
        f"<title>{html.escape(a)} fails while {html.escape(b)} runs, p {p:.2g}</title></line>"
        for (a, b), p in edges.items()
    ]
    nodes = [_draw_node(name, place) for name, place in places.items()]
    return f"<svg viewBox='0 0 {2 * GRAPH_SIZE} {GRAPH_SIZE}' role=img>{''.join(lines + nodes)}</svg>"


def _draw_axes(first_day: str, last_day: str) -> str:
    return (
        f"<line class=axis x1={EDGE} y1={_scale(0)} x2={WIDTH - EDGE} y2={_scale(0)} />"
        f"<text x=2 y={_scale(1) + 4:.0f}>100 %</text><text x=14 y={_scale(0) + 4:.0f}>0 %</text>"
        f"<text x={EDGE} y={HEIGHT - 4}>{first_day}</text>"
        f"<text x={WIDTH - EDGE} y={HEIGHT - 4} text-anchor=end>{last_day}</text>"
    )


def _scale(rate: float) -> float:
    """Return the height of a rate, a share, in the chart."""
    return HEIGHT - 22 - rate * (HEIGHT - 34)


def _format_day(point: Point) -> str:
    return dt.datetime.fromtimestamp(point.at, dt.UTC).date().isoformat()


def _place_on_circle(names: Sequence[str]) -> dict[str, Place]:
    angles = [2 * math.pi * number / len(names) for number in range(len(names))]
    return {
        name: (GRAPH_SIZE + GRAPH_RADIUS * math.cos(angle), GRAPH_SIZE / 2 + GRAPH_RADIUS * math.sin(angle))
        for name, angle in zip(names, angles, strict=True)
    }


def _draw_node(name: str, place: Place) -> str:
    x, y = place
    is_right = x >= GRAPH_SIZE
    return (
        f"<circle class=node cx={x:.0f} cy={y:.0f} r=5 /><text x={x + (9 if is_right else -9):.0f} y={y + 4:.0f} "
        f"text-anchor={'start' if is_right else 'end'}>{html.escape(name.rpartition('/')[2])}</text>"
    )
