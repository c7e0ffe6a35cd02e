import { readFileSync } from "node:fs";
import { type EnvironmentName, families } from "../../catalog/index.ts";
import { stringOption } from "../options.ts";
import { UserError } from "../user-error.ts";

/** Black on white, and a blue that can be read on it. */
const usualColours = { text: "#1b1b1b", background: "#ffffff", accent: "#1a4f8b", onAccent: "#ffffff" };

/**
 * The record of a new tenant: what a file says, what the options say over it, and defaults under it. It is not checked here.
 * @throws UserError where the file cannot be read
 */
export function tenantSpec(
  id: string,
  environment: EnvironmentName,
  options: Readonly<Record<string, unknown>>,
  now: Date,
): unknown {
  const file = stringOption(options, "spec");
  const given = file === undefined ? {} : readSpec(file);
  const { domain } = families["digital-dossier"].places[environment];
  const said = Object.fromEntries(
    ["title", "owner", "hostname"].flatMap((name) => {
      const value = stringOption(options, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const title = said.title ?? given.title ?? id;
  return {
    owner: "digital-dossier",
    hostname: `${id}.${domain}`,
    createdAt: now.toISOString(),
    ...given,
    ...said,
    title,
    branding: { name: title, colours: usualColours, ...Object(given.branding) },
    id,
  };
}

function readSpec(file: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
    throw new Error("it holds no object");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      expected: "a JSON object such as the files of tenants are",
      remedy: "correct the path or the file",
    });
  }
}

/**
 * @throws UserError where a hostname is in no zone of the family and none is named for it: it could not be served
 */
export function requireHostname(
  { hostname, zoneId }: { hostname: string; zoneId?: string | undefined },
  environment: EnvironmentName,
): void {
  const { domain } = families["digital-dossier"].places[environment];
  if (zoneId !== undefined || hostname.endsWith(`.${domain}`)) return;
  throw new UserError(`The hostname ${hostname} is in no zone that is known.`, {
    expected: `a name below ${domain}, or zoneId of the zone that ${hostname} is in, in the same account`,
    remedy: "name another one, or put zoneId into the file of --spec",
  });
}
