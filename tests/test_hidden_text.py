"""Which text of a page its readers see, and that only that is scored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.extraction.html import document_from_html
from chaffinch.datasets.records import Record

PARAGRAPH = (
    "The council voted on Tuesday to bring back the harbour ferry, two years after the last boat "
    "left the quay, and the owner of the quay cafe said she had waited for it every day since."
)
ARTICLE = f"<h1>Ferry returns</h1>{f'<p>{PARAGRAPH}</p>' * 15}"
HIDDEN = "Nobody reads these words."


def text(body: str, head: str = "") -> str:
    markup = f"<html><head>{head}</head><body><article>{ARTICLE}{body}</article></body></html>"
    return document_from_html(Record("a", 0, markup, "text/html")).text


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "color: red; display : none",
        "DISPLAY:\tNONE",
        "margin-left :  -999px",
        "visibility:hidden",
        "font-size:0",
        "font-size: 0px !important",
        "opacity:0.0;",
        "position:absolute;left:-9999px",
        "text-indent:-1000em",
        "clip: rect(1px, 1px, 1px, 1px)",
        "color:#FFF",
        "color: rgb(9, 9, 9); background-color: rgb(9,9,9)",
    ],
)
@pytest.mark.parametrize("tag", ["p", "div", "span"])
def test_text_out_of_sight_is_left_out(style: str, tag: str) -> None:
    assert HIDDEN not in text(f'<{tag} style="{style}">{HIDDEN}</{tag}>')
    assert PARAGRAPH in text(f'<{tag} style="{style}">{HIDDEN}</{tag}>')


def test_a_hidden_element_is_left_out() -> None:
    assert HIDDEN not in text(f"<p hidden>{HIDDEN}</p>")


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0.9em",
        "opacity:0.95",
        "opacity:1",
        "left:-3px",
        "color:#333",
        "color:white;background:#123",
        "background-color:white",
        "line-height:0",
    ],
)
def test_text_in_sight_is_kept(style: str) -> None:
    assert HIDDEN in text(f'<p style="{style}">{HIDDEN}</p>')


def test_white_text_on_a_dark_ground_is_kept() -> None:
    dark = f'<div style="background:navy"><p style="color:#fff">{HIDDEN}</p></div>'
    assert HIDDEN in text(dark)


@pytest.mark.parametrize("selector", [".x7", "#x7", ".a, .x7"])
def test_a_style_sheet_of_the_page_hides_too(selector: str) -> None:
    hidden = f'<p class="x7" id="x7">{HIDDEN}</p>'
    assert HIDDEN not in text(hidden, f"<style>p{{margin:0}} {selector} {{display:none}}</style>")
    assert HIDDEN in text(hidden, f"<style>@media print {{{selector} {{display:none}}}}</style>")
    assert HIDDEN in text(hidden, f"<style>{selector} {{color:red}}</style>")
    assert HIDDEN in text(hidden, f"<style>.menu{selector} {{display:none}}</style>")


@pytest.mark.parametrize(
    "sheet", ["<!-- {} -->", "<script>'{}'</script>", "<template>{}</template>"]
)
def test_what_only_looks_like_a_style_sheet_hides_nothing(sheet: str) -> None:
    style = "<style>.x7 {display:none}</style>"
    assert HIDDEN in text(f'<p class="x7">{HIDDEN}</p>', sheet.replace("{}", style))


def test_a_word_split_by_tags_and_hidden_letters_is_whole() -> None:
    split = 'The coun<b>c</b>il vo<span style="font-size:0">zz</span>ted<i></i> a&#103;ain.'
    assert "The council voted again." in text(f"<p>{split}</p>")


def test_hidden_elements_inside_each_other_are_left_out() -> None:
    inner = f'<p style="font-size:0">{HIDDEN}</p>'
    assert HIDDEN not in text(f'<div style="left:-900px">{inner}{inner}</div>')


@pytest.mark.parametrize(
    ("style", "kept"),
    [("opacity:0", True), ("color:white", False), ("font-size:0", False), ("left:-5000px", False)],
)
def test_only_what_scripts_show_later_is_kept_when_little_else_is_there(
    style: str, kept: bool
) -> None:
    body = f"<div style='{style}'>{f'<p>{HIDDEN * 9}</p>' * 20}</div>"
    markup = f"<article><p>{PARAGRAPH}</p>{body}</article>"
    read = document_from_html(Record("a", 0, markup, "text/html")).text
    assert PARAGRAPH in read
    assert (HIDDEN in read) == kept


def test_a_class_that_scripts_show_later_is_kept_when_little_else_is_there() -> None:
    body = f"<div class='rest'>{f'<p>{PARAGRAPH}</p>' * 9}</div>"
    markup = f"<style>.rest{{display:none}}</style><article><p>A start.</p>{body}</article>"
    assert PARAGRAPH in document_from_html(Record("a", 0, markup, "text/html")).text


@given(st.text(st.sampled_from("<>{}.#;:-style=\"'x0 display:none,()@/*"), max_size=200))
def test_any_style_is_survived(style: str) -> None:
    assert PARAGRAPH in text(f'<p style="{style}">x</p>', f"<style>{style}</style>")
