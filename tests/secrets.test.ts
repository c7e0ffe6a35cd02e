import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseOutput } from "../contracts/database-output.ts";
import { readLocalTokens } from "../local/cloud/client.ts";
import { Estate, patience, withDatabase } from "./harness/estate.ts";
import { processArguments } from "./harness/process-arguments.ts";
import { faultOn } from "./harness/routes.ts";

const canary = "canary-7f3a9c-of-the-partner-key";
const provided = { CHITTYOPS_SECRET_PARTNER_KEY: canary };

describe("secret values", { timeout: patience }, () => {
  let estate: Estate;
  const said: string[] = [];
  beforeAll(async () => {
    estate = new Estate({ ...withDatabase, ...provided });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  /** Everything that a command says, whatever becomes of it. */
  async function say(...args: string[]): Promise<void> {
    const { stdout, stderr } = await estate.run(args);
    said.push(stdout, stderr);
  }

  it("are in nothing that is said or written, in success and in failure", async () => {
    await estate.startCloud();
    await say("preview", "--json");
    await estate.admin("faults", {
      method: "POST",
      body: {
        ...faultOn("PUT /accounts/:account/workers/scripts/:script"),
        times: 4,
        action: { type: "status", status: 400 },
      },
    });
    const processes = processArguments();
    await say("up");
    await estate.admin("faults", { method: "DELETE" });
    await say("up", "--json");
    said.push(...processes.stop());
    await say("preview", "--json");
    await say("drift");
    await say("history", "--json");
    await say("review", "--state");
    await say("state", "backup", join(estate.home, "backup.json"));
    await say("local", "logs", "-n", "10000");
    said.push(JSON.stringify(await estate.admin("requests")));

    const tokens = readLocalTokens({ home: estate.home });
    const secrets = [
      canary,
      tokens.admin,
      ...Object.values(tokens.accounts),
      ...Object.values(tokens.neon),
      passphrase(estate),
      ...(await databasePasswords(estate)),
    ];
    const spellings = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
    const leaks = [
      ...said.flatMap((text, index) =>
        spellings.filter((secret) => text.includes(secret)).map(() => `output ${index}`),
      ),
      ...files(estate).filter((file) => spellings.some((secret) => readFileSync(file).includes(secret))),
    ];
    expect(leaks).toEqual([]);
  });

  it("reach the service that is to have them", async () => {
    const { api, accountId } = await estate.cloud();
    const { bindings } = await api.workers.scripts.scriptAndVersionSettings.get("chittyledger-local", {
      account_id: accountId,
    });
    expect(bindings?.filter(({ name }) => name === "PARTNER_KEY")).toEqual([
      { name: "PARTNER_KEY", type: "secret_text" },
    ]);
  });
});

/** Those of the ledger's owner and of the role that the service has. */
async function databasePasswords(estate: Estate): Promise<string[]> {
  const { stdout } = await estate.engine(["stack", "output", "databases", "--show-secrets", "--json"]);
  const { ownerUri, runtimeUri } = databaseOutput.parse(JSON.parse(stdout)["chittyledger/ledger"]);
  const passwords = [ownerUri, runtimeUri].map((uri) => decodeURIComponent(new URL(uri).password));
  expect(passwords.filter(({ length }) => length < 20)).toEqual([]);
  return passwords;
}

function passphrase(estate: Estate): string {
  return readFileSync(join(estate.home, "local/passphrase"), "utf8");
}

/** Every file of the home but those that are there to hold secrets: the passphrase, the tokens, and what the cloud itself keeps. */
function files(estate: Estate): string[] {
  const kept = new Set(["passphrase", "tokens.json", "cloud"].map((name) => join(estate.home, "local", name)));
  const below = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      if (kept.has(path)) return [];
      const info = statSync(path, { throwIfNoEntry: false });
      if (!info) return [];
      return info.isDirectory() ? below(path) : [path];
    });
  return below(estate.home);
}
