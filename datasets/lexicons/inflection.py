"""Regular and irregular English inflection, checked against a list of known words."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from chaffinch.features.text.function_words import FUNCTION_WORDS

Tag = Literal["plural", "past", "ing", "comparative", "superlative"]
"""A form of a word; "plural" is the third person of a verb as well."""

# Before a "y" or a last consonant they change how an ending is joined.
_VOWELS = "aeiou"


def _add_s(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ies"
    return base + "s"


def _joined(base: str, ending: str) -> Iterator[str]:
    """Spellings of a base with an ending that begins with a vowel, likeliest first."""
    if base.endswith("e"):
        yield base[:-1] + ending
    elif base.endswith("y") and base[-2:-1] not in _VOWELS and ending != "ing":
        yield base[:-1] + "i" + ending
    else:
        closed = len(base) > 2 and base[-1] not in "aeiouwxy" and base[-2] in _VOWELS
        if closed and base[-3] not in _VOWELS:
            yield base + base[-1] + ending
        yield base + ending


class Inflection:
    """Forms of base words, and back.

    Args:
        known: Words that exist; a spelling outside it is never produced.
        irregular: Irregular forms to their base words, by part of speech (``noun``,
            ``verb``, ``adj``), as in WordNet's ``.exc`` files.
    """

    _ENDINGS: Mapping[Tag, str] = {
        "past": "ed",
        "ing": "ing",
        "comparative": "er",
        "superlative": "est",
    }

    def __init__(
        self, known: Collection[str], irregular: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self._known = known
        self._irregular: dict[tuple[str, Tag], str] = {}
        self._irregular_forms: list[tuple[str, str, Tag]] = []
        for part, forms in (irregular or {}).items():
            for form, base in forms.items():
                tag = _irregular_tag(part, form)
                if tag:
                    self._irregular_forms.append((form, base, tag))
                    self._irregular.setdefault((base, tag), form)
        self._base: dict[str, list[tuple[str, Tag]]] | None = None

    def inflect(self, base: str, tag: Tag) -> str | None:
        """The form of a base word, or None where no known word has that shape.

        >>> Inflection({"stopped", "ladies"}).inflect("stop", "past")
        'stopped'
        >>> Inflection({"stopped"}).inflect("go", "past") is None
        True
        """
        irregular = self._irregular.get((base, tag))
        if irregular:
            return irregular
        if tag == "plural":
            form = _add_s(base)
            return form if form in self._known else None
        return next(
            (form for form in _joined(base, self._ENDINGS[tag]) if form in self._known), None
        )

    def inflect_phrase(self, phrase: str, tag: Tag) -> str | None:
        """The form of a phrase: its first word's form, but in the plural its last word's.

        A function word at its end has no plural: "arrive at" becomes "arrives at".

        >>> Inflection({"grew", "problems"}, {"verb": {"grew": "grow"}}).inflect_phrase(
        ...     "grow to be", "past"
        ... )
        'grew to be'
        """
        *before, last = phrase.split(" ")
        if tag == "plural" and last not in FUNCTION_WORDS:
            form = self.inflect(last, tag)
            return " ".join([*before, form]) if form else None
        first, space, rest = phrase.partition(" ")
        form = self.inflect(first, tag)
        return f"{form}{space}{rest}" if form else None

    def analyses(self, form: str, bases: Collection[str]) -> list[tuple[str, Tag]]:
        """Base words and tags that give a form; the base words must be among `bases`."""
        if self._base is None:
            table: dict[str, list[tuple[str, Tag]]] = defaultdict(list)
            tags: tuple[Tag, ...] = ("plural", *self._ENDINGS)
            for base in sorted(self._known):
                for tag in tags:
                    inflected = self.inflect(base, tag)
                    if inflected and inflected != base:
                        table[inflected].append((base, tag))
            for irregular, base, tag in self._irregular_forms:
                if (base, tag) not in table[irregular]:
                    table[irregular].append((base, tag))
            self._base = dict(table)
        return [(base, tag) for base, tag in self._base.get(form, []) if base in bases]


class InflectedSynonyms:
    """A table of synonyms that answers for inflected words and phrases too.

    Args:
        synonyms: Words or phrases to their synonyms.
        inflection: Forms of base words.
    """

    def __init__(self, synonyms: Mapping[str, list[str]], inflection: Inflection) -> None:
        self._synonyms = synonyms
        self._inflection = inflection
        self._entries: dict[str, tuple[Sequence[str], Tag | None]] = {}
        self._options: dict[str, Sequence[str]] = {}
        self._longest: dict[str, int] = {}
        self._longest_inflected: dict[str, int] = {}
        self._rests: set[str] = set()
        for phrase in synonyms:
            first, _, rest = phrase.partition(" ")
            if rest:
                n_words = 2 + rest.count(" ")
                self._longest[first] = max(self._longest.get(first, 1), n_words)
                self._rests.add(rest)

    def __len__(self) -> int:
        return len(self._synonyms)

    def phrases(self) -> list[str]:
        """The entries of several words."""
        return [entry for entry in self._synonyms if " " in entry]

    def longest(self, first: str) -> int:
        """Number of words of the longest entry that begins with a word or its base; at least 1."""
        if not self._longest:
            return 1
        if first not in self._longest_inflected:
            bases = (base for base, _ in self._inflection.analyses(first, self._longest))
            lengths = (self._longest.get(word, 1) for word in (first, *bases))
            self._longest_inflected[first] = max(lengths)
        return self._longest_inflected[first]

    def entry(self, phrase: str) -> tuple[Sequence[str], Tag | None]:
        """The synonyms of a word or phrase or of its base, and the form they are to be put in.

        A phrase's base has its first word's base: "grew to be" is found under "grow to be".
        """
        if " " in phrase:
            return self._phrase_entry(phrase)
        if phrase not in self._entries:
            analyses = self._inflection.analyses(phrase, self._synonyms)
            bases: list[tuple[str, Tag | None]] = [*analyses]
            if phrase in self._synonyms:
                bases.insert(0, (phrase, None))
            self._entries[phrase] = ((), None)
            for base, tag in bases:
                if self._synonyms[base]:
                    self._entries[phrase] = (self._synonyms[base], tag)
                    break
        return self._entries[phrase]

    def _phrase_entry(self, phrase: str) -> tuple[Sequence[str], Tag | None]:
        own = self._synonyms.get(phrase)
        if own:
            return own, None
        first, _, rest = phrase.partition(" ")
        if rest in self._rests:
            for base, tag in self._inflection.analyses(first, self._longest):
                found = self._synonyms.get(f"{base} {rest}")
                if found:
                    return found, tag
        return (), None

    def options(self, phrase: str) -> Sequence[str]:
        """All that can be written for a word or phrase, in its form; empty where none is known."""
        if phrase not in self._options:
            if " " in phrase:
                return self._forms(*self._phrase_entry(phrase), phrase)
            own = self._synonyms.get(phrase)
            self._options[phrase] = own or [
                form
                for base, tag in self._inflection.analyses(phrase, self._synonyms)
                for form in self._forms(self._synonyms[base], tag, phrase)
            ]
        return self._options[phrase]

    def _forms(self, options: Sequence[str], tag: Tag | None, but: str) -> list[str]:
        forms = (self.written(option, tag) for option in options)
        return [form for form in forms if form and form != but]

    def written(self, option: str, tag: Tag | None) -> str | None:
        """An option of an entry in the entry's form; None where it has no such form."""
        return self._inflection.inflect_phrase(option, tag) if tag else option


def _irregular_tag(part: str, form: str) -> Tag | None:
    if part == "noun":
        return "plural"
    if part == "verb":
        return "ing" if form.endswith("ing") else "past"
    if part == "adj":
        return "superlative" if form.endswith("est") else "comparative"
    return None
