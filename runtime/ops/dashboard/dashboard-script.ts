/**
 * The dashboard's only script. It listens for changes of the page it is on (`text/event-stream` of the same address), gets the page anew and
 * puts those of its parts in place that are different, without taking the keyboard's focus away; and it counts the age of the data.
 * Pages come as documents, never as text that becomes markup: the page's policy has no other way.
 */
export const dashboardScript = `
const main = document.querySelector("main");
const says = document.querySelector("#live");
const button = document.querySelector("#pause");
const served = new Map([...main.children].map((one) => [one.id, one.outerHTML]));
let version = main.dataset.version;
let ahead = Number(main.dataset.now) - Date.now();
let source;
let failed = 0;
let paused = sessionStorage.getItem("paused") === "yes";

const say = (text) => { if (says.textContent !== text) says.textContent = text; };

function age() {
  for (const one of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.round((Date.now() + ahead - Date.parse(one.dataset.since)) / 1000));
    one.textContent = seconds < 120 ? seconds + " s" : seconds < 7200 ? Math.floor(seconds / 60) + " min" : Math.floor(seconds / 3600) + " h";
  }
}

const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

function replace(old, fresh) {
  if (old.getAttribute("role") === "status") {
    old.className = fresh.className;
    old.replaceChildren(...fresh.childNodes);
    return;
  }
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") || document.activeElement.textContent : undefined;
  const scrolled = [...old.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  old.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? one.open; });
  fresh.querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = scrolled[at] ?? 0; });
  if (focus === undefined) return;
  const same = [...fresh.querySelectorAll("a, button, summary, [tabindex]")].find((one) => (one.getAttribute("href") || one.textContent) === focus);
  if (same) same.focus({ preventScroll: true });
}

function put(page) {
  const fresh = [...page.querySelector("main").children];
  const ids = new Set(fresh.map((one) => one.id));
  for (const old of [...main.children]) if (!ids.has(old.id)) { old.remove(); served.delete(old.id); }
  let last = null;
  for (const part of fresh) {
    const markup = part.outerHTML;
    let old = document.getElementById(part.id);
    const put = document.importNode(part, true);
    if (!old) {
      if (last) last.after(put); else main.prepend(put);
      old = put;
    } else if (served.get(part.id) !== markup) {
      if (busy(old)) { last = old; continue; }
      replace(old, put);
      old = document.getElementById(part.id);
    }
    served.set(part.id, markup);
    last = old;
  }
  document.title = page.title;
  version = page.querySelector("main").dataset.version;
  ahead = Number(page.querySelector("main").dataset.now) - Date.now();
  age();
}

function get() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.setRequestHeader("accept", "text/html");
  request.responseType = "document";
  request.onload = () => { if (request.status === 200 && request.response && !paused) put(request.response); };
  request.send();
}

function listen() {
  source = new EventSource(location.href);
  source.onopen = () => { failed = 0; say("Live"); };
  source.onerror = () => {
    failed += 1;
    if (source.readyState === EventSource.CLOSED) say("Not live: reload the page");
    else if (failed > 1) say("Connection lost, trying again");
  };
  source.addEventListener("version", ({ data }) => { if (data !== version) get(); });
}

function show() {
  button.textContent = paused ? "Resume" : "Pause";
  if (source) source.close();
  if (paused) say("Paused"); else listen();
}

button.addEventListener("click", () => {
  paused = !paused;
  sessionStorage.setItem("paused", paused ? "yes" : "no");
  show();
});
button.hidden = false;
setInterval(() => { if (!paused) age(); }, 1000);
age();
show();
`;
