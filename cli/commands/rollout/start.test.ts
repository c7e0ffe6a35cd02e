import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRequest } from "./start.ts";

const file = join(mkdtempSync(join(tmpdir(), "chittyops-rollout-")), "rollout.json");
const good = { service: "lite-child", kind: "update", content: {}, waves: [{ percent: 100 }] };

it("reads a rollout, with defaults for what may be left out", async () => {
  writeFileSync(file, JSON.stringify(good));
  expect(await readRequest(file)).toMatchObject({ ...good, failurePercent: 5, answerSeconds: 900 });
});

it("says everything that is wrong with the file at once, and what it expects", async () => {
  await expect(readRequest("/nowhere/rollout.json")).rejects.toThrow(/cannot be read/);
  writeFileSync(file, "{");
  await expect(readRequest(file)).rejects.toThrow(/is not JSON/);
  writeFileSync(file, JSON.stringify({ ...good, kind: "firmware", waves: [{ percent: 0 }], speed: 1 }));
  const error = await readRequest(file).catch((thrown: unknown) => thrown);
  for (const part of ["kind", "waves.0.percent", "speed"]) expect(String(error)).toContain(part);
});
