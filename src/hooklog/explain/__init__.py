"""Why an event ended as it did and what to do next, in plain words: the one owner of the sentences."""
