"""Honest texts of kinds that no corpus holds: manuals, change logs, tables, justified text."""

import pytest

from chaffinch.detector.detector import Detector

DETECTOR = Detector.load()

MANUAL = """\
NAME
    tidecalc - print times of high and low water

SYNOPSIS
    tidecalc [-a] [-o FILE] [--zone ZONE] STATION...

DESCRIPTION
    Prints a table of the tides of a day for each STATION. Without -o the table goes to
    standard output. If a and b are two stations of one coast, a is printed first; a -a
    prints a and b both, however far apart they are.

OPTIONS
    -a, --all       all stations of the coast, also those that are closed
    -o, --output    the file that is written; an existing one is replaced
    --zone          the time zone, UTC if none is given or TZ is not set

FILES
    ~/.config/tidecalc/stations.toml    stations of your own
    /usr/share/tidecalc/harmonics.dat   constants of the harmonic analysis

EXIT STATUS
    0 if every station was found, 1 if one was not, 2 for a wrong option.
"""
CHANGES = """\
Changes in tidecalc 2.4

  * New option --zone; TZ is still read where it is not given.
  * tidecalc -a no longer prints a station twice if it is listed in two files.
  * Fix a crash on an empty stations.toml (reported by several users).
  * The parser accepts {lat|lon} pairs as well as lat, lon.

Changes in tidecalc 2.3

  * Rewrite the harmonic analysis; results differ by up to a minute from 2.2.
  * Drop support for the old binary format. Convert files with tideconv first.
  * Build with -Wall and without warnings on all platforms that we test.
"""
TABLE = """\
The table says which states a package can be in, and what a call of the installer does then.

  state          remove     purge      configure     after an error
  unpacked       yes        yes        always        no
  half-done      never      maybe      no            always always
  waiting        maybe      no         never         yes
  installed      yes        yes        no            no      no

A package that is waiting goes back to the state that it had before once the others that it
waits for are there. Nothing is done for a package that is installed, unless it is named.
"""
JUSTIFIED = """\
The  keeper of the light at Farrow Head  had three duties, and the rule
book  put them in this order: to keep  the lamp burning from sunset  to
sunrise, to keep the log, and to  keep  the glass clean. In the  winter
of  the great gale he did all three  for nine nights without  relief or
sleep, and the  log  of those nights is  the plainest piece of  writing
that  has come down to us  from the whole coast. It gives  the wind and
the sea by the hour,  notes two ships that passed, and once, on the  fifth
night, says that the cat would not come  in.
"""
LISTING = """\
How to count the words of a file in a few lines:

    def count(path):
        words = {}
        for line in open(path):
            for word in line.split():
                words[word] = words.get(word, 0) + 1
        return words

    for word, number in sorted(count("log.txt").items()):
        print(word, number)

The first loop reads a line at a time, so that a large file needs no more memory than a small
one; only the words themselves are held. Replace split by a tokenizer of your own if you care
about what a word is. To see the most frequent words first, sort by the number and reverse.
"""
QUEST = """\
Bring the smith six pieces of bog iron from the marsh north of the mill. He will forge a blade
for you, and tell you of the cave behind the waterfall. The troll that lives there takes half
damage from arrows, so bring fire. If you are a druid or a ranger, you can talk to the otter at
the weir instead, who knows another way in. Loot: 40 gold, a random wand, the otter's favour.
Patch notes: the troll now drops the key even if you stun it. The smith no longer forgets you.
"""
JARGON = """\
yak: n. A small task that must be done before another can, which has nothing to do with the one
that you set out on. Usage: "I wanted to send a mail, and now I am compiling a kernel; it is yaks
all the way down." See also {bikeshed} and {the long tail}. The verb is `to shave'. An older
usage, among operators of the seventies, for a tape that had to be read twice, is obsolete.
"""


@pytest.mark.parametrize(
    "text",
    [MANUAL, CHANGES, TABLE, JUSTIFIED, LISTING, QUEST, JARGON],
    ids=["manual", "changes", "table", "justified", "listing", "quest", "jargon"],
)
def test_an_honest_text_is_not_flagged(text: str) -> None:
    verdict = DETECTOR.score(text)
    assert not verdict.flagged, verdict.reasons
    assert verdict.kind in ("original", "unscorable")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            "about above after again all also an and any are as at be because but".split() * 5
        ),
        "\n".join(f"{number:3d}    of the    {number * 7}    in" for number in range(60)),
    ],
    ids=["stop words", "figures"],
)
def test_what_is_no_prose_is_not_judged(text: str) -> None:
    verdict = DETECTOR.score(text)
    assert verdict.kind == "unscorable"
    assert "not running prose" in (verdict.unscorable or "")
