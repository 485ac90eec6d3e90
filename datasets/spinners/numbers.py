"""Number words and their digits, which spinners exchange."""

DIGITS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
"""Number words to digits: "two" becomes "2"."""

WORDS = {digits: word for word, digits in DIGITS.items()}
"""Digits to number words: "3" becomes "three"."""
