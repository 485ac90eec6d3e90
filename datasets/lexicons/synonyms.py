"""Tables of synonyms, whatever resource they come from."""

Synonyms = dict[str, list[str]]
"""Words or phrases to what a spinner could write for them, in lower case and a fixed order."""

_LONGEST_PHRASE = 4
"""Words of the longest phrase that is kept. Our choice: longer entries are definitions."""


def is_word(text: str) -> bool:
    """Whether a text is one word of the letters from a to z."""
    return text.isascii() and text.isalpha()


def is_plain(phrase: str) -> bool:
    """Whether a phrase is one to four words of the letters from a to z."""
    return is_word(phrase) or (
        phrase.count(" ") < _LONGEST_PHRASE and is_word(phrase.replace(" ", ""))
    )


def single_words(synonyms: Synonyms) -> Synonyms:
    """The pairs of one word and one word."""
    return {
        word: [other for other in others if " " not in other]
        for word, others in synonyms.items()
        if " " not in word
    }


def phrase_pairs(synonyms: Synonyms) -> Synonyms:
    """The pairs of which at least one is several words."""
    pairs = {
        word: others if " " in word else [other for other in others if " " in other]
        for word, others in synonyms.items()
    }
    return {word: others for word, others in pairs.items() if others}
