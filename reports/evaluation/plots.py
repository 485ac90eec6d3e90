"""Line plots as static SVG with a text alternative; styled by classes, so that any policy fits."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 420, 320
"""Size of a plot, in its own units: three fit side by side on a wide screen."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 22, 12, 44
"""Margins around the axes, in the same units: room for the labels."""


class Axis(NamedTuple):
    """The horizontal axis of a plot, up to 1.

    Attributes:
        label: What it measures.
        log_from: Where a logarithmic axis starts; None for a linear one from 0.
    """

    label: str
    log_from: float | None = None


class Line(NamedTuple):
    """One line of a plot.

    Attributes:
        name: What the legend calls it.
        points: Pairs (x, y) in order of x; y within 0 to 1.
        band: Triples (x, low, high) of an interval around the line, or none.
    """

    name: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()


def line_plot(
    title: str,
    x_axis: Axis,
    y_label: str,
    lines: Sequence[Line],
    *,
    diagonal: bool = False,
    dots: bool = False,
) -> Markup:
    """Draw lines with their bands over axes from 0 to 1.

    Args:
        title: What the plot shows, for those who cannot see it.
        x_axis: The horizontal axis.
        y_label: What the vertical axis measures.
        lines: The lines; points that are not finite are left out.
        diagonal: Whether the line from corner to corner is drawn.
        dots: Whether each point is marked and its band drawn as a bar through it.
    """
    x = _scale(x_axis.log_from)
    parts = [_axes(x, x_axis, y_label)]
    if diagonal:
        parts.append(_path("diagonal", [(x(0), _y(0)), (x(1), _y(1))]))
    for number, line in enumerate(lines):
        band = [bounds for bounds in line.band if all(map(math.isfinite, bounds))]
        points = [(x(at), _y(value)) for at, value in line.points if math.isfinite(value)]
        if dots:
            parts += [
                _path(f"bar line{number}", [(x(at), _y(low)), (x(at), _y(high))])
                for at, low, high in band
            ]
            parts += [
                f'<circle class="line{number}" cx="{at:.1f}" cy="{value:.1f}" r="3.5"/>'
                for at, value in points
            ]
        elif band:
            upper = [(x(at), _y(high)) for at, _, high in band]
            lower = [(x(at), _y(low)) for at, low, _ in reversed(band)]
            parts.append(_path(f"band line{number}", [*upper, *lower]))
        parts.append(_path(f"line line{number}", points))
    if len(lines) > 1:
        parts += [
            f'<text class="legend line{number}" x="{_LEFT + 10}" '
            f'y="{_HEIGHT - _BOTTOM - 12 - 18 * (len(lines) - 1 - number)}">'
            f"{escape(line.name)}</text>"
            for number, line in enumerate(lines)
        ]
    return Markup(
        f'<svg class="plot" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(parts)}</svg>'
    )


def _scale(x_from: float | None) -> Callable[[float], float]:
    width = _WIDTH - _LEFT - _RIGHT
    if x_from is None:
        return lambda at: _LEFT + width * at
    decades = -math.log10(x_from)
    return lambda at: _LEFT + width * (1 + math.log10(max(at, x_from)) / decades)


def _y(value: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value)


def _path(css: str, points: Sequence[tuple[float, float]]) -> str:
    places = " L".join(f"{across:.1f} {down:.1f}" for across, down in points)
    return f'<path class="{css}" d="M{places}"/>' if points else ""


def _axes(x: Callable[[float], float], x_axis: Axis, y_label: str) -> str:
    ticks = [0, 0.25, 0.5, 0.75, 1]
    x_ticks = ticks
    if x_axis.log_from is not None:
        first = math.ceil(math.log10(x_axis.log_from) - 1e-9)
        x_ticks = [10.0**power for power in range(first, 1)]
    bottom, middle = _HEIGHT - _BOTTOM, (_HEIGHT - _BOTTOM + _TOP) / 2
    parts = [
        _path("grid", [(_LEFT, _y(at)), (_WIDTH - _RIGHT, _y(at))])
        + f'<text class="tick" x="{_LEFT - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">'
        f"{100 * at:g} %</text>"
        for at in ticks
    ] + [
        _path("grid", [(x(at), _TOP), (x(at), bottom)])
        + f'<text class="tick" x="{x(at):.1f}" y="{bottom + 16}" text-anchor="middle">'
        f"{100 * at:g} %</text>"
        for at in x_ticks
    ]
    parts += [
        f'<text class="axis" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 8}" '
        f'text-anchor="middle">{escape(x_axis.label)}</text>',
        f'<text class="axis" x="{_LEFT}" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 {_LEFT} {middle}) translate(0 -40)">{escape(y_label)}</text>',
    ]
    return "".join(parts)
