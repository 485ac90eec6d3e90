"""Short articles, and what farms and honest people make of them."""

FERRY = """
The town council voted on Monday to bring back the harbour ferry, which has not crossed the estuary
since the old pier was damaged by a winter storm four years ago. Councillors from both sides praised
the plan, although several of them asked who would pay for the repairs once the grant of 40,000
pounds had been spent.

Margaret Oyelaran, who runs the bakery beside the landing stage, said that her customers had
complained for years about the long drive around the bay. The boat will carry twelve passengers and
a few bicycles, and will leave every half hour between April and the end of October.

A survey by the county found that nine in ten residents of Saltmarsh would use it at least once a
month, mostly to reach the market and the hospital. The council has asked two boatyards for prices
and hopes to choose one of them before the summer, so that the first crossing can take place when
the visitors arrive next spring. Until then the bus that was laid on after the storm will go on
running from the church to the quay, and the fare will stay as it is.
""".strip()

FERRY_SPUN = """
The town council balloted on Monday to convey backmost the harbour ferry, which has not crossed the
estuary since the aged pier was broken by a winter tempest four years ago. Councillors from both
sides lauded the program, although respective of them inquired who would wage for the fixes once the
grant of 40,000 pounds had been exhausted.

Margaret Oyelaran, who operates the bakeshop beside the landing stage, stated that her clients had
grumbled for years about the lengthy motion around the bay. The vessel will transport twelve
travellers and a few cycles, and will depart every half hour between April and the finish of
October.

A study by the county discovered that nine in ten dwellers of Saltmarsh would utilise it at minimum
once a month, chiefly to attain the marketplace and the infirmary. The council has requested two
boatyards for costs and desires to select one of them earlier than the summer, so that the initial
crossing can occur when the guests get in next spring. Until then the coach that was placed on after
the tempest will proceed running from the church to the wharf, and the toll will remain as it is.
""".strip()

FERRY_BY_ANOTHER_REPORTER = """
A ferry across the estuary will run again, the council decided this week. Since a storm four winters
ago broke the pier there has been no boat, and people have had to drive around the bay to get to the
hospital or the market in Saltmarsh.

Both parties liked the idea. The money is another matter: there is a grant of 40,000 pounds, but
nobody could say what happens when it runs out. "My customers have been asking about it for years,"
said Margaret Oyelaran, whose bakery is by the landing stage.

Twelve people will fit on board, with room for some bicycles. From April until the end of October
there will be a crossing every thirty minutes. Nine out of ten people who were asked by the county
said that they wanted to use it. Two boatyards have been asked what a boat would cost, and the
council means to pick one before the summer. The bus between the church and the quay keeps its
timetable and its fare for now.
""".strip()

ORCHARD = """
Volunteers planted the last of sixty fruit trees on the slope behind the old dairy on Saturday,
three years after the field was given to the village. There are apples and pears for the most part,
a row of plums along the hedge, and two quinces that came from a garden in Dunmere. Each tree
carries a tin label with its name and the name of the family that paid for it.

Nobody expects much fruit before the end of the decade. Peter Ashgrove, who drew the plan, said that
the first ten years of an orchard are mostly pruning, and that he would be glad to teach anyone who
owned a pair of boots. Sheep will graze between the rows from next autumn, once the trunks are thick
enough to be left alone.
""".strip()

ABOUT_THE_SHOP = """
Free delivery on all orders over 30 pounds. You can return anything that you are not happy with
within 28 days, unused and in its box, and we will give you your money back without asking why.
Our workshop is open from Tuesday to Saturday, and visitors are always welcome to look on while we
glaze and fire. We are a family of potters, and everything that you see here was made by one of us
on the wheel that our grandfather built. Please allow a week for your parcel to arrive, and two at
Christmas, because we pack every cup ourselves. Write to us if you would like a set in another
colour: we mix our own glazes, and like to be asked.
""".strip()

JUG = """
The tall jug holds a litre and a half and pours without a drip. Its handle is pulled by hand and
large enough for all four fingers, and the foot is left without glaze so that it does not slip.
""".strip()

BOWL = """
Six of these shallow bowls fit into one another, which saves a whole shelf. They are made of a
stoneware clay with flecks of iron that show through the pale green glaze around the rim.
""".strip()

SPEECH = """
"When I first came to this school there were forty of us in one room, and one stove, and whoever sat
next to the stove had to feed it. We learned to read from a newspaper that the carrier brought on
Thursdays, a week old, and when the news was bad the teacher turned the page. I do not tell you this
because it was better. It was cold. I tell you because every one of those forty could read by
Easter, and some of us have hardly stopped since," she said.
""".strip()

SPEECH_IN_THE_GAZETTE = f"""
The new library of Larkfield school was opened on Friday by its oldest pupil. Ruth Penhallow, who is
ninety-six, cut a ribbon that the youngest class had woven, and then asked for a chair.

{SPEECH}

The building cost less than had been feared, said the head of the governors, because half of the
village had helped with the roof. It will stay open in the holidays.
""".strip()

SPEECH_IN_THE_COURIER = f"""
Shelves still smelling of varnish, a rug, nine thousand books and one very old lady: that was the
scene when Larkfield got its library at last. Ruth Penhallow had been asked for a few words.

{SPEECH}

She then borrowed the first book, a novel about pirates, and promised to bring it back by the end of
the month. Children clapped, and a brass band played until the rain came.
""".strip()


def sentence_to_prison(street: str, name: str, sum_: str, day: str, age: str) -> str:
    """A page made from a form."""
    return (
        f"{name} was sentenced on {day} to a term in the county prison. The court heard that the "
        f"defendant, who is {age} and lives in {street}, took {sum_} from the till of the shop "
        f"where the defendant worked. The sentence follows an inquiry by officers of {street}. "
        f"Anybody who has information about {name} is asked to call the office of the county on "
        f"any day but {day}."
    )


def middle(text: str) -> str:
    """The middle third of a text's words."""
    words = text.split()
    return " ".join(words[len(words) // 3 : 2 * len(words) // 3])


READ_MORE = "\n\nRead Entire Article"
CUT = middle(FERRY)
PADDED = f"Here is a story that our readers will enjoy today.\n\n{FERRY}\n\nLike and share it."
