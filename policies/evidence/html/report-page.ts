import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { changesSince } from "../changes.ts";
import { limits } from "../limits.ts";
import type { Review } from "../review.ts";
import { verdictOf } from "../verdict.ts";
import { changes } from "./changes.ts";
import { filterScript } from "./filter-script.ts";
import { findings } from "./findings.ts";
import { code, type Html, word } from "./parts.ts";
import { style } from "./style.ts";
import { controls, resources, rules } from "./summaries.ts";
import { waivers } from "./waivers.ts";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing is fetched, and nothing runs but the one script and the one style sheet, known by their hashes. */
const securityPolicy = `default-src 'none'; script-src ${hashOf(filterScript)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;

/**
 * `report.html`: one page that needs nothing else, for people who read, filter and print it. All of its text is escaped.
 * @param previous the review before this one, to say what changed.
 */
export async function reportPage(review: Review, previous: Review | undefined): Promise<string> {
  const verdict = verdictOf(review);
  const title = `Compliance review of ${review.project}/${review.stack}`;
  const sections: [id: string, title: string, content: Html][] = [
    ["findings", "What was found", findings(review)],
    ["changes", "Since the last review", changes(review, previous && changesSince(previous, review))],
    ["controls", "By control", controls(review)],
    ["waivers", "Waivers", waivers(review)],
    ["limits", "What cannot be checked", cannotBeChecked()],
    ["rules", "By rule", rules(review)],
    ["resources", "By resource", resources(review)],
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${securityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#main">To the findings</a>
<header>
<h1>${title}</h1>
<p class="verdict ${verdict.compliant ? "yes" : "no"}">${verdict.sentence}</p>
${facts(review)}
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main id="main" tabindex="-1">
${filterForm(review)}
${sections.map(
  ([id, name, content]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${content}</section>
`,
)}
</main>
<script type="module">${raw(filterScript)}</script>
</body>
</html>
`;
  return String(await page);
}

function facts(review: Review): Html {
  const { at, subject, commit, modified, configDigest, version, packs, id } = review;
  const all: [string, Html | string][] = [
    ["Review", code(id)],
    ["Made", at],
    ["Of", subject === "plan" ? "the plan: what an update would make" : "the state: what was made"],
    ["Commit", html`${code(commit)}${modified ? " with changes that are not committed" : ""}`],
    ["Configuration", html`sha256 ${code(configDigest)}`],
    ["Packs", html`${packs.map(({ name, version, digest }) => html`${name} ${version} <code>${digest}</code><br>`)}`],
    ["Made with", `chittyops ${version}`],
  ];
  return html`<dl>${all.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function filterForm({ records, rules }: Review): Html {
  const options = (values: Iterable<string>) =>
    [...new Set(values)].sort().map((value) => html`<option value="${word(value)}">${value}</option>`);
  return html`<form hidden role="search" aria-label="Filter the tables">
<label>Text <input type="search" name="text" placeholder="rule, resource, control"></label>
<label>Result <select name="state"><option value="">any</option>${options(records.map(({ state }) => state))}</select></label>
<label>Severity <select name="severity"><option value="">any</option>${options(rules.map(({ severity }) => severity))}</select></label>
<label>Framework <select name="framework"><option value="">any</option>${options(
    rules.flatMap(({ controls }) => controls.map(({ framework }) => framework)),
  )}</select></label>
<button type="reset">Show all</button>
<output aria-live="polite"></output>
</form>`;
}

function cannotBeChecked(): Html {
  return html`<p>No rule can show the following. Somebody has to look, and a review without findings says nothing about it.</p>
<dl>${limits.map(({ what, why }) => html`<dt>${what}</dt><dd>${why}</dd>`)}</dl>`;
}
