import { inspect } from "node:util";
import { OperationAction, type OperationStatus } from "@neondatabase/api-client";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, json, startServer } from "../../testing/http-server.ts";
import { Api } from "./api.ts";
import { createOnce } from "./create-once.ts";
import { settle } from "./operations.ts";

const canary = "napi_canary-4c1d9e";
const uri = "postgresql://owner:canary-password@ep-x.neon.tech/db";
const signal = new AbortController().signal;
let server: Awaited<ReturnType<typeof startServer>> | undefined;
afterEach(() => server?.stop());

/** A server that gives these answers in turn, the last one for good, and a client of it. */
async function answering(...answers: readonly Answer[]) {
  let next = 0;
  const started = await startServer(() => answers[Math.min(next++, answers.length - 1)] ?? ok, "/api/v2");
  server = started;
  const patience = { retries: 3, retryDelayMs: 1, operationDeadlineMs: 2000 };
  const api = new Api({ baseUrl: started.baseUrl, apiKey: canary, ...patience });
  return {
    api,
    received: started.received,
    read: (during = signal) => api.call("getProject", ["p"], during),
    make: () => api.post("createProject", [{ project: { name: "p" } }], signal),
  };
}

const ok = json(200, { project: { id: "p" } });
const reset: Answer = { status: 0, reset: true };
const truncated: Answer = { status: 200, headers: { "content-type": "application/json" }, body: '{"project": {"id' };
const refusal = (status: number, code = "", message = "no", headers: Record<string, string> = {}): Answer => {
  const answer = json(status, { request_id: "r-17", code, message });
  return { ...answer, headers: { ...answer.headers, ...headers } };
};

/** The error of a call, with everything that a log could show of it. */
async function failureOf(call: Promise<unknown>): Promise<{ message: string; everything: string }> {
  const error: unknown = await call.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  const message = error instanceof Error ? error.message : String(error);
  return { message, everything: `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)}` };
}

describe("a refused request", () => {
  it("names request, Neon's code, message and request id, and a remedy", async () => {
    const { read } = await answering(refusal(404, "NOT_FOUND", "project not found"));
    expect((await failureOf(read())).message).toBe(
      "Neon answered 404 to GET /projects/p\n  NOT_FOUND: project not found\n" +
        "It is not there (any more). If it was removed by hand, run refresh.\nNeon's name for this request: r-17",
    );
  });

  it.each<[string, Answer]>([
    ["a refusal", refusal(401, "", "bad key")],
    ["a refusal that quotes a connection URI", refusal(422, "", `cannot reach ${uri}`)],
    ["a lost connection", reset],
    ["a truncated answer", truncated],
    ["an answer that is no JSON", { status: 502, body: "<html>" }],
  ])("shows neither key nor password, however deep one looks: %s", async (_, answer) => {
    const { make } = await answering(answer);
    const { message, everything } = await failureOf(make());
    expect(message).not.toBe("it did not fail");
    expect(everything).not.toContain(canary);
    expect(everything).not.toContain("canary-password");
  });

  it("is not even made without a key", async () => {
    const { received } = await answering(ok);
    const options = { retries: 0, retryDelayMs: 1, operationDeadlineMs: 1 };
    const api = new Api({ baseUrl: server?.baseUrl ?? "", apiKey: "", ...options });
    await expect(api.call("getProject", ["p"], signal)).rejects.toThrow("Set NEON_API_KEY");
    expect(received).toEqual([]);
  });

  it("says that nothing answers at the address", async () => {
    const { read } = await answering(ok);
    await server?.stop();
    server = undefined;
    await expect(read()).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)\. Start the embedded cloud/);
  });
});

describe("another attempt", () => {
  it.each<[string, Answer]>([
    ["a locked project", refusal(423, "", "project already has running operations")],
    ["a rate limit", refusal(429)],
    ["a rate limit that says how long", refusal(429, "", "slow down", { "retry-after": "0.01" })],
  ])("follows %s, also for a request that makes something", async (_, first) => {
    const { make, received } = await answering(first, ok);
    expect(await make()).toEqual({ project: { id: "p" } });
    expect(received).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ["a server error", refusal(503)],
    ["a lost connection", reset],
    ["a truncated answer", truncated],
  ])("follows %s of a request that reads, and not of one that makes something", async (_, first) => {
    const reading = await answering(first, ok);
    expect(await reading.read()).toEqual({ project: { id: "p" } });
    await server?.stop();
    const making = await answering(first, ok);
    await expect(making.make()).rejects.toThrow();
    expect(making.received).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ["a refusal", refusal(422, "PROJECTS_LIMIT_EXCEEDED", "projects limit of 1 exceeded")],
    ["a lock that is a used-up quota", refusal(423, "QUOTA", "compute time quota exceeded")],
  ])("does not follow %s", async (_, first) => {
    const { make, received } = await answering(first, ok);
    await expect(make()).rejects.toThrow("exceeded");
    expect(received).toHaveLength(1);
  });

  it("ends: a storm of locks is reported after a bounded number of attempts", async () => {
    const { read, received } = await answering(refusal(423, "", "busy"));
    await expect(read()).rejects.toThrow("Other operations kept the project busy");
    expect(received).toHaveLength(4);
  });

  it("is not made once the engine has cancelled", async () => {
    const cancelled = new AbortController();
    const { read, received } = await answering(refusal(429, "", "slow", { "retry-after": "60" }));
    const failed = expect(read(cancelled.signal)).rejects.toThrow();
    await expect.poll(() => received.length).toBe(1);
    cancelled.abort();
    await failed;
    expect(received).toHaveLength(1);
  });
});

describe("createOnce", () => {
  const creation = (api: Api, { taken, made }: { taken?: string; made: (string | undefined)[] }) => ({
    what: "project p",
    taken: async () => taken,
    post: async () => (await api.post("createProject", [{ project: { name: "p" } }], signal)).project.id,
    made: async () => made.shift(),
  });

  it("sends nothing where the name is taken, and says how to take it over", async () => {
    const { api, received } = await answering(ok);
    const refused = createOnce(api, creation(api, { taken: "quiet-river-1", made: [] }), signal);
    await expect(refused).rejects.toThrow(/There is a project p already.*pulumi import .* quiet-river-1/);
    expect(received).toEqual([]);
  });

  it("finds what a lost answer has made, also when Neon shows it late", async () => {
    const { api, received } = await answering(reset, ok);
    expect(await createOnce(api, creation(api, { made: [undefined, "late"] }), signal)).toBe("late");
    expect(received).toHaveLength(1);
  });

  it("sends again what was lost on the way there", async () => {
    const { api, received } = await answering(reset, ok);
    expect(await createOnce(api, creation(api, { made: [] }), signal)).toBe("p");
    expect(received).toHaveLength(2);
  });

  it("gives up after some lost answers, and says that the outcome is unknown", async () => {
    const { api, received } = await answering(reset);
    await expect(createOnce(api, creation(api, { made: [] }), signal)).rejects.toThrow("whether it was carried out");
    expect(received).toHaveLength(4);
  });
});

describe("settle", () => {
  const operation = (status: string, more: object = {}) => ({
    id: "o-1",
    project_id: "p",
    action: OperationAction.StartCompute,
    status: status as OperationStatus,
    failures_count: 0,
    created_at: "",
    updated_at: "",
    total_duration_ms: 0,
    ...more,
  });
  const shown = (...args: Parameters<typeof operation>) => json(200, { operation: operation(...args) });

  it("waits until an operation is over, also when it failed in between and Neon took it up again", async () => {
    const answers = [shown("scheduling"), shown("failed"), shown("running"), shown("finished")];
    const { api, received } = await answering(...answers);
    await settle(api, [operation("running")], signal);
    expect(received).toHaveLength(4);
  });

  it("asks nothing about one that is over", async () => {
    const { api, received } = await answering(ok);
    await settle(api, [operation("finished"), operation("skipped")], signal);
    expect(received).toEqual([]);
  });

  it.each([
    ["cancelled", shown("cancelled"), /start_compute \(o-1\) in project p was cancelled/],
    ["not over by the deadline", shown("running"), /start_compute \(o-1\) in project p is still running after/],
  ])("fails for one that is %s", async (_, answer, message) => {
    const { api } = await answering(answer);
    await expect(settle(api, [operation("running")], signal)).rejects.toThrow(message);
  });
});
