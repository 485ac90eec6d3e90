"""What counts as residue, what does not, and what the injection of residue keeps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.extraction.html import document_from_html
from chaffinch.datasets.records import Record
from chaffinch.datasets.simulation.residue import (
    counter_line,
    honest_phrases,
    inject_residue,
    split_phrases,
    written_phrase,
)
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.residue import main
from chaffinch.features.document import Document, PageMetadata
from chaffinch.features.resources import Resources
from chaffinch.features.signal import Measurement
from chaffinch.features.signals.counters import Counters
from chaffinch.features.signals.residue import EDGE_LINES, Residue
from chaffinch.features.text.lines import lines
from chaffinch.features.text.phrases import (
    MAX_LINE,
    SURE,
    Phrase,
    load_phrases,
    phrase_matcher,
    read_phrases,
    residue_file,
)
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words([])
# These signals read lines, not words: no model is needed.
RESOURCES = cast(Resources, None)
PHRASES = load_phrases()
BODY = "\n".join(f"The ferry made crossing number {number}." for number in range(40))
seeds = st.integers(0, 2**32 - 1)


def measure(text: str, url: str = "https://farm.example/a") -> Measurement:
    block = TokenBlock.from_documents([Document(text, url=url)], VOCABULARY)
    return Residue(RESOURCES).measure(block)


def nats(text: str, document: Document | None = None) -> tuple[float, float]:
    """What the unmistakable and the weak lines of a text weigh."""
    document = Document(text, url="https://farm.example/a") if document is None else document
    block = TokenBlock.from_documents([replace(document, text=text)], VOCABULARY)
    sure, weak, _ = Residue(RESOURCES).measure(block).values[0]
    return float(sure), float(weak)


UNMISTAKABLE = [
    "[ad_1]",
    "[ad_2]",
    "[ad_2] Source link",
    "[matched_content]",
    "[wpr5_ebay kw='owls' num='1']",
    "[ai_playlist id=3]",
    "Read Entire Article",
    "Source link",
    "Originally posted here",
    "Originally posted here: Owls breed again",
    "Source by Ada Brook",
    "Read more from the original source: Owls breed again",
    "Let\N{RIGHT SINGLE QUOTATION MARK}s block ads! (Why?)",
    "(tagsToTranslate)owls",
    "Powered by WPeMatico",
    "Disclaimer: This story is auto-aggregated by a computer program and has not been edited.",
    "Article Body:",
    "Article Source: https://EzineArticles.com/123",
    "The post Owls breed again appeared first on Daily Wren.",
    "Continue reading the main story",
    "Credit…Ada Brook for The Daily Wren",
]


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("2 January 2019 \N{MIDDLE DOT} [ad_1]", "[ad_1]"),
        ("By Ada Brook | 5 May | Read Entire Article", "Read Entire Article"),
        (
            "The post Owls | Daily Wren appeared first on Wren | Owls",
            "The post Owls | Daily Wren appeared first on Wren | Owls",
        ),
    ],
)
def test_templates_join_lines_by_dots_and_bars(line: str, phrase: str) -> None:
    text = f"{BODY}\n{line}"
    assert [text[span.start : span.end] for span in measure(text).spans] == [phrase]
    assert nats(text)[0] >= SURE


@pytest.mark.parametrize("line", UNMISTAKABLE)
def test_a_line_that_only_farms_have_weighs_enough_to_convict(line: str) -> None:
    sure, weak = nats(f"{BODY}\n{line}")
    assert sure >= SURE
    assert weak == 0


WEAK = [
    "Read full article",
    "Read the full story here",
    "View original",
    "This is a members-only story for owls",
    "PR Distribution",
    "[adrotate banner='1']",
    "See the original post here: Owls breed again",
    "Word Count: 560",
    "Summary:",
    "Keywords",
    "Array",
    "undefined",
    "{{title}}",
    "%%sitename%%",
    "(function($){var a=1;})(jQuery);",
    "Image source:",
    "Share on Facebook Tweet Pin it",
    "Facebook Twitter Pinterest WhatsApp",
    "Scroll down for video",
    "Story continues below advertisement",
    "Source link: Wikimedia Commons",
]


@pytest.mark.parametrize("line", WEAK)
def test_a_line_that_honest_pages_have_too_is_weak(line: str) -> None:
    sure, weak = nats(f"{BODY}\n{line}")
    assert sure == 0
    assert 0 < weak < SURE


def test_weak_lines_together_weigh_no_more_than_their_limit() -> None:
    sure, weak = nats("\n".join([BODY, *WEAK]))
    assert (sure, weak) == (0, Residue.features[1].high)
    assert Residue.features[1].high < SURE


@pytest.mark.parametrize(
    "line",
    [
        "This article originally appeared on Harbour Gazette.",
        "Read the original article.",
        "This article is republished from Harbour Gazette under a Creative Commons licence.",
        "(This story has not been edited by staff and is auto-generated from a syndicated feed.)",
    ],
)
def test_a_line_that_names_the_first_publisher_weighs_nothing(line: str) -> None:
    text = f"{BODY}\n{line}"
    assert nats(text) == (0, 0)
    assert [span.note for span in measure(text).spans] == ["credit line"]


@pytest.mark.parametrize(
    "text",
    [
        f"The shortcode [ad_1] shows the first advert.\nWrite it above the text.\n[ad_1]\n{BODY}",
        f"Write this at the head of a post:\n[ad_1]\n{BODY}",
        f"{BODY}\nThe page then ends like this:\n[ad_2]",
        f"{BODY}\n[ad_1]\n{BODY}",
        f"Put [ad_1] above a post and [ad_2] below it.\n{BODY}",
        f"A plugin for adverts\n[ad_1]\n{BODY}",
        f"{'word ' * 25}\n[ad_1]\n{BODY}",
        f"Importers write Read Entire Article below a post.\n{BODY}\nRead Entire Article",
    ],
)
def test_a_text_about_a_mark_is_not_convicted_by_it(text: str) -> None:
    assert nats(text)[0] == 0


def stating(*addresses: str) -> Document:
    """A page of unknown address that gives addresses of itself, the canonical link first."""
    canonical, *others = addresses
    return Document("", metadata=PageMetadata(canonical_url=canonical, stated_urls=tuple(others)))


FOOTER = f"{BODY}\nThe post Owls breed again appeared first on The Daily Wren."
TEMPLATE = f"{BODY}\nContinue reading the main story"


@pytest.mark.parametrize(
    ("text", "document", "convicts"),
    [
        (FOOTER, Document("", url="https://dailywren.example/owls"), False),
        (FOOTER, Document("", url="https://wren.example/owls"), False),
        (FOOTER, Document("", url="https://tdw.example/owls"), False),
        (FOOTER, Document("", url="https://wren-daily.example.com/owls"), False),
        (FOOTER, Document("", metadata=PageMetadata(site_name="Daily Wren")), False),
        (FOOTER, Document(""), False),
        (FOOTER, Document("", url="https://farm.example/owls"), True),
        (FOOTER, Document("", metadata=PageMetadata(site_name="Farm Hub")), True),
        (
            FOOTER.replace("The Daily Wren", "wren.example"),
            Document("", url="//wren.example"),
            False,
        ),
        (
            FOOTER.replace("The Daily Wren", "wren.example"),
            Document("", url="//farm.example"),
            True,
        ),
        (TEMPLATE, Document("", url="https://www.nytimes.com/a"), False),
        (
            TEMPLATE,
            Document("", url="https://web.archive.org/web/2024/https://nytimes.com/a"),
            False,
        ),
        (TEMPLATE, Document(""), False),
        (TEMPLATE, stating("https://www.nytimes.com/a", "https://farm.example/a"), False),
        (TEMPLATE, stating("https://paper.example/a", "https://farm.example/a"), True),
        (TEMPLATE, stating("/a"), False),
        (TEMPLATE, Document("", url="https://farm.example/a"), True),
    ],
)
def test_a_site_s_own_line_convicts_only_another_site(
    text: str, document: Document, convicts: bool
) -> None:
    assert (nats(text, document)[0] >= SURE) == convicts


def test_the_weights_follow_from_the_counts() -> None:
    listed = residue_file()
    assert listed.counted.texts >= 100_000
    for phrase in listed.phrases:
        texts = listed.counted.texts_for(phrase)
        assert phrase.weight == listed.kinds[phrase.kind].weight(phrase.honest, texts)


def test_a_line_weighs_the_less_the_more_honest_texts_have_it() -> None:
    kind = residue_file().kinds["importer"]
    weights = [kind.weight(count, 100_000) for count in (0, 1, 10, 100_000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > SURE and weights[-1] == 0


def test_counting_reads_corpora_and_pages_and_writes_the_weights(tmp_path: Path) -> None:
    (tmp_path / "honest").mkdir()
    rows = [f"{BODY}\n[ad_2]", f"{BODY}\n[ad_2]", TEMPLATE, f"98 views\n{BODY}"]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in rows)
    (tmp_path / "news.jsonl").write_text(lines, "utf-8")
    (tmp_path / "honest" / "blogs.jsonl").write_text(lines, "utf-8")
    output = tmp_path / "phrases.json"
    done = CliRunner().invoke(main, [str(tmp_path), "-o", str(output)])
    assert done.exit_code == 0, done.output
    made = json.loads(output.read_text("utf-8"))
    assert made["counted"] == {"texts": 8, "addressed": 0}
    honest = {row["phrase"]: row["honest"] for row in made["phrases"]}
    # A line that has a home is not counted where the address is not known.
    assert (honest["[ad_2]"], honest["continue reading the main story"]) == (4, 0)
    assert {row["counter"]: row["honest"] for row in made["counter_lines"]}["view counter"] == 2
    assert read_phrases(made["phrases"])


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("Read Entire Article", "scraper line"),
        ("  READ   ENTIRE ARTICLE »", "scraper line"),
        ("PR Distribution", "furniture line"),
        ("[ad_1]", "scraper line"),
        ("Source link:", "scraper line"),
        ("Read more at source →", "scraper line"),
        ("Re\N{ZERO WIDTH SPACE}ad Entire \N{CYRILLIC CAPITAL LETTER A}rticle", "scraper line"),
        ("The post Owls breed again appeared first on Daily Wren.", "scraper line"),
        ("This article originally appeared on Daily Wren.", "credit line"),
        ("Originally published on Daily Wren", "credit line"),
        ("Continue reading the main story", "template line"),
        ("Credit...", "template line"),
        ("Credit…Ada Brook for The Daily Wren", "template line"),
        ("Card 1 of 5", "furniture line"),
        ("Read full article", "teaser line"),
        ("{{title}}", "template leftover"),
        ("Skip advertisement", "furniture line"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "template line"),
        ("New You can now listen to Fox News articles!", "template line"),
    ],
)
def test_a_whole_line_is_found(line: str, note: str) -> None:
    text = f"{BODY}\n{line}"
    (span,) = measure(text).spans
    assert (text[span.start : span.end], span.note) == (line.strip(), note)


@pytest.mark.parametrize(
    "line",
    [
        "At the end there is often a button that says Read Entire Article, or a source link.",
        "He asked them to continue reading the main story.",
        "The card 1 of 5 was lost, and card two of five was torn.",
        "An advertisement in the paper said so.",
        "Advertisement",
        "You\N{RIGHT SINGLE QUOTATION MARK}ve read 3 of 5 free articles.",
        "Already a subscriber? Sign in",
        "Reporting by Ada Brook; Editing by Tom Larch",
        "Ada Brook of Reuters contributed to this report.",
        "CNN's Ada Brook contributed to this report.",
        "The Associated Press contributed to this report.",
        "(AP)",
        "Read Entire Article" + " x" * MAX_LINE,
    ],
)
def test_mentions_and_honest_credits_are_passed_over(line: str) -> None:
    assert measure(f"{BODY}\n{line}").spans == []


@pytest.mark.parametrize(
    ("line", "at_line", "counts"),
    [
        ("By RSS bot", 0, True),
        ("By RSS bot", EDGE_LINES, False),
        ("Originally published on Daily Wren", 40, True),
        ("Originally published on Daily Wren", 40 - EDGE_LINES, False),
        ("Read Entire Article", 20, True),
    ],
)
def test_a_phrase_counts_only_where_pages_have_it(line: str, at_line: int, counts: bool) -> None:
    lines = BODY.split("\n")
    lines.insert(at_line, line)
    assert bool(measure("\n".join(lines)).spans) == counts


@pytest.mark.parametrize(
    ("url", "counts"),
    [
        ("https://www.nytimes.com/a", False),
        ("https://cooking.nytimes.com/a", False),
        ("https://notnytimes.com/a", True),
        ("https://nytimes.com.farm.example/a", True),
        ("", True),
    ],
)
def test_a_template_line_says_nothing_at_home(url: str, counts: bool) -> None:
    assert bool(measure(f"{BODY}\nContinue reading the main story", url).spans) == counts


def test_repeated_lines_count_once_and_the_weight_is_capped() -> None:
    once, repeated = measure(f"[ad_1]\n{BODY}"), measure("[ad_1]\n" * 3 + BODY)
    assert repeated.values.tolist() == once.values.tolist()
    assert len(repeated.spans) == 3
    assert nats("\n".join(UNMISTAKABLE))[0] == Residue.features[0].high


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.phrase)
def test_every_phrase_is_found_as_pages_write_it(phrase: Phrase) -> None:
    for seed in range(4):
        found = phrase_matcher().match(written_phrase(phrase, np.random.default_rng(seed)))
        assert found is not None
        assert found.kind == phrase.kind


@given(
    st.lists(
        st.builds(
            lambda phrase, seed, old: written_phrase(phrase, np.random.default_rng(seed)).translate(
                {ord(new): long for new, long in old}
            ),
            st.sampled_from(PHRASES),
            seeds,
            st.sets(st.sampled_from([("s", "\N{LATIN SMALL LETTER LONG S}"), ("e", "\u0435")])),
        )
        | st.text(max_size=40),
        max_size=EDGE_LINES,
    )
)
def test_every_line_that_is_a_phrase_is_evidence(written: list[str]) -> None:
    text = "\n".join(written)
    shown = lines(text)
    expected = [
        (start, start + len(line))
        for number, (start, line) in enumerate(shown)
        if (phrase := phrase_matcher().match(line))
        and (phrase.position != "head" or number < EDGE_LINES)
        and (phrase.position != "tail" or number >= len(shown) - EDGE_LINES)
    ]
    assert [(span.start, span.end) for span in measure(text, url="").spans] == expected


ROW = {
    "phrase": "source link",
    "kind": "importer",
    "position": "line",
    "home": [],
    "seen": "x",
    "honest": 0,
    "weight": 8.7,
}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{**ROW, "kind": "other"}],
            r"phrase 1 \('source link'\): kind must be one of placeholder",
        ),
        ([{**ROW, "position": "middle"}], "position must be one of line, head, tail, edge"),
        ([{**ROW, "phrase": "Source  link"}], "lower case with straight quotes"),
        ([{**ROW, "phrase": "*"}], "must be words"),
        ([{**ROW, "phrase": "# + #"}], "must hold a word"),
        ([{**ROW, "phrase": "x" * 200}], "at most 160 characters"),
        ([{**ROW, "home": ["Farm.example"]}], "home must be a list"),
        ([{"phrase": "source link"}], "must have the attributes"),
        ([{**ROW, "honest": -1}], "honest must be a count"),
        ([ROW, ROW], "phrase 2 .*listed twice"),
    ],
)
def test_a_faulty_list_is_refused_with_the_entry(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_phrases(rows)


@given(st.integers(0, 100))
def test_the_halves_are_disjoint_and_complete(seed: int) -> None:
    one, two = split_phrases(seed)
    assert not set(one) & set(two)
    assert set(one) | set(two) == set(PHRASES)
    assert min(len(one), len(two)) >= 0.35 * len(PHRASES)


@given(seed=seeds, pieces=st.integers(0, 6), text=st.text(max_size=80))
def test_injection_keeps_the_lines_in_order_and_repeats(seed: int, pieces: int, text: str) -> None:
    one, two = (
        inject_residue(text, np.random.default_rng(seed), PHRASES, pieces) for _ in range(2)
    )
    assert one == two
    assert (one == text) == (pieces == 0)
    rest = iter(one.split("\n"))
    assert all(line in rest for line in text.split("\n"))


@given(seed=seeds)
def test_every_counter_drawn_is_found(seed: int) -> None:
    text = counter_line(np.random.default_rng(seed)) + "\n" + BODY
    block = TokenBlock.from_documents([Document(text)], VOCABULARY)
    assert Counters(RESOURCES).measure(block).values[0, 0] > 0


@given(seed=seeds)
def test_a_page_with_every_kind_of_residue_has_a_line_that_convicts(seed: int) -> None:
    sure = [phrase for phrase in PHRASES if phrase.is_sure]
    text = inject_residue(BODY, np.random.default_rng(seed), sure, 3)
    assert nats(text)[0] >= SURE


@given(seed=seeds)
def test_honest_residue_convicts_nobody(seed: int) -> None:
    text = inject_residue(BODY, np.random.default_rng(seed), honest_phrases(PHRASES), 3)
    assert nats(text)[0] == 0


def test_without_phrases_only_counters_are_added() -> None:
    text = inject_residue(BODY, np.random.default_rng(0), [], 3)
    assert text != BODY
    assert measure(text).spans == []


STORY = [
    "The council voted on Tuesday to bring back the harbour ferry, nine years after the last boat "
    "left the quay, and most of the people in the hall stood up to clap.",
    "Ada Brook, who keeps a cafe at the landing, said that she had waited for this evening since "
    "the day the old boat was sold to a museum across the bay.",
    "The first crossing is planned for May. Tickets will cost the same as a ride on the bus, and "
    "children under ten will travel free of charge.",
]
MANUAL = [
    "Many themes show ads between the paragraphs of a post. This page explains how to do so "
    "with a small plugin that you can install in a minute.",
    "Open the editor, put the cursor where the ad should stand, and paste the code below.",
    "Save the post and look at it in a private window, because the plugin shows nothing to people "
    "who are signed in. If the advert does not appear, clear the cache of your site and try again.",
]


def html(*body: str, head: str = "") -> str:
    marked = (part if part.startswith("<") else f"<p>{part}</p>" for part in body)
    article = "".join(marked)
    return (
        f"<html lang=en><head><title>News</title>{head}</head>"
        f"<body><article>{article}</article></body></html>"
    )


FOOTER_LINE = "The post Ferry is back appeared first on Harbour Gazette."
MAIN_STORY = "Continue reading the main story"


@pytest.mark.parametrize(
    ("page", "url", "flagged"),
    [
        (html(*STORY, "[ad_2]"), "https://farm.example/a", True),
        (html("[ad_1]", *STORY), "https://farm.example/a", True),
        (html(*STORY, "<a href='https://paper.example'>Source link</a>"), "", True),
        (html(*STORY, FOOTER_LINE), "https://farm.example/a", True),
        (html(*STORY[:2], MAIN_STORY, STORY[2]), "https://farm.example/a", True),
        (html(*STORY), "https://farm.example/a", False),
        (html(*STORY, FOOTER_LINE), "https://harbourgazette.example/a", False),
        (html(*STORY, FOOTER_LINE), "", False),
        (
            html(*STORY, FOOTER_LINE, head="<meta property=og:site_name content='The Gazette'>"),
            "",
            False,
        ),
        (html(*STORY[:2], MAIN_STORY, STORY[2]), "https://www.nytimes.com/a", False),
        (
            html(
                *STORY[:2],
                MAIN_STORY,
                STORY[2],
                head="<link rel=canonical href='https://www.nytimes.com/a'>",
            ),
            "",
            False,
        ),
        (html(*MANUAL[:2], "<pre>[ad_1]</pre>", MANUAL[2]), "https://manual.example/a", False),
        (html(*MANUAL[:2], "Write <code>[ad_1]</code> here."), "https://manual.example/a", False),
        (
            html("Write this first:", "<pre>[ad_1]</pre>", *MANUAL),
            "https://manual.example/a",
            False,
        ),
        (html(*STORY, "Read the original article."), "https://other.example/a", False),
        (
            html(
                *STORY,
                "1,204 views",
                "Share on Facebook Tweet Pin it",
                "Read full article",
                "[adrotate banner='1']",
                "Keywords:",
            ),
            "https://weblog.example/a",
            False,
        ),
    ],
)
def test_copies_are_flagged_for_what_farms_leave_and_honest_pages_for_none_of_it(
    detector: Detector, page: str, url: str, flagged: bool
) -> None:
    record = Record("page.html", 0, page, "text/html", url=url)
    assert detector.score(document_from_html(record)).flagged == flagged
