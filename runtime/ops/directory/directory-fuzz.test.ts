import { expect, it } from "vitest";
import { randomOf, sample } from "../../../tests/harness/sample.ts";
import { memoryNamespace } from "../../storage/testing/memory-namespace.ts";
import { fuzzed } from "../testing/fuzzed.ts";
import { nodePlane, operatorToken, people } from "../testing/node-plane.ts";
import { directoryObjectOf } from "./testing/directory-object-of.ts";
import { WatchedEstate } from "./testing/watched-estate.ts";

const cases = Array.from({ length: 10_000 }, (_, index) => index);

it("answers no fuzzed body with a 500, and none that it does not take without a problem", {
  timeout: 600_000,
}, async () => {
  const estate = new WatchedEstate();
  const plane = await nodePlane({ DIRECTORY: memoryNamespace(() => directoryObjectOf(estate.keeper)) });
  const authorization = `Bearer ${await operatorToken(people.admin)}`;
  const endpoint = "http://beacon.chitty.localhost/";
  const challenge = estate.keeper.challenge("beacon", endpoint);
  estate.answers.set(challenge.url, { body: challenge.proof });
  const metadata = { description: "Beats.", family: "chittyos", owner: "chittyos", tier: 3 };
  const registration = {
    challenge: challenge.token,
    service_name: "beacon",
    service_type: "package",
    chitty_id: "CHITTY-1",
    endpoint,
    version: "1",
    health_check_url: `${endpoint}health`,
    metadata: {
      ...metadata,
      tools: [{ name: "ping", description: "Answers." }],
      dependencies: [{ kind: "service", name: "finance" }],
    },
  };
  const known = await estate.keeper.register({
    ...registration,
    metadata: { ...metadata, health_status: "ok", tools: [], dependencies: [] },
  });
  const certificate_expires_at = new Date(estate.now).toISOString();
  /** Bodies that are taken, or would be with another challenge, with every field there is. */
  const good: [path: string, body: unknown, bearer: string][] = [
    ["/api/v1/challenge", { name: "beacon", endpoint }, authorization],
    ["/api/v1/services", registration, authorization],
    [`/api/v1/services/${known.id}/heartbeat`, { version: "2", certificate_expires_at }, `Bearer ${known.token}`],
    ["/api/v1/maintenance", { family: "chittyos", services: ["beacon"], reason: "move", minutes: 5 }, authorization],
    ["/api/v1/services/beacon/check", {}, authorization],
  ];
  const statuses = new Map<number, number>();
  for (const [turn, index] of sample("fuzzed registrations", cases, 500).entries()) {
    const random = randomOf(`fuzzed registration ${index}`);
    const [path, body, bearer] = good[Math.floor(random() * good.length)] ?? ["/", {}, ""];
    const headers = { authorization: bearer };
    const response = await plane.request(path, { method: "POST", body: fuzzed(body, random), headers });
    const answer = await response.text();
    const said = { index, path, status: response.status, answer };
    expect(said).not.toMatchObject({ status: expect.toSatisfy((status: number) => status >= 500) });
    if (!response.ok) expect(JSON.parse(answer)).toMatchObject({ status: response.status, detail: expect.any(String) });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (turn % 20 === 0) await estate.pass(1);
  }
  expect(statuses.get(400)).toBeGreaterThan(100);
  expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0)).toBeGreaterThan(50);
});
