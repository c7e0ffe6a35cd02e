import { v5 } from "uuid";
import type { Review, ReviewedRule } from "../review.ts";
import { oscalControl } from "./control-id.ts";

export const planFile = "oscal-assessment-plan.json";
export const resultsFile = "oscal-assessment-results.json";

/** The namespace of our UUIDs (RFC 9562, version 5): the same thing has the same UUID in every document. */
const namespace = v5("https://chitty.cc/ns/oscal", v5.URL);

/** The UUID of something, by what it is and what tells it apart from others of its kind. */
export const uuidOf = (kind: string, ...key: readonly string[]): string =>
  v5(JSON.stringify([kind, ...key]), namespace);

const ownNames = "https://chitty.cc/ns/oscal";

/** A property of ours. OSCAL takes no empty value and none that begins or ends with white space. */
export function property(name: string, value: string): { name: string; ns: string; value: string }[] {
  const text = oneLine(value);
  return text === "" ? [] : [{ name, ns: ownNames, value: text }];
}

/** Titles and values have no line breaks in OSCAL. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

export function metadata(title: string, review: Review) {
  return {
    title: oneLine(title),
    "last-modified": review.at,
    version: review.id,
    "oscal-version": "1.2.1",
    props: [
      ...property("commit", review.commit),
      ...property("configuration-sha256", review.configDigest),
      ...property("chittyops-version", review.version),
    ],
    remarks:
      "Made by a program that evaluates rules over infrastructure. Each rule supports the controls named with it; it does not show that one is met. CJIS Security Policy 6.0 could not be read; where CJIS is named, version 5.9.5 is meant.",
  };
}

/** Controls of rules that the catalogue has, each once, sorted. */
export function controlsOf(rules: readonly ReviewedRule[]): string[] {
  const ids = rules.flatMap(({ controls }) => controls.flatMap(({ id }) => oscalControl(id)?.control ?? []));
  return [...new Set(ids)].sort();
}

/** What the rules look at. The format wants controls even where no rule names any. */
export function reviewedControls(rules: readonly ReviewedRule[]) {
  const controls = controlsOf(rules);
  return {
    description: "Controls of NIST SP 800-53 rev 5 that the rules support. No control is covered whole by a rule.",
    "control-selections": [
      controls.length === 0
        ? { description: "No rule names a control of the catalogue: none was looked at.", "include-all": {} }
        : { "include-controls": controls.map((id) => ({ "control-id": id })) },
    ],
  };
}
