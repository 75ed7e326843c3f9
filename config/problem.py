"""What went wrong, in a sentence for the person at the keyboard."""


class Problem(Exception):
    """A failure with a cause outside the program. The text says what happened and what to do about it."""
