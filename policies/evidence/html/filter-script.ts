/**
 * The report's only script: shows the filter, which is of no use without it, hides the rows that do not match, says how many are left, and
 * opens every detail for printing. It runs in the reader's browser, reads the page and changes nothing but what is shown.
 */
export const filterScript = `
const form = document.querySelector("form");
const rows = [...document.querySelectorAll("tr[data-states]")];
const words = rows.map((row) => row.textContent.toLowerCase());
const has = (row, name, value) => value === "" || (row.dataset[name] || "").split(" ").includes(value);
function filter() {
  const wanted = new FormData(form);
  const text = wanted.get("text").trim().toLowerCase();
  let shown = 0;
  rows.forEach((row, at) => {
    row.hidden = !(words[at].includes(text) && has(row, "states", wanted.get("state")) && has(row, "severities", wanted.get("severity")) &&
      has(row, "frameworks", wanted.get("framework")));
    if (!row.hidden) shown += 1;
  });
  form.querySelector("output").textContent = shown + " of " + rows.length + " rows shown";
}
form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
form.hidden = false;
filter();
`;
