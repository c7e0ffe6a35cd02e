/**
 * The link: one Worker in each workerd process of the embedded cloud, through which Workers reach what lives in another process
 * (other scripts, Durable Objects, stores), and through which the daemon starts events in this one. Where things live is in a table that
 * the daemon pushes; for a script that is moving or unknown the daemon is asked, which answers once the script serves.
 */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

/** `{ self, storage, zones, hosts, buckets, scripts: { key: [{ address, unit, assets, weight }] }, objects: { namespaceId: { address, unit, className } } }` */
let table = { scripts: {}, objects: {} };
/** Calls on their way, by address of the process that answers them. */
const calls = new Map();

// A proxy that answers these would be taken for something that it is not (a promise, a handler).
const reserved = new Set([
  "then",
  "alarm",
  "connect",
  "self",
  "tail",
  "tailStream",
  "test",
  "trace",
  "webSocketClose",
  "webSocketError",
  "webSocketMessage",
]);

function client(env, address) {
  return address === table.self ? env.DEBUG_PORT.current() : env.DEBUG_PORT.connect(address);
}

/** Picks a version by its share of the requests. */
function pick(targets) {
  if (!targets || targets.length === 0) return undefined;
  let share = Math.random() * targets.reduce((sum, { weight }) => sum + weight, 0);
  for (const target of targets) {
    share -= target.weight;
    if (share < 0) return target;
  }
  return targets[0];
}

/** @param {{ script: string, service?: string, entrypoint?: string, props?: object }} wanted */
function entrypoint(env, wanted, target) {
  const isDefault = wanted.entrypoint === undefined || wanted.entrypoint === "default";
  const user = isDefault && target.assets ? `assets:rpc-proxy:${target.unit}` : `core:user:${target.unit}`;
  return client(env, target.address).getEntrypoint(
    wanted.service ?? user,
    isDefault ? undefined : wanted.entrypoint,
    wanted.props,
  );
}

/** Asks the daemon where something is that the table does not know or that did not answer; waits while it is being moved. */
async function located(env, query) {
  const response = await env.DAEMON.fetch(`http://daemon/locate?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function counted(address, work) {
  calls.set(address, (calls.get(address) ?? 0) + 1);
  try {
    return await work();
  } finally {
    calls.set(address, calls.get(address) - 1);
  }
}

/** Fetches from where the target is now; when that process has just gone, once more from where it is then. */
async function fetchFrom(request, now, relocate, fetcherOf) {
  const repeatable = request.body === null && (request.method === "GET" || request.method === "HEAD");
  const target = now ?? (await relocate());
  try {
    return await counted(target.address, () => fetcherOf(target).fetch(repeatable ? request.clone() : request));
  } catch (error) {
    if (!repeatable || !isConnectionLost(error)) throw error;
    const moved = await relocate(target.address);
    return counted(moved.address, () => fetcherOf(moved).fetch(request));
  }
}

function isConnectionLost(error) {
  return /connection (lost|refused|reset)|disconnected|peer closed|connect\(\)/i.test(String(error?.message));
}

/** Makes every property that the class itself has not the property of whatever it stands for, so that RPC goes through. */
function forwarding(self, now, later) {
  return new Proxy(self, {
    get(target, property, receiver) {
      if (Reflect.has(target, property)) return Reflect.get(target, property, receiver);
      if (typeof property === "symbol" || reserved.has(property)) return undefined;
      const stub = now();
      if (stub) return stub[property];
      return async (...args) => {
        const moved = await later();
        return moved[property](...args);
      };
    },
  });
}

/** Props: `{ script, service?, entrypoint?, props? }`. */
export class Service extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const wanted = ctx.props;
    const now = () => {
      const target = pick(table.scripts[wanted.script]);
      return target && entrypoint(env, wanted, target);
    };
    // biome-ignore lint/correctness/noConstructorReturn: the proxy is what makes arbitrary RPC methods pass.
    return forwarding(this, now, async () =>
      entrypoint(env, wanted, pick(await located(env, { script: wanted.script }))),
    );
  }

  fetch(request) {
    return fetchScript(this.env, this.ctx.props, request);
  }
}

function fetchScript(env, wanted, request) {
  return fetchFrom(
    request,
    pick(table.scripts[wanted.script]),
    async (failed) => pick(await located(env, { script: wanted.script, ...(failed && { failed }) })),
    (target) => entrypoint(env, wanted, target),
  );
}

/** Props: `{ namespace }`, the key prefix of the scripts of a dispatch namespace. */
export class Dispatch extends WorkerEntrypoint {
  async fetch(request) {
    const { name, args } = JSON.parse(request.headers.get("x-chittyops-dispatch"));
    const headers = new Headers(request.headers);
    headers.delete("x-chittyops-dispatch");
    return fetchScript(
      this.env,
      { script: `${this.ctx.props.namespace}/${name}`, props: args },
      new Request(request, { headers }),
    );
  }
}

/** Props as Miniflare's plugins make them: `{ service, entrypoint, userProps }` of a service in the storage process. */
export class Storage extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const { service, entrypoint: name, userProps } = ctx.props;
    this.from = ({ address }) => client(env, address).getEntrypoint(service, name ?? undefined, userProps);
    this.now = () => ({ address: table.storage ?? env.STORAGE });
    this.later = (failed) => located(env, { storage: "yes", failed });
    // biome-ignore lint/correctness/noConstructorReturn: the proxy is what makes arbitrary RPC methods pass.
    return forwarding(this, () => this.from(this.now()));
  }

  fetch(request) {
    const forward = (forwarded) => fetchFrom(forwarded, this.now(), this.later, this.from);
    const bucket = this.ctx.props.userProps?.MINIFLARE_NAMESPACE;
    const ruled =
      request.method === "PUT" && this.ctx.props.service === "r2:bucket:entry" && table.buckets?.includes(bucket);
    return ruled ? changeRuledBucket(this.env, bucket, request, forward) : forward(request);
  }
}

/** A change of objects in a bucket with locks or notifications; the daemon knows them. The body begins with what is to be done. */
async function changeRuledBucket(env, bucket, request, forward) {
  const tell = (path, change) =>
    env.DAEMON.fetch(`http://daemon/bucket/${path}`, { method: "POST", body: JSON.stringify(change) });
  const size = Number(request.headers.get("cf-r2-metadata-size"));
  const [head, body] = await splitBody(request, size);
  const { method, object, objects } = JSON.parse(new TextDecoder().decode(head));
  const change = { bucket, method, keys: objects ?? [object] };
  const { refused } = await (await tell("check", change)).json();
  if (refused) {
    // The answer counts only for a sender that could send everything.
    await body.pipeTo(new WritableStream());
    return new Response(null, {
      status: 403,
      headers: { "cf-r2-error": JSON.stringify({ message: refused, version: 1, v4code: 10069 }) },
    });
  }
  const answer = await forward(new Request(request, { body }));
  if (!answer.ok) return answer;
  const described = Number(answer.headers.get("cf-r2-metadata-size") ?? 0);
  const content = await answer.arrayBuffer();
  const written = described > 0 ? JSON.parse(new TextDecoder().decode(content.slice(0, described))) : undefined;
  await tell("changed", { ...change, object: written });
  return new Response(content, answer);
}

/** The first `size` bytes of a body, and a body that has all of it. */
async function splitBody(request, size) {
  const reader = request.body.getReader();
  const chunks = [];
  let length = 0;
  while (length < size) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  reader.releaseLock();
  const read = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const total = request.headers.get("content-length");
  const { readable, writable } = total === null ? new IdentityTransformStream() : new FixedLengthStream(Number(total));
  const copy = async () => {
    const writer = writable.getWriter();
    await writer.write(read);
    writer.releaseLock();
    await request.body.pipeTo(writable);
  };
  copy().catch(() => {});
  return [read.slice(0, size), readable];
}

/** What a Worker fetches by URL: hosts that the edge serves come from the edge, the rest from the network. Props: `{ script }`. */
export class Outbound extends WorkerEntrypoint {
  fetch(request) {
    const { hostname } = new URL(request.url);
    const { zones = [], hosts = [] } = table;
    const local = hosts.includes(hostname) || zones.some((zone) => hostname === zone || hostname.endsWith(`.${zone}`));
    if (!local) return fetch(request);
    const headers = new Headers(request.headers);
    headers.set("x-chittyops-from", this.ctx.props.script);
    return this.env.EDGE.fetch(new Request(request, { headers }));
  }
}

/** Receives the trace events of a Worker in this process and hands them to the tail Worker. Props: `{ script, from }`. */
export class Tail extends WorkerEntrypoint {
  async tail(events) {
    // The delivery itself is an RPC call named `tail`, whose own events would go round for ever.
    const wanted = events.filter((event) => event.event?.rpcMethod !== "tail");
    const target = pick(table.scripts[this.ctx.props.script]);
    if (wanted.length === 0 || !target) return;
    // Events hold getters and dates that RPC does not take; the name in them would be the one inside this process.
    const copies = JSON.parse(JSON.stringify(wanted)).map((event) => ({ ...event, scriptName: this.ctx.props.from }));
    await entrypoint(this.env, this.ctx.props, target).tail(copies);
  }
}

/** A class that stands for the Durable Objects of a namespace in another process; its objects keep nothing themselves. */
export function remoteObject(namespaceId) {
  return class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      const id = ctx.id.toString();
      this.now = () => table.objects[namespaceId];
      this.later = (failed) => located(env, { object: namespaceId, ...(failed && { failed }) });
      this.actor = (target) => client(env, target.address).getActor(`core:user:${target.unit}`, target.className, id);
      const stub = () => {
        const target = this.now();
        return target && this.actor(target);
      };
      // biome-ignore lint/correctness/noConstructorReturn: the proxy is what makes arbitrary RPC methods pass.
      return forwarding(this, stub, async () => this.actor(await this.later()));
    }

    fetch(request) {
      return fetchFrom(request, this.now(), this.later, this.actor);
    }
  };
}

/** What the daemon asks of this process. */
export default {
  async fetch(request, env) {
    if (request.headers.get("authorization") !== `Bearer ${env.SECRET}`)
      return new Response("Forbidden", { status: 403 });
    const url = new URL(request.url);
    const [, action, argument = ""] = url.pathname.split("/");
    try {
      switch (action) {
        case "ping":
          return new Response("pong");
        case "table":
          table = await request.json();
          return new Response();
        case "calls":
          return Response.json(Object.fromEntries(calls));
        case "scheduled": {
          const { cron, scheduledTime } = await request.json();
          return Response.json(
            await env[`unit:${argument}`].scheduled({ cron, scheduledTime: new Date(scheduledTime) }),
          );
        }
        case "queue": {
          const { queue, messages } = await request.json();
          return Response.json(await env[`unit:${argument}`].queue(queue, messages.map(queueMessage)));
        }
        case "store": {
          const props = JSON.parse(decodeURIComponent(request.headers.get("x-chittyops-props")));
          const headers = new Headers(request.headers);
          headers.delete("x-chittyops-props");
          headers.delete("authorization");
          const target = new URL(url.pathname.split("/").slice(3).join("/") + url.search, "http://store/");
          const store = env.DEBUG_PORT.current().getEntrypoint(decodeURIComponent(argument), undefined, props);
          return await store.fetch(new Request(target, { method: request.method, headers, body: request.body }));
        }
        default:
          return new Response("Not found", { status: 404 });
      }
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 599 });
    }
  },
};

function queueMessage({ id, timestamp, attempts, contentType, body }) {
  const bytes = () => Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  const message = { id, timestamp: new Date(timestamp), attempts };
  switch (contentType) {
    case "v8":
      return { ...message, serializedBody: bytes().buffer };
    case "bytes":
      return { ...message, body: bytes().buffer };
    case "json":
      return { ...message, body: JSON.parse(new TextDecoder().decode(bytes())) };
    default:
      return { ...message, body: new TextDecoder().decode(bytes()) };
  }
}
