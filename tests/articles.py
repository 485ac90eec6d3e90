"""Articles made of drawn words, and spun copies of them."""

import random

WORDS = """
harbour council teacher market garden library village baker orchard lantern quarry meadow timber
pottery saddle chimney orchestra cellar pigeon ladder blanket thicket kettle harvest rudder anvil
opened crossed visited painted repaired carried gathered polished borrowed measured abandoned
""".split()
NAMES = (
    "Adeyemi Brannock Corwen Duffield Eastry Farleigh Gosport Hathersage Ilkeston Jarrow".split()
)


def article(seed: int, n_sentences: int = 30) -> str:
    """Sentences of content words between function words, each with a name and a number."""
    draw = random.Random(seed)
    return " ".join(
        f"The {draw.choice(WORDS)} of the {draw.choice(WORDS)} and the {draw.choice(WORDS)} "
        f"{draw.choice(WORDS)} {draw.choice(NAMES)} with {draw.randrange(10_000)} "
        f"{draw.choice(WORDS)} from {draw.choice(WORDS)}."
        for _ in range(n_sentences)
    )


def replaced(text: str, share: float, seed: int = 0) -> str:
    """The text with a share of its content words replaced by words it does not have."""
    draw = random.Random(seed)
    return " ".join(
        f"x{draw.choice(WORDS)}" if word.strip(".") in WORDS and draw.random() < share else word
        for word in text.split(" ")
    )
