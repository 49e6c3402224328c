"""Invented passages on which the ways of running a model are measured and calibrated."""

from __future__ import annotations

_SENTENCES = (
    "The Committee received the report of the Director on the towpath lamps (FSD1234).",
    "Councillor Okafor asked why the tender had come in £14,250 above the estimate.",
    "In reply the Head of Highways said that steel had risen by 22 per cent. since March.",
    "RESOLVED: That the lowest tender be accepted, subject to the consent of the landowner.",
    "Proposed by Councillor Hart, seconded by Councillor Reed, and carried by 8 votes to 3.",
    "A resident of Mill Lane spoke of lorries that use the lane before six in the morning.",
    "Apologies were received from Mrs. B. Lindqvist; Mr. T. Adeyemi attended in her place.",
    "The minutes of the meeting of 3 May 2018 were confirmed and signed as a correct record.",
    "Members noted that the village hall roof would not last another winter without repair.",
    "The application for twelve dwellings north of the school was deferred for a site visit.",
    "The Clerk was asked to write to the bus company about the loss of the evening service.",
)


def sample_passages() -> list[str]:
    """Passages of the lengths that `make_passages` makes, the same on every machine."""
    count = len(_SENTENCES)
    return [
        " ".join(_SENTENCES[(start * 3 + place) % count] for place in range(3 + start % 8))
        for start in range(32)
    ]
