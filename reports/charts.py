"""Charts as static SVG with a text alternative."""

from collections.abc import Sequence

from markupsafe import Markup

_BINS = 10
_WIDTH, _BAR, _GAP, _LABEL, _COUNT = 420, 16, 6, 96, 60


def histogram(probabilities: Sequence[float]) -> Markup:
    """How many documents have which probability, in ten bars."""
    counts = [0] * _BINS
    for probability in probabilities:
        counts[min(int(probability * _BINS), _BINS - 1)] += 1
    most = max([*counts, 1])
    said = ", ".join(
        f"{count} from {10 * index} to {10 * index + 10} %"
        for index, count in enumerate(counts)
        if count
    )
    room = _WIDTH - _LABEL - _COUNT
    parts = []
    for index, count in enumerate(counts):
        top = index * (_BAR + _GAP)
        width = round(room * count / most, 1)
        label = f"{10 * index} to {10 * index + 10} %"
        parts.append(
            f'<text x="0" y="{top + 13}">{label}</text>'
            f'<rect x="{_LABEL}" y="{top}" width="{width}" height="{_BAR}"></rect>'
            f'<text x="{_LABEL + width + 6}" y="{top + 13}">{count}</text>'
        )
    height = _BINS * (_BAR + _GAP)
    title = f"Documents by probability: {said or 'none scored'}"
    return Markup(
        f'<svg class="chart" role="img" aria-label="{title}" viewBox="0 0 {_WIDTH} {height}">'
        f"{''.join(parts)}</svg>"
    )
