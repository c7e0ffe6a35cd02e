import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { testSpec } from "./test-platform.ts";
import { createTrial } from "./trial.ts";
import { watchWorkerdChildren } from "./workerd-children.ts";

const directory = mkdtempSync(join(tmpdir(), "chittyops-trial-"));
const trial = createTrial({ children: watchWorkerdChildren(), registryDirectory: directory });
afterAll(async () => {
  await trial.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe("trial of an upload", { timeout: 60_000 }, () => {
  it("reports handlers and classes", async () => {
    const object = `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
      export class Room extends DurableObject {}
      export class Api extends WorkerEntrypoint {}
      export const value = 1;`;
    const handlers = `${object} export default { fetch() {}, async scheduled() {}, queue: () => {} };`;
    expect(await trial.run(testSpec("tried", handlers))).toEqual({
      ok: true,
      handlers: ["fetch", "scheduled", "queue"],
      classes: ["Api", "Room"],
    });
    const entrypoint = `${object} class Base extends WorkerEntrypoint { scheduled() {} } export default class extends Base { fetch() {} }`;
    expect(await trial.run(testSpec("tried", entrypoint))).toMatchObject({
      ok: true,
      handlers: ["fetch", "scheduled"],
    });
  });

  it.each([
    [
      "throws while it starts",
      "\nundefinedName.x;",
      /^Uncaught ReferenceError: undefinedName is not defined\n {2}at index.js:2:1$/,
    ],
    ["cannot be parsed", "export default {", /^Uncaught SyntaxError: /],
    ["imports what is not there", `import "./gone.js";`, /No such module "gone.js"/],
    [
      "does in the open what only a handler may",
      `await fetch("http://x/");`,
      /Disallowed operation called within global scope/,
    ],
  ])("says what is wrong with a script that %s", async (_what, code, message) => {
    expect(await trial.run(testSpec("tried", code))).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  it("refuses compatibility dates and flags that workerd does not know", async () => {
    const code = "export default {};";
    expect(await trial.run(testSpec("tried", code, { compatibilityDate: "2099-01-01" }))).toMatchObject({
      ok: false,
    });
    expect(await trial.run(testSpec("tried", code, { compatibilityFlags: ["no_such_flag"] }))).toEqual({
      ok: false,
      message: "No such compatibility flag: no_such_flag",
    });
  });

  it("lets a script read its variables while it starts", async () => {
    const code = `import { env } from "cloudflare:workers"; if (env.A !== "b" || !env.KV) throw new Error("no env"); export default {};`;
    const bindings = [
      { type: "plain_text", name: "A", text: "b" },
      { type: "kv_namespace", name: "KV", namespace_id: "x" },
    ];
    expect(await trial.run(testSpec("tried", code, { bindings }))).toMatchObject({ ok: true });
  });

  it("ends a script that never finishes starting, and holds it against no other", async () => {
    const endless = [1, 2, 3].map(() => trial.run(testSpec("tried", "for (;;);")));
    await delay(50);
    const other = trial.run(testSpec("tried", "export default { fetch() {} };"));
    const exceeded = { ok: false, message: expect.stringContaining("exceeded") };
    expect(await Promise.all(endless)).toEqual([exceeded, exceeded, exceeded]);
    expect(await other).toMatchObject({ ok: true, handlers: ["fetch"] });
  });
});
