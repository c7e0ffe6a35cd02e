import type { Command } from "commander";
import { type EnvironmentName, environmentNames, families, resolve } from "../../../catalog/index.ts";
import { incident } from "../../../contracts/ops-incidents.ts";
import { accountEstates, scriptsIn } from "../../cloud/account-estates.ts";
import { compareRecords, compareWorkers, type WorkerFinding } from "../../cloud/compare-workers.ts";
import { defineCommand } from "../../command.ts";
import { familiesWithStack, stackTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { allServices } from "../../ops/all-services.ts";
import { type Plane, planeOf } from "../../ops/plane-client.ts";
import { environmentOption, flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { table } from "../../output/table.ts";
import type { Session } from "../../session.ts";

export function syncCommand(): Command {
  return defineCommand({
    name: "sync",
    summary: "Find Workers that nobody declares, and declared ones that are missing",
    description:
      "Compares the Workers of each account with the catalog and the states of all stacks, and the catalog with the registry. Registers and deletes nothing. With --apply each finding becomes an incident, so that somebody has to see to it. Fails when there is one.",
    examples: [
      ["npx chittyops registry sync -e prod", "what is there and should not be, and the other way round"],
      ["npx chittyops registry sync -e prod --apply --yes", "opens an incident for each, once"],
    ],
    configure: (command) =>
      yesOption(environmentOption(command)).option(
        "--apply",
        "open an incident for each finding, after a confirmation",
      ),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const findings = [...(await workerFindings(session, environment)), ...(await recordFindings(plane, environment))];
      if (flag(options, "apply") && findings.length > 0) {
        const consequence = `This opens ${findings.length} incidents at ${plane.url}, one for each finding that has none.`;
        await confirm(session.console, { consequence, word: environment, yes: flag(options, "yes") });
        for (const finding of findings) await openIncident(plane, finding);
      }
      session.console.result(findings, () =>
        findings.length === 0
          ? "Every Worker is declared, and every declared one is there."
          : table(
              ["FOUND", "ACCOUNT", "NAME", ""],
              findings.map(({ kind, account = "", name, detail }) => [kind, account, name, detail]),
            ),
      );
      return findings.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

/** Account by account: what it has, against the catalog and all states that deploy to it. */
async function workerFindings(session: Session, environment: EnvironmentName): Promise<WorkerFinding[]> {
  const findings: WorkerFinding[] = [];
  for (const { account, cloud, stacks } of await accountEstates(session, environment)) {
    // Of an account that nothing was deployed to, the id is not known.
    if (cloud === undefined) continue;
    const found: string[] = [];
    for await (const { id } of cloud.cloudflare.workers.scripts.list({ account_id: cloud.accountId }))
      found.push(...text(id));
    const deployed = stacks.flatMap(({ resources }) =>
      scriptsIn(resources).flatMap(({ inputs }) => text(inputs?.scriptName)),
    );
    const elsewhere = environmentNames
      .filter((name) => name !== environment)
      .flatMap((name) => declaredIn(name, account));
    findings.push(
      ...compareWorkers({ account, found, deployed, declared: declaredIn(environment, account), elsewhere }),
    );
  }
  return findings;
}

async function recordFindings(plane: Plane, environment: EnvironmentName): Promise<WorkerFinding[]> {
  const declared = resolve(environment, "chittyos").services.map(({ name }) => name);
  const registered = (await allServices(plane)).filter(({ source }) => source === "catalog").map(({ name }) => name);
  return compareRecords(declared, registered);
}

function declaredIn(environment: EnvironmentName, account: string): string[] {
  return familiesWithStack()
    .filter((family) => families[family].places[environment].account === account)
    .flatMap((family) => resolve(environment, family).services)
    .flatMap(({ worker }) => (worker === undefined ? [] : [worker.scriptName]));
}

async function openIncident(plane: Plane, { kind, account, name, detail }: WorkerFinding): Promise<void> {
  const place = account ?? "registry";
  await plane.send(
    "POST",
    "/api/v1/incidents",
    {
      fingerprint: `registry-sync/${kind}/${place}/${name}`.slice(0, 200),
      title: `${name} is ${kind === "unknown-record" ? "an unknown record" : kind} (${place})`.slice(0, 200),
      severity: kind === "missing" ? "major" : "minor",
      family: "chittyos",
      subject: name,
      description: `Found by \`chittyops registry sync\`: ${detail}.`,
      runbook: "docs/runbooks/health.md#a-worker-that-nobody-declares",
    },
    incident,
  );
}

const text = (value: unknown): string[] => (typeof value === "string" ? [value] : []);
