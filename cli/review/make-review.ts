import { packs } from "../../policies/all/packs.ts";
import type { Review } from "../../policies/evidence/review.ts";
import { toRecord } from "../../policies/kit/evaluate.ts";
import type { Verdict } from "../../policies/kit/judge.ts";
import { waiverProblems } from "../../policies/kit/load-waivers.ts";
import type { StackTarget } from "../engine/stack-target.ts";
import packageJson from "../package.json" with { type: "json" };
import { packDigest, programVersion } from "./provenance.ts";

/** What a review is made of, besides what the machine says of itself. */
export interface Reviewed {
  target: StackTarget;
  subject: Review["subject"];
  verdict: Verdict;
  configDigest: string;
  now: Date;
}

/** The id of a review: `<time>-<project>-<stack>`, so that those of a stack sort by time. */
export function reviewId(target: Pick<StackTarget, "project" | "stack">, now: Date): string {
  return `${now.toISOString().replaceAll(/[:.]/g, "-")}-${target.project}-${target.stack}`;
}

/** Everything that a verdict and its circumstances say, as the other files of a review are made from it. */
export async function makeReview({ target, subject, verdict, configDigest, now }: Reviewed): Promise<Review> {
  const { project, stack, environment } = target;
  const { commit, modified } = await programVersion();
  const digests = Object.fromEntries(packs.map((pack) => [pack.name, packDigest(pack)]));
  const at = now.toISOString();
  const run = { at, stack: `${project}/${stack}`, commit, configDigest, digests };
  const invalid = verdict.waivers.filter(({ waiver }) => waiver === undefined);
  return {
    format: "chittyops-review/1",
    id: reviewId(target, now),
    project,
    stack,
    environment,
    subject,
    at,
    commit,
    modified,
    configDigest,
    version: packageJson.version,
    packs: packs.map(({ name, version }) => ({ name, version, digest: digests[name] ?? "" })),
    waiverFiles: verdict.waivers.map(({ file, sha256 }) => ({ name: repositoryPath(file), sha256 })),
    waiverProblems: waiverProblems(invalid),
    undeterminedFails: subject === "state",
    rules: packs.flatMap(({ name, rules }) =>
      rules.map(({ id, title, severity, enforcement, controls, cannotSee, remedy }) => {
        return { id, title, severity, enforcement, controls: [...controls], cannotSee, remedy, pack: name };
      }),
    ),
    waivers: verdict.waivers.flatMap(({ file, waiver, problems }) =>
      waiver === undefined ? [] : [{ ...waiver, file: repositoryPath(file), problems: [...problems] }],
    ),
    records: verdict.findings.map((finding) => toRecord(finding, run)),
  };
}

const repositoryPath = (file: string): string => `policies/waivers/${file}`;
