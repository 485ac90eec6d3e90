"""Lines that a scraper left in."""

import numpy as np

from chaffinch.features.patterns import lines, texts
from chaffinch.features.phrases import phrase_matcher
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.signals.provenance import same_site
from chaffinch.features.tokens import TokenBlock

EDGE_LINES = 12
"""Lines at the start or end of a text in which head and tail phrases count."""

_CAP = 4
_KINDS = ("scraper", "template", "credit")


class Residue(Signal):
    """Whole lines from a list of scraper and page-template phrases.

    What it measures: different phrases found as whole lines, at most 4 of each kind;
    phrases that belong to the page's own host do not count, and neither do the credit
    lines of agencies. Each span weighs 1.

    Why farms show it: feed importers add "Read Entire Article" and "Source link", and
    copy "Continue reading the main story" along with the text.

    When it is wrong: a publisher's own template on a host that the list does not know. Lines
    that name the first publisher are written by honest sites as well, and count apart.

    Source: ``phrases.json`` names for each phrase where it is seen.
    """

    name = "residue"
    features = (
        Feature("scraper_lines", "phrases", "lines that farms add", 0, _CAP, "scraped"),
        Feature("template_lines", "phrases", "source's template lines", 0, _CAP, "scraped"),
        Feature("credit_lines", "phrases", "first publisher named", 0, _CAP, "scraped"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(_KINDS)))
        spans = []
        matcher = phrase_matcher()
        for doc, text in enumerate(texts(block)):
            site = block.documents[doc].site
            shown = list(lines(text))
            found: set[tuple[int, str]] = set()
            for number, (start, line) in enumerate(shown):
                phrase = matcher.match(line)
                if phrase is None or any(same_site(site, home) for home in phrase.home):
                    continue
                if phrase.position == "head" and number >= EDGE_LINES:
                    continue
                if phrase.position == "tail" and number < len(shown) - EDGE_LINES:
                    continue
                column = _KINDS.index(phrase.kind)
                found.add((column, phrase.phrase))
                note = f"{phrase.kind} line"
                spans.append(Span(doc, "text", start, start + len(line), None, 1.0, note))
            for column, _ in found:
                values[doc, column] = min(values[doc, column] + 1, _CAP)
        return Measurement(values, spans)
