import type { ResourceFinding } from "../../../contracts/ops-metrics.ts";
import type { AccountFindings } from "./account-findings.ts";
import { findingsOf } from "./findings-of.ts";
import type { MeterKeeper } from "./meter-keeper.ts";
import type { MeterPage } from "./meter-object.ts";

const window = "7d";
const week = 7 * 24 * 3_600_000;

/**
 * Findings of as many services as a page has, which may be none, and what was found in the accounts between their names. That a service is
 * not used is known only after a week of measuring.
 */
export function findingsPageOf(
  { meter, account }: { meter: MeterKeeper; account: AccountFindings },
  page: MeterPage,
  now: number,
): { findings: ResourceFinding[]; next?: string } {
  const measured = meter.page(window, page);
  const young = (meter.since ?? now) > now - week;
  const findings = measured.flatMap(findingsOf).filter(({ kind }) => kind !== "unused" || !young);
  const next = measured.length === page.limit ? measured.at(-1)?.summary.service : undefined;
  const told = account.between({ after: page.after, until: next, families: page.families });
  const all = [...findings, ...told].sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
  return { findings: all, ...(next !== undefined && { next }) };
}
