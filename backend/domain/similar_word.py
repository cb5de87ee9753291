"""How far one word is from another: for slips in what people type."""

from __future__ import annotations

from collections.abc import Iterable


def edit_distance(first: str, second: str, limit: int = 3) -> int:
    """Return how many letters are added, lost, changed or swapped with their neighbour; `limit` means that or more."""
    if abs(len(first) - len(second)) >= limit:
        return limit
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, char in enumerate(first, 1):
        last_but_one, before, row = before, row, [place]
        for other_place, other in enumerate(second, 1):
            cost = min(before[other_place] + 1, row[-1] + 1, before[other_place - 1] + (char != other))
            is_swapped = place > 1 and other_place > 1 and char == second[other_place - 2] and first[place - 2] == other
            row.append(min(cost, last_but_one[other_place - 2] + 1) if is_swapped else cost)
    return min(row[-1], limit)


def nearest(word: str, words: Iterable[str], limit: int = 3) -> str:
    """Return the word that was probably meant, less than `limit` letters away, or ""."""
    distance, found = min(((edit_distance(word, one, limit), one) for one in words), default=(limit, ""))
    return found if distance < limit else ""
