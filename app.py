"""The web page of Minutes Assistant: navigation only."""

from pathlib import Path

import streamlit as st

from assistant.web import (
    bring_in,
    browse,
    chat,
    decisions_page,
    evaluation_page,
    history_page,
    lookup_page,
)

ICON = Path(chat.__file__).with_name("icon.svg")  # an icon by name would come from the network

st.set_page_config(page_title="Minutes Assistant", page_icon=ICON)
page = st.navigation(
    [
        st.Page(chat.show, title="Ask", icon=":material/chat:", url_path="ask", default=True),
        st.Page(lookup_page.show, title="Look up", icon=":material/search:", url_path="lookup"),
        st.Page(browse.show, title="Browse", icon=":material/menu_book:", url_path="browse"),
        st.Page(
            decisions_page.show, title="Decisions", icon=":material/gavel:", url_path="decisions"
        ),
        st.Page(history_page.show, title="History", icon=":material/timeline:", url_path="history"),
        st.Page(
            bring_in.show, title="Bring in", icon=":material/upload_file:", url_path="bring-in"
        ),
        st.Page(
            evaluation_page.show,
            title="Evaluation",
            icon=":material/fact_check:",
            url_path="evaluation",
        ),
    ],
    position="top",
)
st.session_state["came_from"] = st.session_state.get("page")
st.session_state["page"] = page.url_path or "ask"
page.run()
