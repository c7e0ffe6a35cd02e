import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { Console } from "../output/console.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { lastRelease } from "./release-record.ts";
import { settleRelease } from "./settle-release.ts";

const folder = mkdtempSync(join(tmpdir(), "chittyops-settle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const session = { console: new Console({ json: true }) } as Session;
const type = "cloudflare:index/zoneSetting:ZoneSetting";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };

/** A stack of `local` whose state holds one setting of a zone. */
function stackWith(value: unknown): ReadyStack {
  const checkpointFile = join(folder, "local.json");
  const urn = `urn:pulumi:local::chittyops::${type}::tls`;
  const resources = [
    { urn, type, custom: true, id: "tls", inputs: {}, outputs: { settingId: "min_tls_version", value } },
  ];
  writeFileSync(checkpointFile, JSON.stringify({ version: 3, checkpoint: { stack: "local", latest: { resources } } }));
  return { target: stackTarget(), backend: { checkpointFile } } as ReadyStack;
}

const problemsOf = async (value: unknown): Promise<readonly string[]> => {
  try {
    await settleRelease(session, stackWith(value));
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toBe("The release of chittyops/local is not compliant.");
    return error.details;
  }
};

it("lets a release be in which no mandatory rule is broken", async () => {
  expect(await problemsOf("1.2")).toEqual([]);
  expect(lastRelease(stackTarget())).toMatchObject({ compliant: true, reasons: [] });
});

it("fails a release that breaks a mandatory rule, names rule, resource and remedy, and marks it", async () => {
  expect(await problemsOf("1.0")).toContain(
    'min-tls, government-min-tls-version: tls: it takes an older version. Set min_tls_version to "1.2"',
  );
  expect(lastRelease(stackTarget())).toMatchObject({
    compliant: false,
    reasons: expect.arrayContaining([expect.stringContaining("min-tls")]),
  });
});

it("fails a release in which a mandatory rule still has no answer", async () => {
  expect(await problemsOf(secret)).toContain(
    'min-tls, government-min-tls-version: tls: open: value is not known yet. Set min_tls_version to "1.2"',
  );
});
