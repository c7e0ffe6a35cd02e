import { join } from "node:path";
import type { Command } from "commander";
import { type ScanPage, scan, scanPage } from "../../contracts/ops-security.ts";
import { chittyopsHome } from "../../local/engine/home.ts";
import { defineCommand } from "../command.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { type AdvisoryFile, fetchAdvisories, readAdvisories } from "../ops/advisories/advisory-file.ts";
import { advisoryFindings } from "../ops/advisories/advisory-findings.ts";
import { allServices } from "../ops/all-services.ts";
import { type Plane, planeOf } from "../ops/plane-client.ts";
import { type LookFromHere, lookFromHere, type Place } from "../ops/scan/look-from-here.ts";
import { environmentOption, flag, stringOption } from "../options.ts";
import { table } from "../output/table.ts";
import type { Session } from "../session.ts";

/** Findings in one report; the first ones where there are more. */
const mostReported = 500;

type Finding = ScanPage["findings"][number];

export function scanCommand(): Command {
  return defineCommand({
    name: "scan",
    summary: "Look for security problems, and for what an account has that nobody needs",
    description:
      "Looks where the operations plane cannot: at the packages in every deployed Worker, by what its build wrote into it and the advisories that were fetched from OSV (https://osv.dev); at Workers on workers.dev; at the age of secrets and tokens; at certificates; at stores that no Worker is bound to and queues without a consumer or producer. Then the plane looks at every service from outside. What is found is an incident by its severity; stores and queues are shown by `cost`. The plane goes on looking after this command has ended; --list shows what it found.",
    examples: [
      ["npx chittyops scan -e prod --fetch", "with the newest advisories"],
      ["npx chittyops scan --list", "what the last scan found"],
    ],
    configure: (command) =>
      environmentOption(command)
        .option("--fetch", "ask OSV for advisories first; it is told names and versions of packages")
        .option("--list", "begin no scan, and show what the last one found"),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      if (flag(options, "list")) {
        const page = await everyFinding(plane);
        session.console.result(page, () => shown(page));
        return undefined;
      }
      const look = await lookFromHere(session, environment, await watchedBy(plane), [placeOfPlane(plane)]);
      const known = await advisoriesFor(session, look, flag(options, "fetch"));
      const advisories = known && advisoryFindings(look.scripts, known.advisories);
      const findings = [...(advisories ?? []), ...look.findings];
      const account = look.account.slice(0, mostReported);
      const request = {
        rules: [...look.rules, ...(advisories === undefined ? [] : ["advisory"])],
        findings: findings.slice(0, mostReported),
        account,
        certificates: look.certificates.slice(0, 2 * mostReported),
      };
      const begun = await plane.send("POST", "/api/v1/scans", request, scan);
      const { certificates } = look;
      const unknown = [...unknownPackages(look), ...look.unknown].sort();
      const result = { scan: begun, advisoriesOf: known?.fetchedAt, findings, account, certificates, unknown };
      session.console.result(result, () =>
        [
          ...findings.map(({ service, severity, found }) => `${severity} ${service}: ${found}`),
          ...account.map(({ service, found }) => `info ${service}: ${found}`),
          ...unknown.map((each) => `unknown: ${each}`),
          `${findings.length} problems, ${account.length} stores and queues that nobody needs${known ? `, advisories as of ${known.fetchedAt}` : ""}. The plane looks at the services now: npx chittyops scan --list`,
        ].join("\n"),
      );
      return undefined;
    },
  });
}

async function watchedBy(plane: Plane): Promise<Place[]> {
  return (await allServices(plane, {})).flatMap(({ name, family, endpoints: [url] }) =>
    url === undefined ? [] : [{ service: name, family, url }],
  );
}

const placeOfPlane = ({ url }: Plane): Place => ({ service: "chittyops", family: "chittyos", url });

/** @returns undefined: none were fetched yet */
async function advisoriesFor(
  session: Session,
  { scripts }: Pick<LookFromHere, "scripts">,
  fetchThem: boolean,
): Promise<AdvisoryFile | undefined> {
  const path = join(chittyopsHome(), "advisories.json");
  const packages = new Map(
    scripts.flatMap(({ packages = [] }) => packages).map((one) => [`${one.name}@${one.version}`, one]),
  );
  const known = fetchThem
    ? await fetchAdvisories([...packages.values()], { path, signal: session.signal })
    : readAdvisories(path);
  if (known === undefined) session.console.warn("No advisories were fetched yet: npx chittyops scan --fetch");
  return known;
}

function unknownPackages({ scripts }: Pick<LookFromHere, "scripts">): string[] {
  const silent = scripts.filter(({ packages }) => packages === undefined).map(({ name }) => name);
  return silent.length === 0 ? [] : [`the packages in ${silent.join(", ")}: their builds did not say`];
}

async function everyFinding(plane: Plane): Promise<Pick<ScanPage, "scan" | "findings">> {
  const findings: Finding[] = [];
  let last: ScanPage["scan"];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page: ScanPage = await plane.get(`/api/v1/scans?${new URLSearchParams({ after })}`, scanPage);
    findings.push(...page.findings);
    last = page.scan;
    after = page.next;
  }
  return { ...(last !== undefined && { scan: last }), findings };
}

function shown({ scan: last, findings }: Pick<ScanPage, "scan" | "findings">): string {
  if (last === undefined) return "There was no scan yet: npx chittyops scan";
  const head =
    last.state === "running"
      ? `A scan runs since ${last.startedAt}: ${last.services} services so far.`
      : `The last scan ended at ${last.finishedAt}: ${last.services} services, ${findings.length} findings.`;
  if (findings.length === 0) return head;
  const rows = findings.map(({ severity, service, rule, found, remedy }) => [severity, service, rule, found, remedy]);
  return `${head}\n${table(["SEVERITY", "SERVICE", "RULE", "FOUND", "REMEDY"], rows)}`;
}
