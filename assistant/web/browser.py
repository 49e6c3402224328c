"""Which browser this is: until there is a sign-in, its conversations are its own."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from assistant.conversations import KEPT_DAYS, new_browser

COOKIE = "minutes_browser"
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)

_component = st.components.v2.component(
    "minutes_browser", js=Path(__file__).with_name("browser.js").read_text(encoding="utf-8")
)


def this_browser() -> str:
    """The secret of this browser: its cookie, or one that `remember` gives it."""
    known: str | None = st.session_state.get(COOKIE) or st.context.cookies.get(COOKIE)
    if not known or not _SECRET.fullmatch(known):
        known = new_browser()
    st.session_state[COOKIE] = known
    return known


def remember(secret: str) -> None:
    """Keep the secret in the browser, for as long as conversations are kept from now on."""
    data = {"secret": secret, "seconds": KEPT_DAYS * 24 * 60 * 60}
    other = _component(key="browser", data=data, on_secret_change=lambda: None).secret
    if other and other != secret and _SECRET.fullmatch(other):
        st.session_state[COOKIE] = other
        st.rerun()


def link(**query: str) -> str:
    """The address of the page with a query, as this browser reaches it."""
    here = urlsplit(st.context.url or "")
    path = "/".join(filter(None, (here.netloc, st.get_option("server.baseUrlPath").strip("/"))))
    return f"{here.scheme}://{path}/?{urlencode(query)}"
