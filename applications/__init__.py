"""Applications (申込), floor 4 of the house. Its rooms come with the applications themselves; nothing depends on it."""
