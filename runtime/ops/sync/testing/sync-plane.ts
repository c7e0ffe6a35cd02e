import { createHash, createHmac } from "node:crypto";
import { childKeyMessage } from "../../../../contracts/child-key.ts";
import {
  type ChildName,
  type ChildState,
  runsMessage,
  type SyncAnswer,
  type SyncTick,
} from "../../../../contracts/ops-sync.ts";
import { outcomeOf } from "../../../problem/problem.ts";
import { signRequest } from "../../../signed-request/signed-request.ts";
import { memoryNamespace } from "../../../storage/testing/memory-namespace.ts";
import { memoryStorage } from "../../../storage/testing/memory-storage.ts";
import type { OpsEnvironment } from "../../environment.ts";
import { RolloutKeeper } from "../../rollouts/rollout-keeper.ts";
import type { RolloutObject } from "../../rollouts/rollout-object.ts";
import { nodePlane } from "../../testing/node-plane.ts";
import { ChildKeeper } from "../child-keeper.ts";
import type { ChildObject } from "../child-object.ts";

/** The enrolment keys of `nodePlane`, by family. */
const enrolmentKeys: Record<string, string> = { chittyos: "a".repeat(64), "cook-county": "b".repeat(64) };

/** The plane in this process, with its children and its rollouts. @param given what it is told or bound to besides */
export async function syncPlane(given: Partial<OpsEnvironment> = {}) {
  const clock = { now: Date.now };
  const shards = new Map<string, ChildKeeper>();
  const desk = new RolloutKeeper(memoryStorage(), clock);
  const plane = await nodePlane({
    CHILD_SHARD: memoryNamespace((name) => {
      const keeper = new ChildKeeper(memoryStorage(), name);
      shards.set(name, keeper);
      return childObject(keeper, clock);
    }),
    ROLLOUT_DESK: memoryNamespace(() => rolloutObject(desk)),
    ...given,
  });
  return { ...plane, shards, desk };
}
export type SyncPlane = Awaited<ReturnType<typeof syncPlane>>;

export const stateOf = (given: Partial<ChildState> = {}): ChildState => ({
  service: "lite-child",
  version: "c0ffee00",
  code: "c".repeat(64),
  variables: "d".repeat(64),
  configuration: 0,
  update: 0,
  ...given,
});

export const runsOf = (state: ChildState): string => createHash("sha256").update(runsMessage(state)).digest("hex");

export const tickOf = (state: ChildState, given: Partial<SyncTick> = {}): SyncTick => ({
  version: 1,
  runs: runsOf(state),
  health: { status: "ok" },
  ...given,
});

export interface CallOptions {
  method?: string;
  id?: string;
  now?: number;
  epoch?: string | undefined;
  issuer?: string;
  audience?: string;
  key?: string;
  /** What is sent instead of what was signed. */
  sent?: string;
  /** What is signed instead of the address. */
  url?: string;
}

/** A child that signs its calls as a good one does, unless it is told otherwise. */
export function testChild(send: (request: Request) => Promise<Response>, name: ChildName, url = "http://ops.test") {
  const key = childKeyOf(name, 1);
  const call = async (path: string, body?: unknown, options: CallOptions = {}): Promise<Response> => {
    const method = options.method ?? (body === undefined ? "GET" : "POST");
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const signer = {
      key: new TextEncoder().encode(options.key ?? key),
      header: { alg: "HS256", kid: options.epoch ?? "1" },
      issuer: options.issuer ?? `${name.family}/${name.child}`,
      audience: options.audience ?? "chittyops",
    };
    const parts = { method, url: options.url ?? url + path, body: text };
    const headers = await signRequest(parts, signer, options.id ?? crypto.randomUUID(), options.now ?? Date.now());
    const sent = options.sent ?? text;
    return await send(
      new Request(url + path, {
        method,
        headers: { ...headers, "content-type": "application/json" },
        ...(sent !== "" && { body: sent }),
      }),
    );
  };
  return {
    name,
    key,
    call,
    enrol: (state: ChildState) => call("/sync/enrol", { version: 1, runs: runsOf(state), state }),
    async tick(state: ChildState, given: Partial<SyncTick> = {}): Promise<SyncAnswer> {
      const response = await call("/sync", tickOf(state, given));
      if (!response.ok) throw new Error(`The tick was answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as SyncAnswer;
    },
  };
}

export function childKeyOf({ family, child }: ChildName, epoch: number, enrolmentKey = enrolmentKeys[family]): string {
  return createHmac("sha256", enrolmentKey ?? "")
    .update(childKeyMessage(child, epoch))
    .digest("hex");
}

function childObject(keeper: ChildKeeper, clock: { now(): number }): ChildObject {
  return {
    receive: (name, call, message) => outcomeOf(() => keeper.receive(name, call, message, clock)),
    find: (name) => keeper.find(name),
    list: (filter, after, limit) => keeper.list(filter, after, limit),
    counts: () => keeper.counts(),
    setRevoked: async (name, revoked) => keeper.setRevoked(name, revoked, clock),
  };
}

function rolloutObject(keeper: RolloutKeeper): RolloutObject {
  return {
    current: () => keeper.current(),
    offer: async (name, state, kinds) => keeper.offer(name, state, kinds),
    report: async (name, reports) => keeper.report(name, reports),
    start: async (request, families, populations, by) => keeper.start(request, families, populations, by),
    list: (before, limit) => keeper.list(before, limit),
    ofService: (service) => keeper.ofService(service),
    setPaused: (service, paused, by) => outcomeOf(() => keeper.setPaused(service, paused, by)),
  };
}
