// Follows the items with a plain EventSource. The browser connects again by itself, and
// says with Last-Event-ID where it was; the page only steps in when the browser gives up.
"use strict";

const KEPT = 500; // commits on the page; what is older scrolls away for good
const LONGEST_PAUSE = 10_000; // milliseconds between two attempts

const byId = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);

let source; // the EventSource
let cursor = asked.get("fromRevision"); // the last revision seen
let store = null; // the store that the cursor is of
let seen = 0;
let failures = 0; // attempts in a row that did not lead to a stream
let waiting = null; // what a pause holds back

function address() {
  const query = new URLSearchParams({ includePrevious: "true" });
  if (asked.get("filter")) query.set("filter", asked.get("filter"));
  if (cursor) query.set("fromRevision", cursor);
  if (store) query.set("storeId", store);
  return `v1/items:watch?${query}`;
}

function watch() {
  source?.close();
  source = new EventSource(address());
  source.addEventListener("bookmark", told(onBookmark));
  source.addEventListener("commit", told(onCommit));
  source.addEventListener("error", (event) => (event.data ? onEnding(event) : onLoss()));
}

function told(handle) {
  return (event) => {
    failures = 0;
    show("live");
    cursor = event.lastEventId;
    handle(JSON.parse(event.data));
    byId("revision").textContent = cursor;
  };
}

function onBookmark({ storeId }) {
  if (store && store !== storeId) notify("This is another store now; its revisions are others.");
  store = storeId;
  byId("store").textContent = byId("store").title = storeId;
}

function onCommit(commit) {
  seen += 1;
  byId("count").textContent = seen;
  if (!waiting) put(commit);
  else hold(commit);
}

function hold(commit) {
  waiting.push(commit);
  if (waiting.length > KEPT) waiting.shift();
  byId("pause").textContent = `Resume (${waiting.length})`;
}

// The last event of a stream says why it ends; the browser will connect again.
function onEnding(event) {
  show("reconnecting", JSON.parse(event.data).detail);
}

function onLoss() {
  if (source.readyState === EventSource.CLOSED) look();
  else show("reconnecting");
}

// The browser gave up, and does not say why: ask, and either wait or tell.
async function look() {
  show("reconnecting");
  const problem = await refusal();
  if (problem && problem.status < 500 && ![409, 429].includes(problem.status)) {
    show("stopped");
    notify(`${problem.detail}. `, anew());
    return;
  }
  const pause = Math.min(LONGEST_PAUSE, 250 * 2 ** failures++);
  setTimeout(watch, pause * (0.5 + Math.random() / 2));
}

// Why there is no stream now; null if there is one.
async function refusal() {
  const giveUp = new AbortController();
  try {
    const headers = { accept: "text/event-stream" };
    const response = await fetch(address(), { headers, signal: giveUp.signal });
    return response.ok ? null : await response.json();
  } catch (error) {
    return { status: 503, detail: error.message };
  } finally {
    giveUp.abort();
  }
}

function put(commit) {
  const entry = byId("commit").content.firstElementChild.cloneNode(true);
  entry.dataset.revision = commit.revision;
  entry.querySelector(".number").textContent = commit.revision;
  const time = new Date(commit.commitTime);
  entry.querySelector("time").dateTime = commit.commitTime;
  entry.querySelector("time").title = time.toString();
  entry.querySelector("time").textContent = time.toLocaleTimeString();
  entry.querySelector(".actor").textContent = commit.actor ?? "";
  entry.querySelector("ul").append(...commit.changes.map(changed));
  byId("commits").prepend(entry);
  if (byId("commits").childElementCount > KEPT) byId("commits").lastElementChild.remove();
  byId("empty").hidden = true;
}

function changed({ kind = "", item, previous, viewChange = "" }) {
  const entry = byId("change").content.firstElementChild.cloneNode(true);
  const word = kind.replace("CHANGE_KIND_", "").toLowerCase();
  entry.dataset.kind = entry.querySelector(".kind").textContent = word;
  entry.querySelector(".id").textContent = item.id;
  entry.querySelector(".name").textContent = item.name ?? "";
  entry.querySelector(".what").textContent = word === "updated" ? differing(item, previous).join(", ") : "";
  entry.querySelector(".view").textContent = viewed(viewChange);
  entry.querySelector("details").addEventListener(
    "toggle", () => entry.querySelector("table").append(...rows(item, previous)), { once: true });
  return entry;
}

function viewed(viewChange) {
  if (viewChange === "VIEW_CHANGE_ENTERED") return "now matches the filter";
  return viewChange === "VIEW_CHANGE_LEFT" ? "matches no longer" : "";
}

// The names of the fields that are others now, without those that always are.
function differing(item, previous = item) {
  const [now, before] = [flat(item), flat(previous)];
  const names = Object.keys({ ...now, ...before }).filter((name) => now[name] !== before[name]);
  return names.filter((name) => !["updateTime", "revision", "etag"].includes(name));
}

// Each field of the item; where it was another one before, that one too.
function* rows(item, previous = item) {
  const [now, before] = [flat(item), flat(previous)];
  for (const name of Object.keys({ ...now, ...before })) {
    const row = document.createElement("tr");
    const [heading, value] = [document.createElement("th"), document.createElement("td")];
    heading.textContent = name;
    if (now[name] === before[name]) value.textContent = now[name];
    else value.append(...mark("del", before[name]), " ", ...mark("ins", now[name]));
    row.append(heading, value);
    yield row;
  }
}

function mark(kind, text) {
  if (text === undefined) return [];
  const marked = document.createElement(kind);
  marked.textContent = text;
  return [marked];
}

// Paths and texts: { "labels.tier": "gold", "attributes.size": "3" }
function flat(value, path = "") {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { [path]: typeof value === "string" ? value : JSON.stringify(value) };
  }
  const parts = Object.entries(value).map(([key, inner]) => flat(inner, path ? `${path}.${key}` : key));
  return Object.assign({}, ...parts);
}

function show(state, why = "") {
  byId("state").dataset.state = byId("state").textContent = state;
  byId("state").title = why;
}

function notify(...parts) {
  byId("notice").replaceChildren(...parts);
  byId("notice").hidden = false;
}

// A link to the same page that begins now.
function anew() {
  const link = document.createElement("a");
  link.href = asked.get("filter") ? `?${new URLSearchParams({ filter: asked.get("filter") })}` : "watch";
  link.textContent = "Watch from now on";
  return link;
}

byId("pause").addEventListener("click", () => {
  const held = waiting;
  waiting = held ? null : [];
  held?.forEach(put);
  byId("pause").setAttribute("aria-pressed", String(!held));
  byId("pause").textContent = held ? "Pause" : "Resume";
});

byId("clear").addEventListener("click", () => {
  byId("commits").replaceChildren();
  byId("empty").hidden = false;
});

for (const name of ["filter", "fromRevision"]) {
  byId("query").elements[name].value = asked.get(name) ?? "";
}
byId("query").addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});
watch();
