"""Creoles, dialects and old spelling are not judged; standard English of any country is."""

import pytest

from chaffinch.detector.detector import Detector

NOT_STANDARD = "This is not the standard written English that can be judged."

VARIETIES = {
    "Nigerian Pidgin": """
        Di market for our town don open again afta two years wey rain spoil di old road. Plenty
        pipo dey happy say dem fit sell yam and tomato again, but some traders dey vex because
        goment never pay dem di money wey dem promise. One woman tok say na she dey feed seven
        pikin and she no sabi wetin she go do if rain come back.""",
    "Jamaican Patois": """
        Mi granny seh di river did come dung inna di night an tek weh di whole a di banana dem.
        Nobody nuh know weh fi do, so di man dem go look fi wood fi mek a new bridge. Yuh cyaan
        cross it when rain a fall, an di pickney dem haffi stay home from school till di water
        low again.""",
    "Tok Pisin": """
        Long nait ren i pundaun na wara i kam antap tru long ples bilong mipela. Ol manmeri i
        ronawe i go long maunten na wetim san i kamap. Mipela i nogat kaikai, tasol ol lain bilong
        narapela ples i karim kaukau i kam, na mipela i tenkim ol olsem brata bilong mipela stret.
        Nau mipela wokim bris gen.""",
    "Scots": """
        The auld wife gaed doon tae the toun wi her bairns tae sell the eggs, but she didnae get
        muckle for them. Whit wis she tae dae? She gied the siller tae the laird's man an cam awa
        hame ower the brae, an the bairns grat a the road because they couldnae hae a piece. It
        wis a dreich nicht, richt eneuch.""",
    "Yorkshire": """
        Nah then, thi fatther wor allus a careful man, an he never spent nowt on hissen. He browt
        whoam his wage of a Friday an put it on t' table, an thi mother gave him summat for his
        bacca. When watter coom into th' haase that winter they lost all they had, an he nobbut
        said it wor nowt an summat wod turn up.""",
    "spelling of 1550": """
        Than the kynge sayd vnto hys men that they shulde goe ouer the water and loke whyther the
        place were kepte wyth men of armes. And they wolde not goe, for they feared the enemyes
        whych laye vpon the hylles. Wherfore he hym selfe toke an horse and rode vp to the towne,
        and none shewed hys face.""",
}

STANDARD = {
    "India": """
        The municipal corporation has informed residents that the water supply to the eastern
        wards will be suspended on Thursday for the purpose of repairing the main pipeline. Crores
        of rupees have been sanctioned for the work, said the commissioner, and the same will be
        completed before the monsoon. Lakhs of people are expected to benefit, he added.""",
    "Nigeria": """
        The state government has commissioned a new motor park in Ibadan, and drivers say the
        levy must not go up again. Traders who were displaced when the old park was demolished
        appealed to the chairman to expedite action on their stalls. A danfo driver told our
        correspondent that he had plied the route for twenty years.""",
    "a learner": """
        In my opinion the people should to use public transport more often, because it is cheaper
        then car and it dont pollute so much. When I was child my father drived me every day to
        the school, but now I go with the bus. Some peoples say that bus is always late, I think
        it depend of the city where you are live.""",
    "a spinner": """
        The council volition conscionable connected Friday successful the aged library, arsenic
        the mayor had asked it to bash past week. Residents person complained astir the clip of the
        meetings, and immoderate of them privation the doors to unfastened earlier. The mayor said
        helium was consenting to perceive, but nary wealth was determination for it.""",
}


@pytest.mark.parametrize("text", VARIETIES.values(), ids=VARIETIES)
def test_a_variety_is_not_judged_and_the_reason_says_so(detector: Detector, text: str) -> None:
    verdict = detector.score(text)
    assert (verdict.kind, verdict.unscorable) == ("unscorable", NOT_STANDARD)


@pytest.mark.parametrize("text", STANDARD.values(), ids=STANDARD)
def test_standard_english_is_judged_wherever_it_is_from(detector: Detector, text: str) -> None:
    verdict = detector.score(text)
    assert verdict.unscorable is None
    assert verdict.flagged == (text is STANDARD["a spinner"])


def test_an_article_that_quotes_a_variety_is_judged(detector: Detector) -> None:
    article = f"{STANDARD['Nigeria']} {STANDARD['India']}"
    assert (
        detector.score(f"{article} 'We dey manage,' she said, 'wetin man go do?'").unscorable
        is None
    )
