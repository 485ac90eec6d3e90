"""Charts as static SVG with a text alternative."""

from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH, _BAR, _GAP, _LABEL, _COUNT = 420, 16, 6, 100, 60
"""Width of a chart, height of a bar and of the gap under it, and room for a bar's label and
count, in the chart's own units: a label of 14 characters fits."""

_HEIGHT, _FOOT = 120, 18
"""Height of columns, and of the labels under them, in the same units."""


def bars(title: str, rows: Sequence[tuple[str, int, int]]) -> Markup:
    """Horizontal bars of two parts.

    Args:
        title: What the chart shows.
        rows: For each bar its label, its count in all and how much of it is flagged.
    """
    most = max([total for _, total, _ in rows] + [1])
    room = _WIDTH - _LABEL - _COUNT
    parts = []
    for index, (label, total, flagged) in enumerate(rows):
        top = index * (_BAR + _GAP)
        full, dark = round(room * total / most, 1), round(room * flagged / most, 1)
        parts.append(
            Markup(
                '<text x="0" y="{y}">{label}</text>'
                '<rect class="rest" x="{x}" y="{top}" width="{full}" height="{bar}"></rect>'
                '<rect x="{x}" y="{top}" width="{dark}" height="{bar}"></rect>'
                '<text x="{end}" y="{y}">{total}</text>'
            ).format(
                y=top + 13,
                label=label,
                x=_LABEL,
                top=top,
                full=full,
                dark=dark,
                bar=_BAR,
                end=_LABEL + full + 6,
                total=f"{total:,}",
            )
        )
    return _chart(title, rows, len(rows) * (_BAR + _GAP), parts)


def columns(title: str, rows: Sequence[tuple[str, int, int]]) -> Markup:
    """Columns of two parts side by side, such as months.

    Args:
        title: What the chart shows.
        rows: For each column its label, its count in all and how much of it is flagged.
    """
    most = max([total for _, total, _ in rows] + [1])
    step = _WIDTH / max(len(rows), 1)
    parts = []
    for index, (_, total, flagged) in enumerate(rows):
        left, width = round(index * step, 1), round(min(step * 0.8, 40), 1)
        for name, count in (("rest", total), ("", flagged)):
            height = round(_HEIGHT * count / most, 1)
            parts.append(
                Markup(
                    '<rect class="{name}" x="{x}" y="{y}" width="{width}" height="{height}"></rect>'
                ).format(name=name, x=left, y=_HEIGHT - height, width=width, height=height)
            )
    for index in sorted({0, len(rows) - 1} & set(range(len(rows)))):
        anchor = "end" if index and step * (index + 1) > _WIDTH - 60 else "start"
        x = _WIDTH if anchor == "end" else round(index * step, 1)
        parts.append(
            Markup('<text x="{x}" y="{y}" text-anchor="{anchor}">{label}</text>').format(
                x=x, y=_HEIGHT + _FOOT - 4, anchor=anchor, label=rows[index][0]
            )
        )
    return _chart(title, rows, _HEIGHT + _FOOT, parts)


def _chart(
    title: str, rows: Sequence[tuple[str, int, int]], height: int, parts: Sequence[Markup]
) -> Markup:
    description = "; ".join(
        f"{label}: {total:,}" + (f", {flagged:,} flagged" if flagged else "")
        for label, total, flagged in rows
        if total
    )
    return Markup(
        '<svg class="chart" role="img" aria-label="{title}. {description}" '
        'viewBox="0 0 {width} {height}">'
        "{parts}</svg>"
    ).format(
        title=escape(title),
        description=description or "Nothing to show",
        width=_WIDTH,
        height=height,
        parts=Markup("").join(parts),
    )
