"""The commonest function words of English, which every kind of prose uses."""

FUNCTION_WORDS = tuple(
    """
    the of and to a in that is was he for it with as his on be at by i this had not are but
    from or have an they which one you were her all she there would their we him been has when
    who will more no if out so said what up its about into than them can only other new some
    could time these two may then do first any my now such like our over me even most made
    after also did many before must through back where much your way well down should because
    each just those how too own
    """.split()
)
"""In lower case, the commonest first; how many is our choice."""
