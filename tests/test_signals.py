"""The contract of every signal, and what each finds and passes over."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document, Image, PageMetadata
from chaffinch.features.registry import FEATURE_NAMES, SIGNALS
from chaffinch.features.signal import Measurement, Signal
from chaffinch.features.text.tokens import TokenBlock

DETECTOR = Detector.load()
RESOURCES = DETECTOR.model.resources
PROSE = (
    "The council voted on Tuesday to bring back the ferry. It will run four times a day, "
    "and the first crossing is planned for May. As an example, a hour is a amount of time."
)
URLS = ("", "http://[broken", "//", "https://paper.example/the-council-voted-on-tuesday", "\ud800")
ENCODED = [("&#105;", "encoded letter"), ("&#x69;", "encoded letter")]
any_text = st.one_of(
    st.text(st.characters(codec=None), max_size=200),
    st.lists(
        st.sampled_from([*PROSE.split(), "arsenic", "connected", "\n", "5 months ago 98", "{a|b}"])
    ).map(" ".join),
)
any_document = st.builds(
    Document,
    any_text,
    url=st.one_of(any_text, st.sampled_from(URLS)),
    title=any_text,
    published=st.one_of(st.none(), any_text),
    metadata=st.one_of(
        st.none(),
        st.builds(
            PageMetadata,
            canonical_url=st.sampled_from(URLS),
            author=any_text,
            publisher=st.one_of(any_text, st.just("paper.example")),
            og_title=any_text,
            description=any_text,
            stated_urls=st.lists(st.sampled_from(URLS), max_size=2).map(tuple),
            images=st.lists(st.builds(Image, any_text, any_text), max_size=2).map(tuple),
        ),
    ),
)


def measure(signal: type[Signal], *texts: str | Document) -> Measurement:
    documents = [Document(text) if isinstance(text, str) else text for text in texts]
    return signal(RESOURCES).measure(TokenBlock.from_documents(documents, RESOURCES.vocabulary))


def found(signal_name: str, text: str | Document) -> list[tuple[str, str]]:
    signal = next(signal for signal in SIGNALS if signal.name == signal_name)
    source = text if isinstance(text, str) else text.text
    return [(source[span.start : span.end], span.note) for span in measure(signal, text).spans]


@pytest.mark.parametrize(
    ("signal_name", "feature", "slip"),
    [
        ("agreement", "doubled_words", "The telephone telephone rang. "),
        ("casing", "small_names", "It was an american idea. "),
        ("spintax", "leftovers", "A set {of professional} tools. "),
        ("spacing", "runs_of_spaces", f"{PROSE} His ngo  is portion. "),
    ],
)
def test_one_slip_counts_for_nothing_and_more_do(signal_name: str, feature: str, slip: str) -> None:
    signal = next(signal for signal in SIGNALS if signal.name == signal_name)
    column = [one.name for one in signal.features].index(feature)
    values = measure(signal, *(slip * times for times in range(4))).values[:, column]
    assert values[:2].tolist() == [0, 0]
    assert 0 < values[2] < values[3]


def test_feature_names_are_unique() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
class TestContract:
    def check(self, signal: type[Signal], documents: Sequence[Document]) -> None:
        measured = measure(signal, *documents)
        assert measured.values.shape == (len(documents), len(signal.features))
        assert measured.values.dtype == np.float64
        assert np.isfinite(measured.values).all()
        for column, feature in enumerate(signal.features):
            assert (measured.values[:, column] >= feature.low).all(), feature.name
            assert (measured.values[:, column] <= feature.high).all(), feature.name
        order = [(span.doc, span.start) for span in measured.spans]
        assert order == sorted(order)
        for span in measured.spans:
            if span.where == "text":
                assert 0 <= span.start < span.end <= len(documents[span.doc].text)
        # The same bits in any company, and again.
        for doc, document in enumerate(documents):
            alone = measure(signal, document)
            assert alone.values.tobytes() == measured.values[doc].tobytes()
            mine = [span._replace(doc=0) for span in measured.spans if span.doc == doc]
            assert alone.spans == mine

    def test_empty_texts(self, signal: type[Signal]) -> None:
        self.check(signal, [Document(text) for text in ("", " ", "\n\n", ".")])

    @given(documents=st.lists(any_document, min_size=1, max_size=4))
    @settings(max_examples=12)
    def test_any_document(self, signal: type[Signal], documents: list[Document]) -> None:
        self.check(signal, documents)

    def test_the_docstring_is_a_manual_page(self, signal: type[Signal]) -> None:
        for heading in ("What it measures", "Why farms show it", "When it is wrong", "Source"):
            assert f"{heading}:" in (signal.__doc__ or ""), heading


@pytest.mark.parametrize(
    ("signal", "text", "expected"),
    [
        ("agreement", "It was a imaginable plan.", [("a", "wrong article")]),
        (
            "agreement",
            "It was an union of an honest man and a hour.",
            [("an", "wrong article"), ("a", "wrong article")],
        ),
        (
            "agreement",
            "It was a ima\N{SOFT HYPHEN}ginable plan of a &#111;nslaught.",
            [("a", "wrong article"), ("a", "wrong article")],
        ),
        ("agreement", "It took an hour at a university in an historic hall.", []),
        ("agreement", "They spoke by telephone telephone today.", [("telephone", "doubled word")]),
        ("agreement", "He said that that was what he had had.", []),
        (
            "agreement",
            "Nae man an' wife went by, nor a\N{RIGHT SINGLE QUOTATION MARK} honest folk.",
            [],
        ),
        ("agreement", "If a and b are given, a is the first.", []),
        ("agreement", "pkg_set pkg_set pkg/one pkg/one = a integer = a integer;", []),
        ("agreement", "They own a telephone\ntelephone directories too.", []),
        ("agreement", "It cost 5.Three billion in all.", [("Three", "glued number word")]),
        ("agreement", "It rose by 12,seven percent.", [("seven", "glued number word")]),
        ("agreement", "2.Two is a number. It cost 5. Three people paid, one. 4-three", []),
        ("spintax", "We {buy|purchase} it.", [("{buy|purchase}", "spintax choice")]),
        ("spintax", "a set {of professional} tools", [("{of professional}", "spintax remainder")]),
        ("spintax", "Cheap hotels in %city%", [("%city%", "placeholder")]),
        ("spintax", "%%title%% | %%sitename%% | %%city%%", []),
        ("spintax", "the set {x | x > 0} and a || b", []),
        ("spintax", r"\frac{a|b} and {{Abbr|Au|x}} and app.{set|get} or {X|Y} { |it| it }", []),
        ("spacing", f"{PROSE} His ngo  is portion.", [("  ", "run of spaces")]),
        ("spacing", f"{PROSE}  His ngo.", []),
        ("spacing", "This narrow line was  set with spaces.", []),
        ("spacing", f"{PROSE} One    and another.", []),
        ("counters", "Head\n5 months ago 98\nText", [("5 months ago 98", "view counter")]),
        ("counters", "Head\n2 days ago\n1204\nText", [("2 days ago", "view counter")]),
        ("counters", "Head\n2 days ago\nText", [("2 days ago", "relative age")]),
        ("counters", "It happened 5 months ago 98 miles from here.", []),
        ("residue", "Text\nRead Entire Article", [("Read Entire Article", "scraper line")]),
        (
            "residue",
            "[ad_1]\nText\n[ad_2]",
            [("[ad_1]", "scraper line"), ("[ad_2]", "scraper line")],
        ),
        ("residue", "Pages end in a Read Entire Article button.", []),
        (
            "residue",
            "Continue reading the main story",
            [("Continue reading the main story", "template line")],
        ),
        (
            "obfuscation",
            "The p\N{CYRILLIC SMALL LETTER O}lice said so.",
            [("p\N{CYRILLIC SMALL LETTER O}lice", "look-alike letter")],
        ),
        (
            "obfuscation",
            "The pol\N{ZERO WIDTH SPACE}ice said so.",
            [("pol\N{ZERO WIDTH SPACE}ice", "hidden character")],
        ),
        ("obfuscation", "The pol&#105;ce sa&#x69;d", ENCODED),
        ("obfuscation", "\u0441\u043e\u0440 \u03b1-helix /\u02c8da\u026akstr\u0259/ sof\xadt", []),
        (
            "casing",
            "He left for america on monday.",
            [("america", "lower-case name"), ("monday", "lower-case name")],
        ),
    ],
)
def test_what_a_signal_finds(signal: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(signal, text) == expected


def test_a_template_line_says_nothing_at_home() -> None:
    line = "Continue reading the main story"
    assert found("residue", Document(line, url="https://www.nytimes.com/x")) == []
    assert found("residue", Document(line, url="https://farm.example/x"))


@pytest.mark.parametrize(
    ("substitute", "original", "text"),
    [
        ("arsenic", "as", "He was known arsenic one of the best players in the world."),
        ("connected", "on", "The talks will be held connected Friday in Geneva."),
        ("successful", "in", "They have lived successful London for many years."),
        ("volition", "will", "The minister volition be there next week."),
        ("helium", "he", "She said that helium was not at home."),
    ],
)
def test_a_replaced_word_is_found_with_its_original(
    substitute: str, original: str, text: str
) -> None:
    signal = next(signal for signal in SIGNALS if signal.name == "substitutions")
    pairs = {(text[span.start : span.end], span.original) for span in measure(signal, text).spans}
    assert (substitute, original) in pairs


def test_a_disguised_word_is_evidence_with_the_plain_word() -> None:
    signal = next(signal for signal in SIGNALS if signal.name == "obfuscation")
    spans = measure(signal, "The \N{CYRILLIC CAPITAL LETTER ES}oun\N{WORD JOINER}cil met.").spans
    assert [span.original for span in spans] == ["council", "council"]
