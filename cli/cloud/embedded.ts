import { accountsAndZones, families } from "../../catalog/index.ts";
import type { LocalDaemon, LocalTokens } from "../../contracts/local.ts";
import { daemonStatus, readLocalTokens, startDaemon } from "../../local/cloud/client.ts";
import { chittyopsHome } from "../../local/engine/home.ts";
import type { StackTarget } from "../engine/stack-target.ts";
import type { Session } from "../session.ts";
import { localOrganizations } from "../tenants/neon-organizations.ts";
import { type Clouds, openClouds } from "./clouds.ts";

export interface EmbeddedCloud {
  daemon: LocalDaemon;
  /** Whether it was running already. */
  wasRunning: boolean;
  tokens: LocalTokens;
}

/** Starts the embedded cloud unless it runs, with the accounts and zones of the catalog. */
export async function ensureEmbeddedCloud(session: Session): Promise<EmbeddedCloud> {
  const home = chittyopsHome();
  const before = await daemonStatus({ home });
  const daemon = await startDaemon({
    home,
    seed: { ...accountsAndZones("local"), neonOrganizations: localOrganizations() },
  });
  const tokens = readLocalTokens({ home });
  for (const token of [tokens.admin, ...Object.values(tokens.accounts), ...Object.values(tokens.neon)])
    session.console.redactor.learn(token);
  const wasRunning = before.state === "running" && before.daemon.pid === daemon.pid;
  return { daemon, wasRunning, tokens };
}

/** The account and zone of a stack in the embedded cloud, and the token that is good for the account. */
export function placeOf(
  target: StackTarget,
  cloud: EmbeddedCloud,
): { account: string; zone: string; token: string; neonKey: string } {
  const { account, zone } = families[target.family].places.local;
  const token = cloud.tokens.accounts[account];
  if (token === undefined) throw new Error(`the embedded cloud has no token for the account ${account}`);
  const neonKey = cloud.tokens.neon[account];
  if (neonKey === undefined) throw new Error(`the embedded cloud has no key for the Neon organization ${account}`);
  return { account, zone, token, neonKey };
}

/** The embedded cloud's APIs as one of its accounts sees them. */
export function embeddedClouds({ daemon }: EmbeddedCloud, token: string, neonKey: string): Promise<Clouds> {
  return openClouds({
    cloudflare: { token, baseUrl: `${daemon.controlUrl}/client/v4`, retries: 4 },
    neon: { key: neonKey, baseUrl: `${daemon.controlUrl}/api/v2` },
  });
}
