"""Who copies whom, as static SVG."""

from markupsafe import Markup

from chaffinch.features.wording import visible
from chaffinch.reports.audit.network import Network, strongest_ties

_MOST_TIES = 24
"""Pairs of sites in the picture, those with the most copies; our choice: more cannot be read."""

_WIDTH, _ROW, _LABEL = 640, 22, 210
"""Width of the picture, height of a site, and room for its name, in the picture's own units."""

_CHARACTERS = 28
"""Characters of a name that fit there."""

_THICKEST = 9
"""Width of the line of the pair with the most copies, in the same units."""


def ties_chart(network: Network) -> Markup | None:
    """Sources on the left, those who copied from them on the right; None without three pairs."""
    ties = strongest_ties(network.copies.items(), _MOST_TIES)
    if len(ties) < 3:
        return None
    sources = list(dict.fromkeys(source for _, source, _ in ties))
    copiers = list(dict.fromkeys(site for site, _, _ in ties))
    height = _ROW * max(len(sources), len(copiers))
    left = {name: _middle(place, len(sources), height) for place, name in enumerate(sources)}
    right = {name: _middle(place, len(copiers), height) for place, name in enumerate(copiers)}
    most = max(count for _, _, count in ties)
    start, end = _LABEL + 6, _WIDTH - _LABEL - 6
    between = (start + end) // 2
    parts = [
        Markup('<path d="M{} {}C{} {} {} {} {} {}" stroke-width="{}"></path>').format(
            start,
            left[source],
            between,
            left[source],
            between,
            right[site],
            end,
            right[site],
            round(max(1.0, _THICKEST * count / most), 1),
        )
        for site, source, count in ties
    ]
    parts += [_name(_LABEL, y, "end", name) for name, y in left.items()]
    parts += [_name(_WIDTH - _LABEL, y, "start", name) for name, y in right.items()]
    said = "; ".join(f"{site} from {source}: {count:,}" for site, source, count in ties)
    return Markup(
        '<svg class="chart ties" role="img" aria-label="Who copies whom. {}" '
        'viewBox="0 0 {} {}">{}</svg>'
    ).format(visible(said), _WIDTH, height, Markup("").join(parts))


def _middle(place: int, count: int, height: int) -> float:
    return round((place + 0.5) * height / count, 1)


def _name(x: int, y: float, anchor: str, name: str) -> Markup:
    shown = visible(name or "(no address)", _CHARACTERS)
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y + 4, anchor, shown)
