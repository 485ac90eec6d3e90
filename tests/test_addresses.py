"""Whose an address is, and which page stands behind archives, caches, translators and AMP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.features.addresses import is_intermediary, page_key, seen_through, site
from chaffinch.features.hosts import host, owner, same_owner

PAGE = "https://www.river-news.example/2024/bridge"
HOST = "www.river-news.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.paper.example/a", "www.paper.example"),
        ("HTTPS://WWW.Paper.Example/a", "www.paper.example"),
        ("https://paper.example.:8443/a", "paper.example"),
        ("https://reader:key@paper.example/a", "paper.example"),
        ("https:/paper.example/a", "paper.example"),
        ("//paper.example/a", "paper.example"),
        ("paper.example/a", "paper.example"),
        ("paper.example:8080/a", "paper.example"),
        ("www.paper.unknown/a", "www.paper.unknown"),
        ("paper.unknown/a", ""),
        ("bbc.co.uk", "bbc.co.uk"),
        ("https://B\u00fccher.example/", "b\u00fccher.example"),
        ("https://xn--bcher-kva.example/", "b\u00fccher.example"),
        ("https://xn--/", "xn--"),
        ("https://paper\u3002example/", "paper.example"),
        ("http://192.0.2.7/a", "192.0.2.7"),
        ("http://[2001:DB8::1]:80/a", "2001:db8::1"),
        ("http://localhost/a", "localhost"),
        ("http://[broken", ""),
        ("http://paper.example:port/a", "paper.example"),
        ("http://two words.example/", ""),
        ("http://<b>.example/", ""),
        ("http://.example/", ""),
        ("http://", ""),
        ("/a/b.html", ""),
        ("notes/a.html", ""),
        ("mailto:ada@paper.example", ""),
        ("file:///crawl/paper.example/a.html", ""),
        ("s3://bucket/a.html", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, expected: str) -> None:
    assert host(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://www.paper.example", "paper.example"),
        ("https://a.b.paper.example", "paper.example"),
        ("https://alice.github.io/", "alice.github.io"),
        ("https://www.alice.blogspot.com/", "alice.blogspot.com"),
        ("https://alice.wordpress.com/", "alice.wordpress.com"),
        ("https://www.wordpress.com/", "wordpress.com"),
        ("https://github.io/", "github.io"),
        ("https://www.gov.uk/", "gov.uk"),
        ("https://www.city.kawasaki.jp/", "city.kawasaki.jp"),
        ("https://www.com/", "www.com"),
        ("https://xn--85x722f.xn--55qx5d.cn/", "\u98df\u72ee.\u516c\u53f8.cn"),
        ("http://192.0.2.7/", ""),
        ("http://[2001:db8::1]/", ""),
        ("http://localhost/", ""),
        ("nothing", ""),
    ],
)
def test_the_owner_is_the_registrable_domain(url: str, expected: str) -> None:
    assert owner(url) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://bbc.co.uk", "https://www.bbc.com", True),
        ("https://m.paper.example", "https://paper.example", True),
        ("https://news.paper.example", "https://shop.paper.example", True),
        ("https://paper.example", "https://farm.example", False),
        ("https://a.github.io", "https://b.github.io", False),
        ("https://paper.co.uk", "https://farm.co.uk", False),
        ("https://ab.example", "https://ab.test", False),
        ("http://192.0.2.7", "https://paper.example", True),
    ],
)
def test_owners_are_one_by_domain_or_by_name(one: str, other: str, expected: bool) -> None:
    assert same_owner(one, other) is same_owner(other, one) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.paper.example/a/", "paper.example/a"),
        ("http://paper.example:8080/a?id=7&utm_source=x#top", "paper.example/a?id=7"),
        ("https://web.archive.org/web/2024/https://m.paper.example/a", "paper.example/a"),
        ("https://archive.ph/AbC12", "archive.ph/AbC12"),
        ("https://paper.example/a?id=8", "paper.example/a?id=8"),
        ("https://paper.example/caf%C3%A9", "paper.example/caf\u00e9"),
        ("notes/a.html#top", "notes/a.html"),
        ("", ""),
    ],
)
def test_addresses_of_one_page_have_one_key(url: str, expected: str) -> None:
    assert page_key(url) == expected


BARE = "https://river-news.example/2024/bridge"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (f"https://web.archive.org/web/20240502080000/{PAGE}", PAGE),
        (f"http://web.archive.org/web/20240502080000id_/{PAGE}?a=1#b", f"{PAGE}?a=1#b"),
        (f"https://web.archive.org/web/2024*/{PAGE}", PAGE),
        (f"https://web.archive.org/web/{PAGE}", PAGE),
        (f"https://archive.org/web/2024/{PAGE}", PAGE),
        (f"web.archive.org/web/2024/https:/{HOST}/2024/bridge", PAGE),
        (f"https://web.archive.org/web/2024if_/{HOST}/2024/bridge", f"http://{PAGE[8:]}"),
        (f"https://archive.ph/20240502080000/{PAGE}", PAGE),
        (f"https://archive.is/2024.05.02-080000/{PAGE}", PAGE),
        (f"https://archive.today/newest/{PAGE}", PAGE),
        (f"https://archive.ph/o/AbC12/{PAGE}", PAGE),
        (f"https://wayback.archive-it.org/123/20240502080000/{PAGE}", PAGE),
        (f"https://archive.wikiwix.com/cache/?url={PAGE}", PAGE),
        (f"https://r.jina.ai/{PAGE}", PAGE),
        (f"https://arquivo.pt/wayback/20240502080000/{PAGE}", PAGE),
        (f"https://webarchive.nationalarchives.gov.uk/ukgwa/20240502080000/{PAGE}", PAGE),
        ("https://www.webcitation.org/query?url=https%3A%2F%2F" + PAGE[8:], PAGE),
        (
            f"https://webcache.googleusercontent.com/search?q=cache:AbCdEf-12345:{PAGE}+bridge&hl=en",
            PAGE,
        ),
        (f"http://webcache.googleusercontent.com/search?q=cache:{PAGE}", PAGE),
        (f"https://translate.google.com/translate?hl=en&sl=auto&u={PAGE}", PAGE),
        (f"https://translate.google.co.uk/website?sl=fr&tl=en&u={PAGE}", PAGE),
        ("https://translate.googleusercontent.com/translate_c?u=https%3A%2F%2F" + PAGE[8:], PAGE),
        (f"https://www.microsofttranslator.com/bv.aspx?from=&to=en&a={PAGE}", PAGE),
        (f"https://translate.yandex.com/translate?lang=fr-en&url={PAGE}", PAGE),
        ("https://www-river--news-example.translate.goog/2024/bridge?_x_tr_sl=en", PAGE),
        (
            "https://www-river--news-example.translate.goog/2024/bridge?a=1&_x_tr_sl=fr&_x_tr_tl=en",
            f"{PAGE}?a=1",
        ),
        ("https://news-example.translate.goog/2024/bridge?_x_tr_hp=www-river--", PAGE),
        (
            "https://0-b-example.translate.goog/?_x_tr_enc=0",
            "https://xn--b.example/",
        ),
        (f"https://translated.turbopages.org/proxy_u/fr-en.en.1a2b/https/{PAGE[8:]}", PAGE),
        (f"https://www-river--news-example.cdn.ampproject.org/c/s/{PAGE[8:]}", PAGE),
        (
            f"https://www-river--news-example.cdn.ampproject.org/v/s/{PAGE[8:]}?amp_js_v=0.1&usqp=x",
            PAGE,
        ),
        (f"https://cdn.ampproject.org/c/{PAGE[8:]}", f"http://{PAGE[8:]}"),
        ("https://www-river--news-example.cdn.ampproject.org/", "https://www.river-news.example/"),
        (f"https://www.google.com/amp/s/{PAGE[8:]}", PAGE),
        (f"https://www.google.co.uk/amp/{PAGE[8:]}", f"http://{PAGE[8:]}"),
        (f"https://www.bing.com/amp/s/{PAGE[8:]}", PAGE),
        ("https://amp.river-news.example/2024/bridge", BARE),
        ("https://m.river-news.example:8443/2024/bridge", BARE),
        (
            "https://en.m.river-news.example/2024/bridge",
            "https://en.river-news.example/2024/bridge",
        ),
        (f"{PAGE}/amp", PAGE),
        (f"{PAGE}/amp/", f"{PAGE}/"),
        (f"https://{HOST}/amp/2024/bridge", PAGE),
        (f"{PAGE}.amp", PAGE),
        (f"{PAGE}.amp.html", f"{PAGE}.html"),
        (f"{PAGE}/amp.html", PAGE),
        (f"{PAGE}?amp=1", PAGE),
        (
            "https://ada.blogspot.com/2024/05/owls.html?m=1",
            "https://ada.blogspot.com/2024/05/owls.html",
        ),
        (f"{PAGE}?amp", PAGE),
        (f"{PAGE}?id=7&outputType=amp", f"{PAGE}?id=7"),
        (
            "https://web.archive.org/web/2024/https://www.google.com/amp/s/"
            "amp.river-news.example/2024/bridge/amp",
            BARE,
        ),
    ],
)
def test_the_page_behind_an_address(url: str, page: str) -> None:
    assert seen_through(url) == page
    assert not is_intermediary(seen_through(url))


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "https://amp.example/guide",
        "https://m.github.io/",
        f"https://{HOST}/amp",
        f"https://{HOST}/amplifier",
        f"https://{HOST}/2024/amp/bridge",
        f"{PAGE}?m=1",
        f"https://{HOST}/2024/{PAGE}",
        f"https://farm.example/web/20240502080000/{PAGE}",
        f"https://farm.example/translate?u={PAGE}",
        "https://blog.archive.org/2024/05/02/news",
        "https://archive.org/details/bridge",
        "https://www.google.com/search?q=bridge",
        "http://[broken",
        "nothing",
        "",
    ],
)
def test_other_addresses_stay(url: str) -> None:
    assert seen_through(url) == url
    assert not is_intermediary(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.ph/AbC12",
        "https://cc.bingj.com/cache.aspx?q=bridge&d=123",
        "https://web.archive.org/web/",
        "https://webcache.googleusercontent.com/search?q=cache:",
    ],
)
def test_a_page_behind_an_address_that_does_not_name_it_is_on_no_known_site(url: str) -> None:
    assert (seen_through(url), is_intermediary(url), site(url)) == (url, True, "")


PIECES = (
    "http s :// : / // www. xn-- . @ [ ] ? u= %3a amp m. 1 :99999 # paper.example github.io "
    "web.archive.org/web/2024/ -translate.goog google.com/amp/s/ cdn.ampproject.org/c/ "
    "\u00fc \u3002 \ud800 \0"
).split(" ")
ADDRESSES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@given(ADDRESSES)
def test_any_text_has_a_host_an_owner_and_a_page(url: str) -> None:
    assert seen_through(seen_through(url)) == seen_through(url)
    assert host(f"//{host(url)}") == host(url) or ":" in host(url)
    assert host(url).endswith(owner(url))
    assert owner(f"//{owner(url)}") == owner(url)
    assert host(seen_through(url)).endswith(site(url))


@given(st.from_regex(r"[a-z]{1,9}(-[a-z]{1,9})?(/[a-z]{1,9}){1,3}", fullmatch=True))
def test_what_proxies_show_is_seen_through_in_any_order(place: str) -> None:
    name, _, path = place.partition("/")
    if set(path.split("/")) & {"amp"}:
        return
    page = f"https://{name}.example/{path}"
    archived = f"https://web.archive.org/web/20240502080000/{page}"
    label = f"{name.replace('-', '--')}-example"
    translated = f"https://{label}.translate.goog/{path}?_x_tr_sl=fr"
    cached = f"https://{label}.cdn.ampproject.org/c/s/{name}.example/{path}"
    for inner in (archived, translated, cached):
        assert seen_through(inner) == page
        assert seen_through(f"https://web.archive.org/web/2024/{inner}") == page
        assert seen_through(f"https://translate.google.com/translate?u={inner}") == page
