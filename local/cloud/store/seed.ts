import { createHash, randomBytes } from "node:crypto";
import type { LocalAccount, LocalNeonOrganization, LocalSeed, LocalTokens } from "../../../contracts/local.ts";
import { accounts, credentials, zones } from "./records/accounts.ts";
import { neonOrganizations } from "./records/neon.ts";
import type { Store } from "./store-interface.ts";

/** sha256 of a token's value, under which its credential is filed. */
export function tokenHash(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** The stable id of a seeded Neon organisation, in Neon's form. */
function seededOrganizationId(name: string): string {
  const hash = createHash("sha256").update(`neon-organization:${name}`).digest();
  const digits = String(hash.readUInt32BE() % 10 ** 8).padStart(8, "0");
  const letters = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `org-${letters.slice(0, 40)}-${digits}`;
}

/** The stable id of a seeded account (`account`) or zone (`zone`). */
export function seededId(kind: "account" | "zone", name: string): string {
  return createHash("sha256").update(`${kind}:${name}`).digest("hex").slice(0, 32);
}

/**
 * Makes sure that the accounts and zones of the seed exist and that each account has a token, and that there is an admin token.
 * What exists already stays. `known` are the tokens handed out before (`tokens.json`): they go on being good, since the store itself
 * keeps only their hashes; a token that is not known any more is replaced.
 * @returns the tokens to write to `tokens.json`.
 */
export function seedStore(store: Store, seed: LocalSeed, known?: LocalTokens): LocalTokens {
  return store.transaction(() => {
    const createdOn = new Date().toISOString();
    const newToken = (): string => randomBytes(32).toString("base64url");
    const tokens: LocalTokens = { admin: known?.admin ?? newToken(), accounts: {}, neon: {} };
    for (const { hash } of store.list(credentials).filter((credential) => credential.tokenId === undefined)) {
      store.remove(credentials, "", hash);
    }
    store.put(credentials, { hash: tokenHash(tokens.admin), kind: "admin" });
    const giveToken = (name: string, token: string) => {
      tokens.accounts[name] = token;
      store.put(credentials, { hash: tokenHash(token), kind: "account", accountId: seededId("account", name) });
    };
    for (const { name, zones: zoneNames } of seed.accounts) {
      const accountId = seededId("account", name);
      if (!store.get(accounts, "", accountId)) store.put(accounts, { id: accountId, name, createdOn, subdomain: name });
      for (const zoneName of zoneNames) {
        const id = seededId("zone", zoneName);
        if (!store.get(zones, accountId, id)) store.put(zones, { id, accountId, name: zoneName, createdOn });
      }
      giveToken(name, known?.accounts[name] ?? newToken());
    }
    // An account that an earlier seed named is still there, and so is its token.
    for (const [name, token] of Object.entries(known?.accounts ?? {})) {
      if (tokens.accounts[name] === undefined && store.get(accounts, "", seededId("account", name)))
        giveToken(name, token);
    }
    seedNeon(store, seed, createdOn);
    for (const { id, name } of store.list(neonOrganizations)) {
      const token = known?.neon[name] ?? newToken();
      tokens.neon[name] = token;
      store.put(credentials, { hash: tokenHash(token), kind: "neon", accountId: id });
    }
    return tokens;
  });
}

/** Organisations that are there stay; a plan or limits that the seed names hold from now on. */
function seedNeon(store: Store, seed: LocalSeed, createdAt: string): void {
  const wanted: NonNullable<LocalSeed["neonOrganizations"]> =
    seed.neonOrganizations ?? seed.accounts.map(({ name }) => ({ name }));
  for (const { name, plan, limits } of wanted) {
    const id = seededOrganizationId(name);
    const before = store.get(neonOrganizations, "", id);
    store.put(neonOrganizations, {
      id,
      name,
      plan: plan ?? before?.plan ?? "scale",
      limits: limits ?? before?.limits ?? {},
      createdAt: before?.createdAt ?? createdAt,
    });
  }
}

/** As `daemon.json` lists them. */
export function localNeonOrganizations(store: Store): LocalNeonOrganization[] {
  return store.list(neonOrganizations).map(({ id, name, plan }) => ({ name, id, plan }));
}

/** The accounts and zones of the store, as `daemon.json` lists them. */
export function localAccounts(store: Store): LocalAccount[] {
  return store.list(accounts).map(({ id, name }) => ({
    name,
    id,
    zones: store.list(zones, id).map((zone) => ({ name: zone.name, id: zone.id })),
  }));
}
