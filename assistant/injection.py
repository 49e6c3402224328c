"""Text in minutes that gives orders to a program instead of recording a meeting."""

from __future__ import annotations

import re
import unicodedata

_SAYING = r"(?:answer|reply|respond|say|state|write|tell|announce|print|cite|quote|output)"
# What talks to a machine and not to the readers of minutes. None of the 17,164 passages of the
# training minutes matches (November 2026; tests/test_injections.py counts them again).
_TO_A_MACHINE = (
    # orders to forget, in English and in the form that other languages share
    r"\b(?:ignor|disregard|forget|overrid|bypass)\w*\b.{0,40}\b(?:above|previous|prior|earlier"
    r"|preceding|before this|instruction|prompt|rules?\b|context|everything|passage|system"
    r"|guideline|(?:the|this) question)",
    r"\b(?:ignor|vergi|olvid|dimentic|anwybydd)\w*\b.{0,40}\b(?:instru|anweisung|cyfarwydd|treor)",
    # to whom they are given
    r"\b(?:system|hidden|secret|developer) (?:prompt|instructions?|message|rules?|override)\b",
    r"\b(?:ai|language|chat) ?(?:model|bot|assistant)\b|\bllms?\b|\bchatgpt\b|\bjailbreak",
    r"\byou are (?:now\b|an? (?:ai|assistant|helpful|bot|program)\b)|\byou (?:now )?speak as\b",
    # the marks of chat templates and of prompts
    r"<\|[^|<>]{0,40}\|>|</?s>|<{1,2}/?\s?(?:sys|system|user|assistant|inst|passage|citation"
    r"|start_of_turn|end_of_turn)\b",
    r"\[/?(?:inst|system\w*|passage|source)\b|\[\s?[a-z]\d[a-z]\d[a-z]\s?\]",
    r"#{2,}\s?(?:system|instruction|response|sources?|answer)|(?:^|\n)\W*instructions?\s*:",
    r"(?:^|\n)\W*(?:system|assistant|user|human)\s*:|\bassistant\s*:",
    r"[\"']role[\"']\s*:|\btool call\b|\bthe question of the user\b",
    r"\bend of (?:the )?(?:passage|context|document|minutes)s?\b.{0,40}\bquestion\b",
    # what is to be answered
    rf"\byou (?:must|will|should|shall|may only)(?: now| always| only| never)? (?:act|{_SAYING}"
    r"|pretend|include|begin|end)\b",
    rf"\b{_SAYING}(?: (?!was\b|were\b|is\b)\w+)?(?: only(?! (?:on|in|at|when|after)\b)| instead"
    r"| every question| any question| all questions| with (?:only|exactly|the (?:word|text"
    r"|following|sentence|phrase|line)))\b",
    r"\b(?:correct|right|only|true|final) answer (?:is|to)\b|\banswer to (?:any|every) question\b",
    rf"\b(?:when|if|whoever)\b.{{0,40}}\b(?:ask(?:ed|s)|summaris\w+)\b.{{0,40}}\b(?:always|only"
    rf"|must {_SAYING}|tell (?:them|him|her)|{_SAYING} that)\b",
    r"\btell (?:(?:the|all|every) )?(?:users?|readers?|anyone|everybody)\b|\bpretend\b",
    r"\b(?:to|in|of|behind) (?:the|this|every|each|your) (?:answer|sentence)s?\b"
    r"(?! (?:to|of|from)\b)",
    r"\bwhatever you (?:write|say)\b|\brepeat (?:after|this|your)\b|\btranslate (?:this|your)\b",
    r"\bfrom now on you\b|\bnew task ?[.:!]|\b(?:your|the) task (?:has changed|is to)\b",
    # what is to be cited
    r"\bcit(?:e|ing|ations?)\b.{0,30}\b(?:as \[|this tag|passage|in (?:the|this) answer)\b",
    r"\bthe tags? of\b|\b(?:these|the other|every) passages?\b",
    # links and images
    r"!\[[^\]]*\]|\]\((?:https?:|javascript:|mailto:)|javascript:|\bdata:\w+/",
    r"<\s?(?:img|script|iframe|a|svg|form|link|style|meta)\b",
    r"\b(?:click|visit|open|load|fetch)\b.{0,30}\bhttps?:",
)
# An order to whoever answers, in the very words that a sentence rests on. Looked for there only,
# since minutes give orders too, to their clerks.
_ORDER = (
    rf"(?:^|[.!?]\s+|[:;]\s+(?!{_SAYING}:)|\b(?:please|then|also|always)\s+){_SAYING}\b(?!\s*:)",
    rf"\b(?:and|or)\s+{_SAYING}\s+(?:only\b|that\b|:|so\b|\w+ that\b)",
    rf"\b(?:must|should|shall|will|is to|are to)\s+(?:always\s+)?(?:{_SAYING}\s+(?:that\b|so\b|:)"
    r"|be (?:shown|quoted|printed|sent there)\b)",
    r"\b(?:add|append|put|copy|show|confirm|report|send|blame)\b.{0,40}\b(?:you|the answer|"
    r"readers?|picture|link|address)\b",
    r"\btell (?:them|him|her|the reader)\b|\bpretend\b|\bconfirm it\b|\btool call\b",
    r"\b(?:correct|right|only|true|final) answer\b|\bquestion\s*:.{0,80}\banswer\s*:",
    r"(?:^|[.!?:]\s+)(?:use|confirm|report|add|do not use|send|blame)\s+(?:this|that|all|the|to)\b",
)
# The commonest of them once more, for words that are broken up by signs which nobody sees.
_SQUEEZED = re.compile(
    r"(?:ignore|disregard|forget)(?:the|all|any|every)?(?:above|previous|prior|earlier)"
    r"|(?:previous|prior|earlier|above)instructions|systemprompt|and(?:answer|reply|respond)that"
)
_TALKS = re.compile("|".join(_TO_A_MACHINE), re.I | re.S)
_GIVES = re.compile("|".join(_ORDER), re.I)
# Cyrillic and Greek letters that look like Latin ones.
_LIKE_LATIN = str.maketrans("аеоріѕсухкмтвнԁјοαενικρτυχ", "aeopiscyxkmtbhdjoaevikptux")


def talks_to_a_machine(text: str) -> bool:
    """Whether a text gives instructions to a program that reads it."""
    return bool(_TALKS.search(_seen(text))) or _is_broken_up(text)


def gives_an_order(text: str) -> bool:
    """Whether a sentence tells its reader what to say, and records nothing."""
    return bool(_GIVES.search(_seen(text))) or _is_broken_up(text)


def _is_broken_up(text: str) -> bool:
    return bool(_SQUEEZED.search(re.sub(r"\s+", "", _seen(text))))


def _seen(text: str) -> str:
    """A text as a reader sees it: without hidden signs, other widths and look-alike letters."""
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", shown).casefold().translate(_LIKE_LATIN)
