import { existsSync, readFileSync } from "node:fs";
import { request } from "undici";
import { z } from "zod";
import { writeWhole } from "../../../local/engine/write-whole.ts";
import { UserError } from "../../user-error.ts";
import { type Advisory, advisory } from "./advisory.ts";

const file = z.object({ fetchedAt: z.iso.datetime(), source: z.string(), advisories: z.array(advisory) });
export type AdvisoryFile = z.output<typeof file>;

/** https://google.github.io/osv.dev/post-v1-query/ */
const osv = "https://api.osv.dev";
const timeout = 20_000;
const mostPages = 20;
const answer = z.object({ vulns: z.array(advisory).default([]), next_page_token: z.string().optional() });

/** The advisories that were fetched, or undefined where none were yet. @throws UserError for a file that is none */
export function readAdvisories(path: string): AdvisoryFile | undefined {
  if (!existsSync(path)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw unreadable(path, [String(cause)]);
  }
  const parsed = file.safeParse(content);
  if (parsed.success) return parsed.data;
  throw unreadable(path, z.prettifyError(parsed.error).split("\n"));
}

/**
 * Asks OSV about these packages of npm, and keeps what it says. Their names and versions are all that it is told.
 * @param options.source another address that answers as OSV does
 * @throws UserError when it does not answer; what was fetched before stays
 */
export async function fetchAdvisories(
  packages: readonly { name: string; version: string }[],
  options: { path: string; signal: AbortSignal; source?: string },
): Promise<AdvisoryFile> {
  const { path, signal, source = osv } = options;
  const found = new Map<string, Advisory>();
  for (const { name, version } of packages) {
    let token: string | undefined;
    for (let page = 0; page === 0 || (token !== undefined && page < mostPages); page += 1) {
      const body = { version, package: { name, ecosystem: "npm" }, ...(token !== undefined && { page_token: token }) };
      const said = await ask(`${source}/v1/query`, body, signal);
      for (const each of said.vulns) found.set(each.id, each);
      token = said.next_page_token;
    }
  }
  const fetched = { fetchedAt: new Date().toISOString(), source, advisories: [...found.values()] };
  await writeWhole(path, JSON.stringify(fetched));
  return fetched;
}

async function ask(url: string, body: object, signal: AbortSignal): Promise<z.output<typeof answer>> {
  try {
    const response = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      headersTimeout: timeout,
      bodyTimeout: timeout,
      signal,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`it answers ${response.statusCode}`);
    return answer.parse(JSON.parse(text));
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new UserError(`The advisories cannot be fetched from ${url}.`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      remedy: "try again later; without --fetch those that were fetched before are taken",
      cause,
    });
  }
}

function unreadable(path: string, details: readonly string[]): UserError {
  return new UserError(`${path} holds no advisories.`, { details, remedy: "npx chittyops scan --fetch" });
}
