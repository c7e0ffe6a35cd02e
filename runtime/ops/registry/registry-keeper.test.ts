import { beforeEach, describe, expect, it } from "vitest";
import { type Registration, registration } from "../../../contracts/ops-registry.ts";
import { WatchedEstate } from "../directory/testing/watched-estate.ts";
import { OutboundError } from "../outbound/fetch-safely.ts";
import { lease } from "./registry-keeper.ts";

const hour = 3_600_000;
let estate: WatchedEstate;
beforeEach(async () => {
  estate = new WatchedEstate();
  for (let index = 0; index < 4; index += 1) estate.deploy(`fine${index}`);
  await estate.pass(1);
});

const endpoint = "https://beacon.chitty.cc/";
function wanted(challenge: string, more: object = {}, metadata: object = {}): Registration {
  return registration.parse({
    challenge,
    service_name: "beacon",
    service_type: "package",
    chitty_id: "CHITTY-BEACON-0001",
    endpoint,
    version: "1.0.0",
    ...more,
    metadata: {
      description: "Sends heartbeats.",
      family: "chittyos",
      owner: "chittyos",
      tier: 3,
      tools: [{ name: "ping", description: "Answers." }],
      ...metadata,
    },
  });
}
async function register(more: object = {}, metadata: object = {}) {
  const challenge = estate.keeper.challenge("beacon", endpoint);
  estate.answers.set(challenge.url, { body: `${challenge.proof}\n` });
  return estate.keeper.register(wanted(challenge.token, more, metadata));
}
const beacon = () => estate.keeper.view.get("beacon", "all");

describe("a registration", () => {
  it("is taken when the endpoint shows the proof, keeps its ChittyID as it is, and is told as an event", async () => {
    const { id, token, heartbeat } = await register();
    expect(heartbeat).toEqual({
      url: `https://ops.chitty.cc/api/v1/services/${id}/heartbeat`,
      interval: 300,
      expiresAfter: 86_400,
    });
    expect(beacon()).toMatchObject({
      id,
      source: "registered",
      chitty_id: "CHITTY-BEACON-0001",
      endpoints: [endpoint],
    });
    expect(estate.events.at(-1)).toMatchObject({ type: "cc.chitty.service.registered", subject: "beacon" });
    const stored = JSON.stringify(estate.storage.sql.exec("SELECT * FROM services").toArray());
    expect(stored).not.toContain(token);
  });

  it.each([
    ["dead", /no answer within/],
    [404, /answers 404/],
    [302, /answers 302/],
    [{ body: "<html>everything answers this" }, /does not answer the proof/],
  ] as const)("is refused when the endpoint answers %j", async (answer, why) => {
    const challenge = estate.keeper.challenge("beacon", endpoint);
    estate.answers.set(challenge.url, answer as never);
    await expect(estate.keeper.register(wanted(challenge.token))).rejects.toThrow(why);
    expect(beacon()).toBeUndefined();
  });

  it("is refused without its own challenge, in time, and only once", async () => {
    const challenge = estate.keeper.challenge("beacon", endpoint);
    estate.answers.set(challenge.url, { body: challenge.proof });
    const forged = estate.keeper.register(wanted("forged"));
    await expect(forged).rejects.toThrow(/no such challenge/);
    const elsewhere = estate.keeper.register(wanted(challenge.token, { endpoint: "https://other.chitty.cc/" }));
    await expect(elsewhere).rejects.toThrow(/is for beacon at/);
    const other = estate.keeper.register(wanted(challenge.token, { service_name: "other" }));
    await expect(other).rejects.toThrow(/is for beacon at/);
    estate.now += 10 * 60_000;
    await expect(estate.keeper.register(wanted(challenge.token))).rejects.toThrow(/over/);
    estate.now -= 10 * 60_000;
    await estate.keeper.register(wanted(challenge.token));
    await expect(estate.keeper.register(wanted(challenge.token))).rejects.toThrow(/no such challenge/);
  });

  it("is refused for another's name and for addresses of another host", async () => {
    const taken = estate.keeper.challenge("fine0", endpoint);
    const catalog = estate.keeper.register(wanted(taken.token, { service_name: "fine0" }));
    await expect(catalog).rejects.toThrow(/service of the catalog/);
    await register();
    await expect(register({}, { family: "cook-county" })).rejects.toThrow(/another family/);
    await expect(register({ health_check_url: "https://bank.test/health" })).rejects.toThrow(/endpoint's own host/);
    await expect(register({}, { mcp_url: "https://bank.test/mcp" })).rejects.toThrow(/endpoint's own host/);
  });

  it("can be made again, with a new token that replaces the old one", async () => {
    const first = await register();
    const second = await register({ version: "2.0.0" });
    expect(second.id).toBe(first.id);
    expect(() => estate.keeper.heartbeat(first.id, first.token, {})).toThrow(/not known/);
    expect(estate.keeper.heartbeat(second.id, second.token, {})).toEqual({ service: "beacon" });
    expect(beacon()?.version).toBe("2.0.0");
  });

  it("gives way to the catalog's service of its name", async () => {
    const { id, token } = await register();
    estate.deploy("beacon");
    await estate.pass(1);
    expect(beacon()).toMatchObject({ source: "catalog", id: "beacon" });
    expect(() => estate.keeper.heartbeat(id, token, {})).toThrow(/not known/);
  });

  it("has at most a thousand challenges open", () => {
    for (let index = 0; index < 1_000; index += 1) estate.keeper.challenge(`s${index}`, endpoint);
    expect(() => estate.keeper.challenge("more", endpoint)).toThrow(/Too many challenges/);
    estate.now += 10 * 60_000;
    expect(estate.keeper.challenge("more", endpoint).token).toHaveLength(32);
  });

  it("passes on what it refuses to ask", async () => {
    const challenge = estate.keeper.challenge("beacon", "https://10.0.0.1/");
    expect(challenge.url).toContain("10.0.0.1");
    const inside = estate.keeper.register(wanted(challenge.token, { endpoint: "https://10.0.0.1/" }));
    await expect(inside).rejects.toThrow(/was not read/);
    expect(new OutboundError("the address names an IP address", true).refused).toBe(true);
  });
});

describe("heartbeats", () => {
  const beats = async (id: string, token: string, count: number) => {
    for (let beat = 0; beat < count; beat += 1) {
      await estate.pass(5);
      estate.keeper.heartbeat(id, token, {});
    }
    await estate.pass(1);
  };

  it("keep a service healthy; three that are missed are an incident, and two that come close it", async () => {
    const { id, token } = await register();
    await beats(id, token, 3);
    expect(beacon()?.health).toBe("healthy");
    await estate.pass(16);
    expect(estate.notices).toEqual([]);
    await estate.pass(3);
    expect(estate.notices).toEqual(["raise service-silent/beacon"]);
    expect(beacon()).toMatchObject({ health: "unreachable", checks: [{ kind: "heartbeat" }] });
    await beats(id, token, 2);
    expect(estate.notices).toEqual(["raise service-silent/beacon", "clear service-silent/beacon"]);
  });

  it("are refused without the right token, whether or not there is such a service", async () => {
    const { id, token } = await register();
    for (const [who, what] of [
      [id, "wrong"],
      [id, ""],
      ["fine0", ""],
      ["nobody", token],
    ]) {
      expect(() => estate.keeper.heartbeat(who ?? "", what ?? "", {})).toThrow(/not known here/);
    }
  });

  it("that stay away for a day let the registration go, and no sooner", async () => {
    const { id, token } = await register();
    await beats(id, token, 1);
    const silentSince = estate.now;
    while (estate.now + hour / 2 < silentSince + lease.expiresAfter - 60_000) await estate.pass(30);
    expect(beacon()).toBeDefined();
    await estate.pass(31);
    expect(beacon()).toBeUndefined();
    expect(estate.events.at(-1)).toMatchObject({ type: "cc.chitty.service.expired", subject: "beacon" });
    expect(estate.notices.at(-1)).toBe("clear service-silent/beacon");
  });

  it("that nobody could hear are not missed", async () => {
    const { id, token } = await register();
    await beats(id, token, 2);
    estate.now += 3 * 24 * hour;
    await estate.pass(4);
    expect(beacon()).toBeDefined();
    expect(estate.notices).toEqual([]);
  });

  it("say what is not seen otherwise: the version, and how long the certificate lasts", async () => {
    const { id, token } = await register();
    expect(beacon()?.certificate).toEqual({ daysLeft: "unknown" });
    const until = (days: number) => new Date(estate.now + days * 24 * hour + hour).toISOString();
    estate.keeper.heartbeat(id, token, { version: "1.2.3", certificate_expires_at: until(13) });
    expect(beacon()).toMatchObject({ version: "1.2.3", certificate: { daysLeft: 13 } });
    await estate.pass(1);
    expect(estate.raised).toMatchObject([
      { fingerprint: "certificate-expires/beacon", title: "The certificate of beacon runs out in 13 days" },
    ]);
    estate.keeper.heartbeat(id, token, { certificate_expires_at: until(90) });
    await estate.pass(1);
    expect(estate.notices.at(-1)).toBe("clear certificate-expires/beacon");
  });

  it("are not told of twice when the service's own health check is bad", async () => {
    const { id, token } = await register({ health_check_url: `${endpoint}health` });
    estate.answers.set(`${endpoint}health`, "ok");
    await beats(id, token, 2);
    expect(beacon()?.health).toBe("healthy");
    estate.answers.set(`${endpoint}health`, "dead");
    await estate.pass(40);
    expect(estate.notices).toEqual(["raise service-down/beacon"]);
  });
});

describe("what the registry lists", () => {
  const all = { families: "all", limit: 100 } as const;

  it("is a page of the families that somebody may see, by health and words", async () => {
    await register();
    estate.deploy("county", { family: "cook-county" });
    await estate.pass(1);
    const names = (query: object) => estate.keeper.view.list({ ...all, ...query }).services.map(({ name }) => name);
    expect(names({ families: ["cook-county"] })).toEqual(["county"]);
    expect(names({ families: [] })).toEqual([]);
    expect(names({ health: "unknown" })).toEqual(["beacon"]);
    expect(names({ text: "SENDS heart" })).toEqual(["beacon"]);
    expect(names({ text: '"; DROP TABLE services; --' })).toEqual([]);
    const first = estate.keeper.view.list({ ...all, limit: 2 });
    expect(first).toMatchObject({ services: [{ name: "beacon" }, { name: "county" }], next: "county" });
    expect(names({ after: first.next })).toEqual(["fine0", "fine1", "fine2", "fine3"]);
    expect(estate.keeper.view.list({ ...all, after: "fine1" }).next).toBeUndefined();
  });

  it("are tools, MCP servers, counts and a manifest", async () => {
    await register({}, { mcp_url: `${endpoint}mcp`, dependencies: [{ kind: "service", name: "fine0" }] });
    const { entries, view } = estate.keeper;
    expect(entries.tools(all)).toEqual({ tools: [{ name: "ping", service: "beacon", description: "Answers." }] });
    expect(entries.mcpServers(all)).toMatchObject({
      servers: [{ server: { name: "beacon", remotes: [{ type: "streamable-http", url: `${endpoint}mcp` }] } }],
      metadata: { count: 1 },
    });
    expect(entries.categories("all").categories).toEqual([
      { name: "package", services: 1 },
      { name: "worker", services: 4 },
    ]);
    expect(view.stats("all")).toMatchObject({
      services: 5,
      bySource: { catalog: 4, registered: 1 },
      byTier: { 2: 4, 3: 1 },
      dependencies: 1,
    });
    expect(entries.manifest({ ...all, limit: 1 }, "prod")).toMatchObject({
      environment: "prod",
      services: [{ name: "beacon", dependencies: [{ name: "fine0" }] }],
      next: "beacon",
    });
    expect(view.get("fine0", "all")).toMatchObject({ dependants: ["beacon"] });
    expect(view.get("beacon", "all")?.dependencies).toEqual([{ kind: "service", name: "fine0", health: "healthy" }]);
  });

  it("shows what runs nowhere as excluded, and does not look at it", async () => {
    estate.deploy("chittycan", { health_check: undefined, endpoints: [] });
    await estate.pass(2);
    expect(estate.health("chittycan")).toBe("excluded");
    await expect(estate.keeper.check("chittycan")).rejects.toThrow(/no health check/);
  });
});
