// Shows blocks of text. Whatever comes from documents is set as text, never parsed as HTML.
const TAGS = new Set(["p", "h2", "h3", "h4", "li", "tr"]);

function copyText(text, button) {
  const done = () => {
    const [before, label] = [button.textContent, button.getAttribute("aria-label")];
    button.textContent = "Copied";
    button.removeAttribute("aria-label"); // the name that a screen reader says
    setTimeout(() => {
      button.textContent = before;
      if (label) button.setAttribute("aria-label", label);
    }, 2000);
  };
  if (navigator.clipboard && window.isSecureContext) {
    navigator.clipboard.writeText(text).then(done);
    return;
  }
  // Over plain http from another machine the clipboard is closed to pages; selecting still works.
  const area = document.createElement("textarea");
  area.value = text;
  button.after(area);
  area.select();
  if (document.execCommand("copy")) done();
  area.remove();
  button.focus();
}

// The page scrolls to its end by itself when an answer arrives, which hides how a long one begins.
// So it is scrolled back until it is complete, or somebody takes it in hand.
function reveal(root) {
  const mark = root.querySelector("mark");
  const shown = mark ?? root.firstElementChild;
  const show = () => shown?.scrollIntoView({ block: mark ? "center" : "start" });
  const top = () => shown?.getBoundingClientRect().top ?? 0;
  show();
  let quiet = 0; // looks in a row at which nothing ran and nothing had moved
  const watch = setInterval(() => {
    const before = top();
    show();
    const running = document.querySelector('[data-test-script-state="running"]') !== null;
    quiet = running || Math.abs(top() - before) > 1 ? 0 : quiet + 1;
    if (quiet >= 12 || !root.isConnected) clearInterval(watch);
  }, 250);
  for (const hand of ["wheel", "touchstart", "pointerdown", "keydown"])
    window.addEventListener(hand, () => clearInterval(watch), { once: true, passive: true });
}

// A drawer that closes leaves the focus nowhere; the reader goes on from the control that opened it.
function returnFocus(node) {
  let opened = false;
  let ticks = 0;
  const watch = setInterval(() => {
    const open = document.querySelector('[role="dialog"]') !== null;
    opened ||= open;
    ticks += 1;
    if (opened ? open : ticks < 50) return;
    clearInterval(watch);
    if (opened && document.activeElement === document.body) node.focus();
  }, 200);
}

function partNode(part, press) {
  let node;
  if (part.press) {
    node = document.createElement("button");
    node.type = "button";
    node.onclick = () => {
      press(part.press);
      returnFocus(node);
    };
  } else if (part.copy) {
    node = document.createElement("button");
    node.type = "button";
    node.onclick = () => copyText(part.copy, node);
  } else if (part.href) {
    node = document.createElement("a");
    node.href = part.href;
    node.target = "_blank";
    node.rel = "noopener noreferrer nofollow";
  } else {
    node = document.createElement(part.mark ? "mark" : "span");
  }
  if (part.css) node.className = part.css;
  if (part.label) node.setAttribute("aria-label", part.label);
  node.textContent = part.text ?? "";
  if (part.detail) {
    const detail = document.createElement("span");
    detail.className = "detail";
    let at = 0;
    // Python counts characters where JavaScript counts halves of some of them.
    const letters = Array.from(part.detail);
    for (const [start, end] of part.found ?? []) {
      const mark = document.createElement("mark");
      mark.textContent = letters.slice(start, end).join("");
      detail.append(letters.slice(at, start).join(""), mark);
      at = end;
    }
    detail.append(letters.slice(at).join(""));
    node.append(" ", detail);
  }
  return node;
}

// A wide table scrolls by itself, also with the keyboard.
function tableNode() {
  const frame = document.createElement("div");
  frame.className = "table";
  frame.tabIndex = 0;
  frame.append(document.createElement("table"));
  return frame;
}

function rowNode(block, press) {
  const row = document.createElement("tr");
  block.parts.forEach((part, at) => {
    const head = block.css === "head";
    const heads = head ? part.text : at === 0;
    const cell = document.createElement(heads ? "th" : "td");
    if (heads) cell.scope = head ? "col" : "row";
    if (part.css === "text") cell.className = "text";
    cell.append(partNode(part, press));
    row.append(cell);
  });
  return row;
}

// The arrow down leads from the search field to what it found, Enter opens the first of it.
function serveSearch(root, tries = 40) {
  const field = document.querySelector('input[type="search"]');
  if (!field) {
    // The field above may be drawn after what stands below it.
    if (tries && root.isConnected) setTimeout(() => serveSearch(root, tries - 1), 100);
    return;
  }
  if (document.activeElement === document.body) field.focus();
  const first = () => root.querySelector("button.row");
  const current = () => field.value.trim() === root.resultsFor.trim();
  if (root.waiting && current()) {
    root.waiting = false;
    if (first() && document.activeElement === field) first().click();
  }
  if (field.servedBy === root) return;
  field.servedBy = root;
  field.addEventListener("keydown", (event) => {
    if (field.servedBy !== root) return;
    root.waiting = false;
    if (event.key === "ArrowDown" && first()) {
      event.preventDefault();
      first().focus();
    } else if (event.key === "Enter" && field.value.trim()) {
      if (!current()) root.waiting = true;
      else first()?.click();
    }
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  root.press = (id) => setTriggerValue("pressed", id);
  const said = JSON.stringify(data);
  if (root.said === said) return; // keeps the focus where it is
  root.said = said;
  root.resultsFor = data.results_for;
  if (data.live) root.setAttribute("aria-live", "polite");
  let list = null;
  let table = null;
  const nodes = [];
  for (const block of data.blocks) {
    if (block.tag === "tr") {
      if (!table) nodes.push((table = tableNode()));
      table.firstChild.append(rowNode(block, (id) => root.press(id)));
      list = null;
      continue;
    }
    table = null;
    const node = document.createElement(TAGS.has(block.tag) ? block.tag : "p");
    if (block.css) node.className = block.css;
    node.append(...block.parts.map((part) => partNode(part, (id) => root.press(id))));
    if (block.tag === "li") {
      if (!list) nodes.push((list = document.createElement("ul")));
      list.append(node);
    } else {
      list = null;
      nodes.push(node);
    }
  }
  root.replaceChildren(...nodes);
  // Up and down move through a list of results, as in any search field.
  root.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...root.querySelectorAll("button.row")];
    const at = rows.indexOf(event.target);
    const field = at === 0 && document.querySelector('input[type="search"]');
    const next = step && at >= 0 && (rows[at + step] || (step < 0 && field));
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  if (data.reveal) reveal(root);
  if (root.resultsFor !== undefined) serveSearch(root);
}
