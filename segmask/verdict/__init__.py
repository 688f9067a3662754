"""Is the result good, and what should a person look at?"""
