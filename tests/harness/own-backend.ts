import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalDaemon } from "../../contracts/local.ts";
import { readLocalTokens } from "../../local/cloud/client.ts";

/**
 * The settings of a real environment as somebody has them who keeps the state in a folder of their own. The cloud behind them is an
 * embedded one and the plugins are the stand-ins; all else is as in the real environments.
 *
 * @param more of the configuration, besides where the stack lives
 */
export function ownBackend(
  home: string,
  daemon: LocalDaemon,
  { account: name, zone: zoneName }: { account: string; zone: string },
  more: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const account = daemon.accounts.find((one) => one.name === name);
  const zone = account?.zones.find((one) => one.name === zoneName);
  const state = join(home, "dev-state");
  mkdirSync(state, { recursive: true });
  const configuration = join(home, `${name}.yaml`);
  const config = {
    "pulumi:disable-default-providers": ["*"],
    "chittyops:operatorEmailDomain": zoneName,
    "chittyops:accountId": account?.id,
    "chittyops:zoneId": zone?.id,
    "chittyops:edgeUrl": daemon.edgeUrl,
    ...more,
  };
  writeFileSync(configuration, JSON.stringify({ config }));
  const tokens = readLocalTokens({ home });
  return {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of one's own",
    PULUMI_OPTION_CONFIG_FILE: configuration,
    CLOUDFLARE_API_TOKEN: tokens.accounts[name] ?? "",
    CLOUDFLARE_BASE_URL: `${daemon.controlUrl}/client/v4`,
    NEON_API_KEY: tokens.neon[name] ?? "",
    NEON_BASE_URL: `${daemon.controlUrl}/api/v2`,
    CHITTYOPS_PLUGINS: "stand-in",
    CHITTYOPS_SECRET_PARTNER_KEY: "a-key-that-the-partner-gave",
  };
}
