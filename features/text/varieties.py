"""Small words of other Englishes than the standard written one, by which these are known."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.rates import damped, distinct_count, type_counts
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import LOWER, TokenBlock
from chaffinch.features.text.vocabulary import UNKNOWN, WordSet

_LISTED = WordSet(
    tuple(
        dict.fromkeys(
            """
            dey wey sey weh seh una unu wetin wen wia wud wit wid afta ova neva nebba nebber anoda
            oda befo bifo pipo pipol pikin pickney dem dema dis dat dia dese dere abeg oga
            sabi tok tori mata kontri goment gofment sumting somting ting tings likkle nutten
            nuttin di de im mi fi inna pon nuh yuh cyaan gwaan gwine bwoy gyal waan waa wha aks mek
            tek dun cah nah haffi fimi deh suh wan waz wuz

            bilong blong olsem bai mipela yumi yupela tumas gutpela orait wanpela longpela tasol
            nogat wantaim dispela stap

            tae fae frae wis wisnae didnae cannae dinnae wasnae isnae couldnae wouldnae willnae
            havenae canna dinna wasna willna didna nae naw aw ane yin awa auld bairn bairns weel
            wheesht oan hae hame hoose toun doon aboot oot noo mair nicht richt ower sae sic whit
            muckle gie gied intae masel yersel ainlie leid isna

            lah leh meh liao lor sia kena hor

            jes jest fum fer ez ef marse massa nuffin hab gib lub ebber ebery ole chile wif

            nowt owt summat thi tha thysen hissen mesen theer wheer coom coomed allus watter

            vpon vnto haue hee shee bee selfe doe goe soe owne euer euery neuer ouer giue giuen
            loue vse vsed vp vnder vntill beene ther theyr wyth hys hym whyche whych shal shulde
            wolde coulde sayd sayde yt ys thei
            """.split()
        )
    )
)
"""Words in which creoles of West Africa, the Caribbean and the Pacific, Scots, dialects of England
and the United States, Singapore's English and early modern spelling differ from standard English,
of those that standard prose does not write in lower case."""

_LONGEST = 6
"""Letters of the longest small word. Our choice: longer words name what a text is about."""

_DIFFERENT = 4
"""Different words from which they count. Our choice: any one of them is a name, a term or a slip
somewhere."""

_DAMPING = 20.0
"""Words added to every text's length. Our choice: half of the shortest text that is judged."""


def variety_share(block: TokenBlock) -> NDArray[np.float64]:
    """Share of each document's words that are small words of a variety, damped.

    These are listed ones, and words of up to six letters that the vocabulary lacks and the
    document repeats: where its commonest words are unknown, a text is not in the English that a
    language model has counts of. A spinner's odd words are a dictionary's.

    Args:
        block: The documents.

    Returns:
        float64 array of shape (n_docs,); 0 where fewer than four of them are different.
    """
    small = (block.case == LOWER) & running_text(block).words
    listed = small & _LISTED.holds(block.word_hash)
    unknown = small & (block.word == UNKNOWN) & (block.end - block.start <= _LONGEST)
    unknown &= type_counts(block) > 1
    found = listed | unknown
    share = damped(block.count(found), block.n_words, _DAMPING)
    return np.where(distinct_count(block, found) >= _DIFFERENT, share, 0.0)
