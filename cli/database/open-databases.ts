import { z } from "zod";
import { type EnvironmentName, resolve } from "../../catalog/index.ts";
import {
  type BackupsOutput,
  backupsOutput,
  type DatabaseOutput,
  databaseOutput,
} from "../../contracts/database-output.ts";
import { parseConnectionUri } from "../../database/connection-uri.ts";
import { daemonStatus } from "../../local/cloud/client.ts";
import { chittyopsHome } from "../../local/engine/home.ts";
import { openApi } from "../../providers/neon/api/open-api.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { type StackTarget, stackName, stackTarget } from "../engine/stack-target.ts";
import { readOutputs } from "../engine/state.ts";
import { openStackToLook } from "../engine/with-stack.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { databasesOf, findDatabase, type NamedDatabase } from "./named-database.ts";
import { type NeonProject, neonProject } from "./neon-project.ts";

/** A database that `up` has made. */
export interface DeployedDatabase extends NamedDatabase {
  /** Secret as a whole. */
  outputs: DatabaseOutput;
  /** What Postgres calls it. */
  database: string;
  roles: { owner: string; runtime: string };
  neon: NeonProject;
}

/** The databases of an environment, and what is needed to work on them. */
export interface Databases {
  environment: EnvironmentName;
  all: readonly NamedDatabase[];
  deployed: readonly DeployedDatabase[];
  /** The one that a name means. @throws UserError for an unknown or ambiguous name, and where `up` has not made it */
  deployedOne(name: string): DeployedDatabase;
  /** Those that `up` has made, or the one that is named. @throws UserError */
  chosen(name: string | undefined): readonly DeployedDatabase[];
  /** Where the backups go; its seed is secret. @throws UserError where `up` has not made it */
  backups(): BackupsOutput;
  /** Secret: opens `/api/v1/status` of services that are still a shell. */
  shellToken: string | undefined;
  cloudflare: { apiToken: string; baseUrl: string | undefined };
  /** Of the embedded cloud's edge. */
  edgeUrl: string | undefined;
}

const stackOutputs = z.object({
  databases: z.record(z.string(), databaseOutput).optional(),
  backups: backupsOutput.optional(),
  shellToken: z.string().optional(),
});

/** Opens core's stack of an environment to look at what it exports. Teaches the console every secret in it. */
export async function openDatabases(session: Session, environment: string | undefined): Promise<Databases> {
  const target = stackTarget(undefined, environment);
  const all = databasesOf(resolve(target.environment, target.family));
  const ready = await openStackToLook(session, target);
  const outputs = await databaseOutputs(ready);
  learn(session, outputs);
  const settings = ready.supervision.environment;
  const api = openApi({ baseUrl: settings.NEON_BASE_URL, apiKey: settings.NEON_API_KEY ?? "" });
  const deployed = all.flatMap((named) => {
    const found = outputs.databases?.[named.key];
    return found ? [deployedDatabase(named, found, neonProject(api, found.projectId, session.signal))] : [];
  });
  const deployedOne = (name: string) => {
    const { key } = findDatabase(all, name);
    const found = deployed.find((one) => one.key === key);
    if (found) return found;
    throw notDeployed(target, `the database ${key}`);
  };
  const daemon = target.environment === "local" ? await daemonStatus({ home: chittyopsHome() }) : undefined;
  return {
    environment: target.environment,
    all,
    deployed,
    deployedOne,
    chosen: (name) => (name === undefined ? deployed : [deployedOne(name)]),
    backups() {
      if (outputs.backups) return outputs.backups;
      throw notDeployed(target, "the bucket of the backups");
    },
    shellToken: outputs.shellToken,
    cloudflare: { apiToken: settings.CLOUDFLARE_API_TOKEN ?? "", baseUrl: settings.CLOUDFLARE_BASE_URL },
    edgeUrl: daemon?.state === "running" ? daemon.daemon.edgeUrl : undefined,
  };
}

function deployedDatabase(named: NamedDatabase, outputs: DatabaseOutput, neon: NeonProject): DeployedDatabase {
  const owner = parseConnectionUri(outputs.ownerUri);
  const runtime = parseConnectionUri(outputs.runtimeUri);
  return { ...named, outputs, neon, database: owner.database, roles: { owner: owner.user, runtime: runtime.user } };
}

async function databaseOutputs(ready: ReadyStack): Promise<z.infer<typeof stackOutputs>> {
  const parsed = stackOutputs.safeParse(await readOutputs(ready));
  if (parsed.success) return parsed.data;
  throw new UserError(`What ${stackName(ready.target)} exports of its databases cannot be read.`, {
    // Paths only: the values are secret.
    details: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    remedy: `bring the stack to this version of the program: npx chittyops up -e ${ready.target.environment}`,
  });
}

function learn(session: Session, { databases = {}, backups, shellToken }: z.infer<typeof stackOutputs>): void {
  const { redactor } = session.console;
  for (const { ownerUri, runtimeUri, pooledUri } of Object.values(databases)) {
    for (const uri of [ownerUri, runtimeUri, pooledUri]) learnUri(session, uri);
  }
  for (const secret of [backups?.seed, shellToken]) if (secret !== undefined) redactor.learn(secret);
}

/** Hides a connection URI and its password, in both spellings, from whatever is printed. */
export function learnUri({ console: { redactor } }: Session, uri: string): void {
  redactor.learn(uri);
  const { password } = parseConnectionUri(uri);
  if (password === undefined) return;
  redactor.learn(password);
  redactor.learn(encodeURIComponent(password));
}

function notDeployed(target: StackTarget, what: string): UserError {
  return new UserError(`${stackName(target)} has not made ${what} yet.`, {
    remedy: `npx chittyops up -e ${target.environment}`,
  });
}
