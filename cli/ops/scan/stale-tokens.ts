import type Cloudflare from "cloudflare";
import type { ReportedFinding } from "../../../contracts/ops-security.ts";

const dayMilliseconds = 24 * 3_600_000;
/** From so many days before its end on a token has to be made anew. */
const expiringDays = 14;
/** One that nobody used for so many days is needed by nobody. */
const unusedDays = 90;

interface Token {
  kind: "API token" | "service token of Access";
  id: string;
  name: string;
  expiresOn?: string | undefined;
  /** When it was used last, or made; absent where the API does not tell. */
  usedOn?: string | undefined;
}

/**
 * Tokens of an account that end soon or that nobody uses: its API tokens, the one that this command uses, and the service tokens of Access.
 * `unknown`: what could not be asked, and why.
 * @param now milliseconds
 */
export async function staleTokens(
  { account, accountId: account_id, cloudflare }: { account: string; accountId: string; cloudflare: Cloudflare },
  now: number,
): Promise<{ findings: ReportedFinding[]; unknown: string[] }> {
  const unknown: string[] = [];
  const asked = async (what: string, tokens: () => AsyncIterable<Token>) => {
    const found: Token[] = [];
    try {
      for await (const token of tokens()) found.push(token);
    } catch (error) {
      unknown.push(`${what} of the account ${account}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return found;
  };
  const tokens = [
    ...(await asked("API tokens", () => apiTokens(cloudflare, account_id))),
    ...(await asked("service tokens", () => serviceTokens(cloudflare, account_id))),
    ...(await asked("the token in use", () => ownToken(cloudflare, account_id))),
  ];
  const once = new Map(tokens.toReversed().map((token) => [`${token.kind}/${token.id}`, token]));
  return { findings: [...once.values()].flatMap((token) => findingOf(token, account, now)), unknown };
}

async function* apiTokens(cloudflare: Cloudflare, account_id: string): AsyncGenerator<Token> {
  for await (const token of cloudflare.accounts.tokens.list({ account_id })) {
    const { id = "", name = id, status, expires_on: expiresOn, last_used_on, issued_on } = token;
    if (status === "active") yield { kind: "API token", id, name, expiresOn, usedOn: last_used_on ?? issued_on };
  }
}

async function* serviceTokens(cloudflare: Cloudflare, account_id: string): AsyncGenerator<Token> {
  for await (const { id = "", name = id, expires_at } of cloudflare.zeroTrust.access.serviceTokens.list({ account_id }))
    yield { kind: "service token of Access", id, name, expiresOn: expires_at };
}

/** An account's own, or a person's. */
async function* ownToken(cloudflare: Cloudflare, account_id: string): AsyncGenerator<Token> {
  const { id, expires_on: expiresOn } = await cloudflare.accounts.tokens
    .verify({ account_id })
    .catch(() => cloudflare.user.tokens.verify());
  yield { kind: "API token", id, name: "that this command uses", expiresOn };
}

function findingOf({ kind, id, name, expiresOn, usedOn }: Token, account: string, now: number): ReportedFinding[] {
  const about = { rule: "stale-token" as const, service: "chittyops", family: "chittyos", detail: asDetail(kind, id) };
  const what = `the ${kind} ${name} of the account ${account}`.slice(0, 300);
  const left = expiresOn === undefined ? undefined : Math.floor((Date.parse(expiresOn) - now) / dayMilliseconds);
  if (left !== undefined && left < expiringDays) {
    const found = left < 0 ? `${what} has run out` : `${what} runs out in ${left} days`;
    const remedy = "Make a new one and hand it to whoever uses it, or delete it if nobody does.";
    return [{ ...about, severity: left < 3 ? "major" : "minor", found, remedy }];
  }
  const idle = usedOn === undefined ? 0 : Math.floor((now - Date.parse(usedOn)) / dayMilliseconds);
  if (idle < unusedDays) return [];
  return [{ ...about, severity: "minor", found: `nobody used ${what} for ${idle} days`, remedy: "Delete it." }];
}

const asDetail = (kind: Token["kind"], id: string): string =>
  `${kind === "API token" ? "api" : "access"}/${id}`.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 100);
