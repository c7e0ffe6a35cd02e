import { join } from "node:path";
import { chittyopsHome } from "../../local/engine/home.ts";
import { openClouds } from "../cloud/clouds.ts";
import { requireValidCatalog } from "../commands/catalog.ts";
import type { Session } from "../session.ts";
import { neonKey, neonOrganizationSetting } from "../tenants/neon-organizations.ts";
import { UserError } from "../user-error.ts";
import { EngineFailed } from "./engine-failed.ts";
import type { StackInput } from "./open-local-stack.ts";
import { projectCopy, writeProjectCopy } from "./project-copy.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { pulumi, type Supervision } from "./supervised-command.ts";
import { openToolchain, supervise } from "./toolchain.ts";
import { openStack } from "./workspace.ts";

/**
 * Everything for work on a stack of a real environment, whose state is where `PULUMI_BACKEND_URL` says. The stack is made where there is
 * none. A configuration file named by `PULUMI_OPTION_CONFIG_FILE` takes the place of the committed one.
 * @throws UserError naming every setting that is missing.
 */
export async function openRemoteStack(
  session: Session,
  target: StackTarget,
  { values = {}, environment: given = {} }: StackInput = {},
): Promise<ReadyStack> {
  requireValidCatalog();
  requireSettings(target);
  const { engine, environment } = await openToolchain(session, { plugins: "official", home: "user" });
  const { PULUMI_OPTION_CONFIG_FILE: configuration, PULUMI_OPTION_CWD: _cwd, ...own } = ownEnvironment();
  const copy = projectCopy(join(chittyopsHome(), target.environment), target);
  writeProjectCopy(copy, target, { configuration, values });
  const key = neonKey(values[neonOrganizationSetting]);
  const secrets = { ...familyPassphrase(target), ...(key !== "" && { NEON_API_KEY: key }) };
  const supervision = supervise(session, engine, { ...own, ...environment, ...secrets, ...given });
  await ensureStack(supervision, target, copy.directory);
  const automation = await openStack(target.stack, copy.directory, supervision, engine.version);
  const { CLOUDFLARE_API_TOKEN: token = "", CLOUDFLARE_BASE_URL, NEON_BASE_URL } = process.env;
  const clouds = () =>
    openClouds({
      cloudflare: { token, baseUrl: CLOUDFLARE_BASE_URL, retries: 2 },
      neon: { key, baseUrl: NEON_BASE_URL },
    });
  return { target, workDir: copy.directory, automation, supervision, clouds, ownsCloud: false };
}

const required = [
  {
    name: "PULUMI_BACKEND_URL",
    what: "where the state is kept, e.g. https://api.pulumi.com, s3://bucket?region=auto&endpoint=<R2>, postgres://…",
  },
  { name: "CLOUDFLARE_API_TOKEN", what: "a token for the account; the least scopes are in SECURITY.md" },
  { name: "NEON_API_KEY", what: "a key of the Neon organization that holds the databases" },
];

function requireSettings({ environment }: StackTarget): void {
  const missing = required.filter(({ name }) => !process.env[name]);
  if (missing.length === 0) return;
  throw new UserError(
    `The environment ${environment} needs settings that are not there: ${missing.map(({ name }) => name).join(", ")}.`,
    {
      details: missing.map(({ name, what }) => `${name}: ${what}`),
      remedy: `set them and run the same command again; without any credentials there is: npx chittyops preview -e ${environment} --offline`,
    },
  );
}

async function ensureStack(supervision: Supervision, { stack }: StackTarget, workDir: string): Promise<void> {
  try {
    await pulumi(supervision, ["stack", "--stack", stack, "--show-name"], workDir);
  } catch (error) {
    if (!(error instanceof EngineFailed) || !/no stack named/.test(error.stderr)) throw error;
    await pulumi(supervision, ["stack", "init", stack, "--no-select"], workDir);
  }
}

/**
 * The passphrase of the family's stacks, where passphrases are what opens states: the family's own, since it is what its contract is opened
 * with too.
 * @throws UserError where only core's is there.
 */
function familyPassphrase({ family }: StackTarget): Record<string, string> {
  if (family === "chittyos") return {};
  const name = `CHITTYOPS_PASSPHRASE_${family.toUpperCase().replaceAll("-", "_")}`;
  const passphrase = process.env[name];
  if (passphrase) return { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: "" };
  const { PULUMI_CONFIG_PASSPHRASE: core, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (core === undefined && file === undefined) return {};
  throw new UserError(`The stacks of ${family} need a passphrase of their own, and ${name} is not set.`, {
    expected: "one for each family, which opens no other family's states and not core's",
    remedy: `set ${name}, or use a backend or a secrets provider that needs no passphrase`,
  });
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
