import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../kit/recorded.ts";
import { type JsonMap, toJsonMap } from "../kit/value.ts";
import { listeningCloud } from "../testing/listening-cloud.ts";
import { operate } from "../testing/operate.ts";
import { cloudflare } from "./provider.ts";
import { types } from "./schema/types.ts";
import { type TypeName, tokenOf } from "./shapes.ts";
import { examples } from "./testing/every-type.ts";
import type { Example, Surroundings } from "./testing/example.ts";
import { sdkEndpoints } from "./testing/sdk-endpoints.ts";

const code = `
  export class Room {}
  export class Flow {}
  export class OtherFlow {}
  export default { async fetch() { return new Response("ok") }, async queue() {}, async scheduled() {} }
`;

let listening: Awaited<ReturnType<typeof listeningCloud>>;
let around: Surroundings;
const made = new Map<TypeName, Recorded>();

beforeAll(async () => {
  listening = await listeningCloud();
  const codeFile = join(await mkdtemp(join(tmpdir(), "lifecycle-")), "worker.mjs");
  await writeFile(codeFile, code);
  const { account: accountId, zone: zoneId } = listening.cloud;
  around = { accountId, zoneId, zoneName: "chitty.localhost", codeFile, code, made: (type) => identified(type) };
});
afterAll(() => listening.stop());

function identified(type: TypeName): JsonMap & { resourceId: string } {
  const recorded = made.get(type);
  if (!recorded) throw new Error(`No ${type} was made before.`);
  return { ...toJsonMap(recorded.outputs), resourceId: recorded.id };
}

function resource({ type }: Example) {
  const config = { baseUrl: listening.baseUrl, apiToken: listening.cloud.token };
  return operate(cloudflare, config, tokenOf(type));
}

function without(values: JsonMap, names: readonly string[] = []): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

/** Types that the embedded cloud does not serve. */
const elsewhere: readonly TypeName[] = ["TurnstileWidget", "Zone"];

it("there is an example of every type", () => {
  expect([...examples.map(({ type }) => type), ...elsewhere].sort()).toEqual([...types].sort());
});

describe.each(examples.map((example) => [example.type, example] as const))(
  "%s on the embedded cloud",
  (type, example) => {
    it("is made, and then neither a refresh nor a preview finds a change", async () => {
      const inputs = example.inputs(around);
      expect(await resource(example).check(inputs)).toEqual([]);
      const recorded = await resource(example).create(inputs);
      made.set(type, recorded);
      const read = await resource(example).read(recorded);
      expect(read).toEqual(recorded);
      expect((await resource(example).diff(recorded, inputs)).changes).toEqual([]);
    });

    if (example.importId)
      it("is imported with the inputs that describe it", async () => {
        const recorded = made.get(type);
        const imported = await resource(example).import(String(example.importId?.(around, identified(type))));
        expect(imported?.id).toBe(recorded?.id);
        const inputs = toJsonMap(imported?.inputs ?? {});
        expect(inputs).toMatchObject(without(example.inputs(around), example.unimportable));
      });

    if (example.change)
      it("is changed in place, and then finds no change", async () => {
        const recorded = made.get(type);
        if (!recorded) throw new Error("It was not made.");
        const inputs = example.inputs(around);
        const news = { ...inputs, ...example.change?.(inputs) };
        const { changes } = await resource(example).diff(recorded, news);
        expect(changes.length).toBeGreaterThan(0);
        expect(changes.filter(({ replace }) => replace)).toEqual([]);
        const updated = await resource(example).update(recorded, news);
        const current = { ...updated, id: recorded.id, inputs: news };
        const read = await resource(example).read(current);
        expect(read?.inputs).toEqual(news);
        expect(read?.outputs).toEqual(current.outputs);
        expect((await resource(example).diff(current, news)).changes).toEqual([]);
        made.set(type, current);
      });
  },
);

const keptOnDelete = new Set<TypeName>([
  "ZoneSetting",
  "R2BucketLifecycle",
  "R2BucketLock",
  "R2ManagedDomain",
  "WorkersCronTrigger",
  "WorkerVersion",
  "WorkersDeployment",
]);

/** A setting that is back at its default is still readable. */
const readableAfterDelete = new Set<TypeName>(["WorkersScriptSubdomain"]);

describe.each(examples.toReversed().map((example) => [example.type, example] as const))(
  "%s at the end",
  (type, example) => {
    it("is deleted, and a refresh says so", async () => {
      const recorded = made.get(type);
      if (!recorded) throw new Error("It was not made.");
      const current = (await resource(example).read(recorded)) ?? recorded;
      await resource(example).delete(current);
      if (keptOnDelete.has(type) || readableAfterDelete.has(type)) return;
      expect(await resource(example).read(current)).toBeUndefined();
      // Cloudflare does not mind deleting a key that is not there.
      if (type === "WorkersKv") return;
      await expect(resource(example).delete(current)).rejects.toThrow("Cloudflare answered 404");
    });
  },
);

it("sent only requests that the official SDK knows, but for the one that the official plugin uses all the same", () => {
  const known = sdkEndpoints();
  const sent = new Set(listening.sent);
  const unknown = [...sent].filter((line) => !known.some((pattern) => pattern.test(line)));
  expect(unknown).toEqual([`GET /accounts/${listening.cloud.account}/workers/services/svc`]);
  expect(sent.size).toBeGreaterThan(100);
});
