"""Signs in a text that it holds the kind of thing that a question asks for."""

from __future__ import annotations

import re

from assistant.question import Ask, Kind

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|hundred|thousand|million|half|quarter|dozen"
)
AMOUNT = re.compile(
    r"[€£$]\s?\d|\b\d[\d,.]*\s?(?:euros?|pounds?|pence|p\b|cents?|million|m\b|k\b)|\bno charge\b"
    r"|\bfree of charge\b",
    re.I,
)
_COUNTS = (
    rf"{_NUMBER_WORDS}|thirteen|fourteen|sixteen|seventeen|eighteen|nineteen|seventy|eighty|ninety"
    r"|both|none|no|all|several|a few|a couple|a pair|single|most|majority"
)
# What is written in figures and is no number of things: sums, days, times, references, markers.
NO_COUNT = re.compile(
    rf"[€£$]\s?[\d,.]+(?:\s?(?:million|m|k)\b)?|\b\d{{1,2}}(?:st|nd|rd|th|[\"”’]+)?,?\s+(?:of\s+)?(?:{_MONTHS})\b"
    rf"|\b(?:{_MONTHS})\s+\d{{1,4}}\b|\b(?:19|20)\d\d(?:[/-]\d\d(?:\d\d)?)?\b"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}(?:[.:]\d\d)?\s?(?:a\.?m|p\.?m|noon)\b"
    r"|\b\d{1,2}[.:]\d\d\b|(?-i:\b[A-Z]{1,4}\s?\d{2,}\b)|\b\d+/\d+\b"
    r"|\b(?:nos?|items?|number|para|section|page|phase|part)\b\.?\s*\d+|^\W*\(?\d{1,3}[.)]"
    r"|\bone of\b|\bno (?:objections?|action|further|comment)",
    re.I,
)
COUNT = re.compile(rf"(?<![\w/.])\d[\d,.]*|\b(?:{_COUNTS})\b", re.I)
NUMBER = re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.I)
DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b(?:{_MONTHS})\s+\d{{1,4}}\b"
    r"|\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:next|last) (?:week|month|year)\b"
    rf"|\b(?:early|mid|late|end of|by|in|until) (?:{_MONTHS}|spring|summer|autumn|winter)\b",
    re.I,
)
TIME = re.compile(
    r"\b\d{1,2}(?:[.:]\d\d)?\s?(?:a\.?m|p\.?m|noon)\b|\b\d{1,2}[.:]\d\d\b|\bmidnight\b|\bo'clock\b",
    re.I,
)
TIME_OF_DAY = re.compile(
    rf"{TIME.pattern}|\bhalf past\b|\bnoon\b|\b(?:at|from|to|until|till|by) [012]\d[0-5]\d\b", re.I
)
DURATION = re.compile(
    rf"\b(?:\d+|{_COUNTS}|an?)\W{{0,2}}(?:\w+\W+)?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\b"
    r"|\b(?:until|till|by \d|before)\b|\bindefinite|\bpermanent|\b(?:19|20)\d\d\b",
    re.I,
)
PERSON = re.compile(
    r"\b(?:Cllrs?|Councillors?|Cmhlr|Mrs?|Ms|Miss|Dr|Sir|Lord|Lady|Rev(?:d)?|Prof)\b\.?\s+[A-ZÀ-Ý]"
    r"|\b[A-Z][a-zà-ÿ]+\s+(?:[A-Z]\.?\s)?(?:O['’])?[A-ZÀ-Ý][a-zà-ÿ]+\b|\b[A-Z]\.\s?[A-Z][a-z]+"
    r"|\b(?:proposed|seconded|moved)\b.{0,20}\b[A-Z]{2}\b"
)
VOTE = re.compile(
    r"\bvot(?:e|es|ed|ing)\b|\bshow of hands\b|\bunanimous|\bin favour\b|\bagainst\b"
    r"|\babst(?:ain|ent)|\bcarried\b|\bdefeated\b|\bpoll\b|\bcasting\b|\b\d+\s*(?:-|–|to)\s*\d+\b",
    re.I,
)
ATTENDANCE = re.compile(
    r"\bpresent\b|\bapolog|\bin attendance\b|\bin the chair\b|\babsent\b|\battend(?:ed|ance)\b",
    re.I,
)
REASON = re.compile(
    r"\bbecause\b|\bdue to\b|\bas a result\b|\breasons?\b|\bgrounds\b|\bsince\b|\bin order to\b"
    r"|\bowing to\b|\bconcern|\bso that\b|\btherefore\b|\bgiven that\b|\bin view of\b|\bwould\b"
    r"|\b(?:as|for) (?:it|they|the|there|this)\b|\bnot (?:be )?(?:feasible|possible|viable|safe)\b",
    re.I,
)
REPLY = re.compile(
    r"\brepl(?:y|ied|ies)\b|\brespon(?:se|ded|ding)\b|\bstated\b|\bconfirmed\b|\badvised\b"
    r"|\binformed\b|\banswer|\bexplained\b|\bsaid\b|\breported\b|\bclarified\b",
    re.I,
)
DECISION = re.compile(
    r"\bresolved\b|\bagreed\b|\brecommend|\bapproved\b|\badopted\b|\brefus|\bdeferred\b|\bnoted\b"
    r"|\bcarried\b|\bdefeated\b|\bdecided\b|\bwithdrawn\b|\brejected\b|\bgranted\b|\bsupport(?:ed)?\b"
    r"|\bobject(?:ed|ions?)?\b|\bproposed\b|\bratified\b|\bwill\b|\bshould\b",
    re.I,
)
PLACE = re.compile(
    r"\b(?:at|in|on|near|from|to|outside|beside) (?:the )?[A-ZÀ-Ý][\w’'-]+"
    r"|\b[A-Z][a-z]+ (?:Road|Street|Lane|Avenue|Drive|Close|Park|Hall|Bridge|Square|Estate|House)\b"
)
LIST = re.compile(r"(?:,[^,;]+){2,} and\b|(?:;[^;]+){2,}|\n\s*(?:[-•*]|\(?\w{1,3}[.)])\s")
NEGATIVE = re.compile(
    r"\bno\b|\bnot\b|n['’]t\b|\bcannot\b|\bunable\b|\bnone\b|\bnever\b|\brefus|\breject|\bneither\b",
    re.I,
)
SECONDER = re.compile(r"\bsecond(?:ed|er|ing)\b|\b2nd(?:ed)?\b", re.I)
PROPOSER = re.compile(r"\bpropos(?:ed|er|al|ing)\b|\bmoved\b|\bmover\b|\bprop\b", re.I)
COUNTED_VOTE = re.compile(
    r"\b(?:for|against|in favour|favour|abstentions?|abstained|votes?|voted)\b\D{0,40}\d"
    r"|\d+\s*(?:votes?|for|against|in favour|abstentions?|members|-|to)\b|\bunanimous"
    rf"|\b(?:{_NUMBER_WORDS}|all|no|none)\b.{{0,30}}"
    r"\b(?:for|against|in favour|abstain|abstention|voted)",
    re.I,
)
APOLOGIES = re.compile(r"\bapolog|\babsent\b|\bunable to attend\b", re.I)
PRESENT = re.compile(r"\bpresent\b|\bin attendance\b|\battend(?:ed|ance)\b", re.I)
CHAIR = re.compile(r"\bchair|\bpresided|\bmayor\b|\bcathaoirleach\b", re.I)

CUES: dict[Kind, re.Pattern[str]] = {
    "amount": AMOUNT,
    "count": NUMBER,
    "person": PERSON,
    "date": DATE,
    "time": TIME,
    "vote": VOTE,
    "attendance": ATTENDANCE,
    "reason": REASON,
    "reply": REPLY,
    "decision": DECISION,
    "list": LIST,
    "place": PLACE,
    "fact": NUMBER,
}
ASKED: dict[Ask, re.Pattern[str]] = {
    "proposer": PROPOSER,
    "seconder": SECONDER,
    "vote": COUNTED_VOTE,
    "cost": AMOUNT,
    "apologies": APOLOGIES,
    "present": PRESENT,
    "chair": CHAIR,
}
