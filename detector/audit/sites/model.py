"""One calibrated probability that a site is a farm, with what adds to it and how sure it is.

Pages of one site are not independent: they share subjects, authors and a template. For each channel
the mean over a site's pages is therefore compared with how much the means of honest sites differ
from one another (a random-effects model, fitted by the method of moments: Searle, Casella and
McCulloch, Variance Components, 1992). The standard deviation is ``sqrt(between**2 + within**2 /
n)``: with more pages only the second part falls, so that no number of pages makes a house style
convict.
The deviations are weighed like the features of a page: linearly, and never below 0.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.sites.evidence import CHANNELS
from chaffinch.detector.classifier import probability

MODEL = Path(__file__).with_name("model.json")
"""The weights, written by ``python -m chaffinch.detector.training.sites``."""

_MOST_DEVIATIONS = 8.0
"""Deviations from which more of a channel counts no further, on a site of very many pages; our
choice: no channel but the one of flagged pages makes a farm alone."""

_FEW_PAGES = 3
"""Pages of which a site may reach half of that; our choice: so that two or three pages are not
enough, whatever they say."""

_Z = 1.96
"""Quantile of the normal distribution for a two-sided 95 % interval."""

_PRIOR_PAGES = 5
"""How many pages of its own a site needs until the spread among them weighs as much as that of
honest sites; our choice."""


class ChannelTerm(NamedTuple):
    """How one channel adds to a site's log-odds.

    Attributes:
        mean: Mean of the channel over the pages of honest sites.
        within: Standard deviation among the pages of one honest site.
        between: Standard deviation among the means of honest sites.
        weight: Log-odds per deviation, not negative.
    """

    mean: float
    within: float
    between: float
    weight: float


class SiteModel(NamedTuple):
    """The weights of the evidence on a site.

    Attributes:
        terms: One for each of `CHANNELS`, in their order.
        intercept: Log-odds of a typical honest site.
        base_rate: Share of farms among sites that the probability assumes.
        threshold: Probability from which a site is a farm.
    """

    terms: tuple[ChannelTerm, ...]
    intercept: float
    base_rate: float
    threshold: float


class SiteScore(NamedTuple):
    """How a site scores.

    Attributes:
        probability: That it is a farm.
        low: Lower end of its 95 % interval, over the choice of pages.
        high: Upper end of the same.
        contributions: float64 array of shape (n_channels,): with the model's intercept they add
            up to the log-odds of `probability`.
    """

    probability: float
    low: float
    high: float
    contributions: NDArray[np.float64]


def deviations(values: NDArray[np.float64], terms: tuple[ChannelTerm, ...]) -> NDArray[np.float64]:
    """How far the means of a site's pages are above those of honest sites.

    Args:
        values: float64 array of shape (n_pages, n_channels), at least one page.
        terms: The model's.

    Returns:
        float64 array of shape (n_channels,), from 0 to a limit that few pages cannot reach.
    """
    mean, within, between, _ = np.array(terms).T
    spread = np.sqrt(between**2 + within**2 / len(values))
    most = _MOST_DEVIATIONS * len(values) / (len(values) + _FEW_PAGES)
    found: NDArray[np.float64] = np.clip((values.mean(0) - mean) / spread, 0, most)
    return found


def score(values: NDArray[np.float64], model: SiteModel) -> SiteScore:
    """Score a site by what its pages say (`chaffinch.detector.audit.sites.evidence.pooled`).

    Args:
        values: float64 array of shape (n_pages, n_channels), at least one page.
        model: The model.
    """
    _, within, between, weight = np.array(model.terms).T
    n_pages = len(values)
    contributions = weight * deviations(values, model.terms)
    log_odds = model.intercept + float(contributions.sum())
    # What one page more or less of each sort would change, were there no limits.
    slope = weight / np.sqrt(between**2 + within**2 / n_pages)
    of_pages = values @ slope
    expected = float((slope**2 * within**2).sum())
    own = float(((of_pages - of_pages.mean()) ** 2).sum())
    variance = (_PRIOR_PAGES * expected + own) / (_PRIOR_PAGES + n_pages - 1)
    error = _Z * math.sqrt(variance / n_pages)
    return SiteScore(
        probability(log_odds),
        probability(log_odds - error),
        probability(log_odds + error),
        contributions,
    )


@cache
def site_model() -> SiteModel:
    """The model that comes with this version."""
    return read_site_model(json.loads(MODEL.read_text("utf-8")))


def read_site_model(stated: dict[str, Any]) -> SiteModel:
    """A model from JSON.

    Raises:
        KeyError: A channel or number is missing.
    """
    terms = tuple(ChannelTerm(**stated["channels"][channel.name]) for channel in CHANNELS)
    return SiteModel(terms, stated["intercept"], stated["base_rate"], stated["threshold"])
