"""Two records that are the same one become one, and become two again at any later time."""
