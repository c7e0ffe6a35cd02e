import { readFileSync, writeFileSync } from "node:fs";
import { importJWK, SignJWT } from "jose";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";
import { resourcesInState, until } from "./harness/kill.ts";
import { randomOf } from "./harness/sample.ts";

const tenantStack = (id: string) => `chittyops-digital-dossier-tenant/local-${id}`;
const familyStack = (family: string) => `chittyops-${family}/local`;
const contract = "chittyops-contract/local-cook-county";
const coreAccount = ["chittyops/local", familyStack("cook-county"), familyStack("chitty-apps")];
const interruptions = ["SIGKILL", "SIGINT"] as const;

// One estate for all, since it takes a minute to make; the tests are in the order in which it grows, and goes.
describe("families and tenants on the embedded cloud", { timeout: patience }, () => {
  let estate: Estate;
  beforeAll(() => {
    estate = new Estate({ CHITTYOPS_CATALOG: `${repositoryRoot}/tests/fixtures/family-catalog.ts` });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  /** Runs a command and ends it by a signal once the stack has so many resources; whether it still ran then. */
  const interrupted = async (args: readonly string[], stack: string, after: number, signal: NodeJS.Signals) => {
    const command = estate.start(args);
    let over = false;
    void command.ended.then(() => {
      over = true;
    });
    await until(`${after} resources of ${stack}`, () => over || resourcesInState(estate, stack) > after);
    command.process.kill(signal);
    const { code, stderr } = await command.ended;
    expect(stderr).not.toContain("defect of ChittyOps");
    return { code, stderr, over };
  };

  it("say which contract they miss before core is there", async () => {
    const missing = await estate.run(["up", "cook-county"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`Stack organization/${contract} cannot be read`);
    expect(missing.stderr).toContain("npx chittyops up -e local");
    // Providers and the reference, and nothing that they make.
    const made = estate.state(familyStack("cook-county")).resources ?? [];
    expect(made.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))).toEqual([]);
  });

  it.each([
    ["cook-county", "SIGKILL", 45],
    ["chitty-apps", "SIGINT", 20],
  ] as const)("go on where the first update of %s was ended by %s", async (family, signal, size) => {
    // Core, and what it tells the families.
    await estate.succeed(["up"]);
    const stack = familyStack(family);
    const after = Math.floor(5 + randomOf(`family ${signal}`)() * (size - 5));
    await interrupted(["up", family], stack, after, signal);
    await estate.succeed(["up", family]);
    const stacks = coreAccount.filter((one) => one !== familyStack("chitty-apps") || family === "chitty-apps");
    const { cloud, state } = await inventories(estate, { stacks });
    expect(cloud).toEqual(state);
    expect(estate.state(stack).pending_operations ?? []).toEqual([]);
    const again = await estate.succeed(["up", family, "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: [] });
  });

  it("come up with core, healthy and in order, and change nothing the next time", async () => {
    await estate.succeed(["start"]);
    const again = await estate.succeed(["start", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: [], services: expect.any(Array) });
    const { cloud, state } = await inventories(estate, { stacks: coreAccount });
    expect(cloud).toEqual(state);
  });

  it("refuse a contract of another version, and a stack that is empty, and name both sides", async () => {
    const file = estate.checkpointOf(contract);
    const before = readFileSync(file, "utf8");
    const refusal = async (
      edit: (latest: { resources: { type: string; outputs: Record<string, { version: number }> }[] }) => void,
    ) => {
      const checkpoint = JSON.parse(before);
      edit(checkpoint.checkpoint.latest);
      writeFileSync(file, JSON.stringify(checkpoint));
      const { code, stderr } = await estate.run(["up", "cook-county"]);
      expect(code).toBe(1);
      return stderr;
    };
    try {
      const newer = await refusal(({ resources }) => {
        for (const { type, outputs } of resources)
          if (type === "pulumi:pulumi:Stack" && outputs.core) outputs.core.version = 2;
      });
      expect(newer).toMatch(/publishes version 2 of core's contract; this program reads version 1.*update ChittyOps/);
      const empty = await refusal((latest) => {
        latest.resources = [];
      });
      expect(empty).toContain(`Stack organization/${contract} publishes no contract`);
    } finally {
      writeFileSync(file, before);
    }
  });

  it("show what bringing a tenant up would change", async () => {
    const { stdout } = await estate.succeed(["tenant", "preview", "harbor-law", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], rules: { compliant: true } });
  });

  it("do nothing with a token of another account", async () => {
    const stack = familyStack("digital-dossier");
    const { token } = await estate.cloud();
    const script = estate.state(stack).resources?.find(({ urn }) => urn.endsWith(":Ruleset::zone-firewall"));
    const before = await inventories(estate, { account: "digital-dossier", stacks: [stack] });
    const replaced = estate.engine(["up", "--yes", "--skip-preview", "--target-replace", script?.urn ?? ""], {
      family: "digital-dossier",
      environment: { CLOUDFLARE_API_TOKEN: token },
    });
    const failed = await replaced.then(
      () => ({ stdout: "it went through", stderr: "" }),
      (error: { stdout: string; stderr: string }) => error,
    );
    expect(failed.stdout + failed.stderr).toMatch(/403|10000|Authentication/);
    expect((await inventories(estate, { account: "digital-dossier", stacks: [stack] })).cloud).toEqual(before.cloud);
    await estate.succeed(["up", "digital-dossier"]);
  });

  it.each(interruptions)("go on where the adding of a tenant was ended by %s", async (signal) => {
    const id = signal === "SIGINT" ? "acme" : "acme2";
    const after = Math.floor(3 + randomOf(`tenant ${signal}`)() * 20);
    await interrupted(["tenant", "add", id], tenantStack(id), after, signal);
    const { stdout } = await estate.succeed(["fleet", "up", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0, left: 0 });
    const recorded = JSON.parse((await estate.succeed(["tenant", "list", "--json"])).stdout) as {
      id: string;
      health: string;
    }[];
    expect(recorded.find((tenant) => tenant.id === id)).toMatchObject({ health: "ok" });
    const stacks = [familyStack("digital-dossier"), ...recorded.map((tenant) => tenantStack(tenant.id))];
    const { cloud, state } = await inventories(estate, { account: "digital-dossier", stacks });
    expect(cloud).toEqual(state);
    expect(JSON.parse((await estate.succeed(["fleet", "up", "--json"])).stdout)).toMatchObject({ done: 0 });
  });

  it("let a court's app file with the court, and nobody file without a token", async () => {
    const call = await court();
    expect((await call("/api/v1/cases/2026-tr-1", { method: "PUT" }, false)).status).toBe(401);
    expect(await call("/api/v1/cases/2026-tr-1", { method: "PUT" })).toMatchObject({ status: 200 });
    const member = { method: "PUT", body: JSON.stringify({ role: "clerk" }) } as const;
    expect(await call("/api/v1/cases/2026-tr-1/members/clerk@cook-county.example", member)).toMatchObject({
      status: 200,
    });
    const document = "/api/v1/cases/2026-tr-1/documents/motion";
    expect(await call(document, { method: "PUT", body: "a motion to dismiss" })).toMatchObject({ status: 201 });
    expect(await call(`${document}/filing`, { method: "POST" })).toMatchObject({ status: 202 });
    const filings = await until("the court's receipt", async () => {
      const { body } = await call("/api/v1/filings?state=delivered", { method: "GET" });
      return (body as { filings: unknown[] }).filings.length > 0 && body;
    });
    expect(filings).toMatchObject({
      filings: [{ state: "delivered", attempts: 1, receipt: expect.stringContaining("traffic-court/") }],
    });
  });

  it("are reaped once they have expired: an export first, and never a court's records", async () => {
    const expired = { CHITTYOPS_TEST_EXPIRED: "2026-11-10T00:00:00Z" };
    const note = await ask("habits.mychitty.localhost", "/api/v1/notes", {
      method: "POST",
      body: JSON.stringify({ text: "water the plants" }),
    });
    expect(note.status).toBe(201);
    await estate.succeed(["up", "chitty-apps"], expired);
    await estate.succeed(["up", "cook-county"], expired);
    expect((await ask("habits.mychitty.localhost", "/", { method: "GET" })).status).toBe(410);
    expect(JSON.parse((await estate.succeed(["status", "chitty-apps", "--json"], expired)).stdout)).toMatchObject([
      { service: "habit-tracker", health: "expired" },
    ]);
    const listed = await estate.succeed(["apps", "list", "--expired", "--json"], expired);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { id: "traffic-court", standing: "expired" },
      { id: "habit-tracker", standing: "expired" },
    ]);
    const unconfirmed = await estate.run(["apps", "reap"], expired);
    expect(unconfirmed.stderr).toContain("Nobody is here to confirm that");
    const records = (stack: string) =>
      (estate.state(stack).resources ?? []).filter(({ type }) =>
        /:(R2Bucket|R2BucketLock|RandomPassword|Queue|WorkersScript)$/.test(type),
      );
    const ids = () =>
      records(familyStack("cook-county"))
        .map(({ urn, id }) => `${urn} ${id}`)
        .sort();
    const kept = ids();
    const reaped = JSON.parse((await estate.succeed(["apps", "reap", "--yes", "--json"], expired)).stdout);
    const [app] = reaped.reaped.filter(({ id }: { id: string }) => id === "habit-tracker");
    const { files } = JSON.parse(readFileSync(`${app.exported.folder}/manifest.json`, "utf8"));
    const stored = files.find(({ path }: { path: string }) => path.startsWith("values/notes/"));
    expect(readFileSync(`${app.exported.folder}/${stored.path}`, "utf8")).toBe("water the plants");
    expect(ids()).toEqual(kept);
    expect((await ask("habits.mychitty.localhost", "/health", { method: "GET" })).status).not.toBe(200);
    expect((await ask("traffic-court.cook-county.chitty.localhost", "/health", { method: "GET" })).status).not.toBe(
      200,
    );
    // Nothing makes them again, and nothing of them is left over.
    const again = await estate.succeed(["up", "chitty-apps", "--json"], expired);
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: [] });
    expect(JSON.parse((await estate.succeed(["apps", "reap", "--json"], expired)).stdout)).toEqual({ reaped: [] });
    const { cloud, state } = await inventories(estate, { stacks: coreAccount });
    expect(cloud).toEqual(state);
    // One that the catalog gives more time is an app again.
    await estate.succeed(["up", "chitty-apps"]);
    expect((await ask("habits.mychitty.localhost", "/health", { method: "GET" })).status).toBe(200);
  });

  async function ask(
    host: string,
    path: string,
    init: { method: "GET" | "PUT" | "POST"; body?: string; jwt?: string },
  ) {
    const { daemon } = await estate.cloud();
    const response = await request(new URL(path, daemon.edgeUrl), {
      method: init.method,
      headers: { host, ...(init.jwt !== undefined && { "cf-access-jwt-assertion": init.jwt }) },
      ...(init.body !== undefined && { body: init.body }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text };
  }

  /** Calls the court's app as its clerk, with a token such as Access gives after the government's sign-in. */
  async function court() {
    const { api, accountId } = await estate.cloud();
    const { stdout } = await estate.engine(["stack", "output", "issuerKey", "--show-secrets"], {
      family: "cook-county",
    });
    const key = JSON.parse(stdout);
    let audience = "";
    for await (const { domain, aud } of api.zeroTrust.access.applications.list({
      account_id: accountId,
    }) as AsyncIterable<{
      domain?: string;
      aud?: string;
    }>)
      if (domain?.startsWith("traffic-court.")) audience = aud ?? "";
    const jwt = await new SignJWT({
      email: "clerk@cook-county.example",
      amr: ["mfa"],
      acr: "urn:acr.login.gov:verified",
    })
      .setProtectedHeader({ alg: "ES256", kid: key.kid })
      .setIssuer("https://access.chitty.localhost")
      .setAudience([audience])
      .setSubject("clerk")
      .setIssuedAt()
      .setExpirationTime("10m")
      .sign(await importJWK(key, "ES256"));
    return (path: string, init: { method: "GET" | "PUT" | "POST"; body?: string }, signedIn = true) =>
      ask("traffic-court.cook-county.chitty.localhost", path, { ...init, ...(signedIn && { jwt }) });
  }
});
