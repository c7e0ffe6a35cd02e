import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it } from "vitest";
import { UpdateLog } from "./update-log.ts";

const urn = (name: string) => `urn:pulumi:local::chittyops::t:i:T::${name}`;

function step(op: string, name: string, more: Partial<StepEventMetadata> = {}): StepEventMetadata {
  const state = {
    type: "t:i:T",
    urn: urn(name),
    custom: true,
    id: `id-${name}`,
    parent: "p",
    inputs: { a: 1 },
    outputs: {},
    provider: "pr",
  };
  return { op, urn: urn(name), type: "t:i:T", provider: "pr", new: state, ...more } as StepEventMetadata;
}

function logOf(...events: Partial<EngineEvent>[]): UpdateLog {
  const log = new UpdateLog();
  for (const [sequence, event] of events.entries()) log.follow({ sequence, timestamp: 0, ...event });
  return log;
}

const failed = (name: string, message: string): Partial<EngineEvent>[] => [
  { diagnosticEvent: { urn: urn(name), message, color: "never", severity: "error" } },
  { resOpFailedEvent: { metadata: step("create", name), status: 0, steps: 1 } },
];

describe("UpdateLog", () => {
  it("counts what was done and says what is being done", () => {
    const log = logOf(
      { resOutputsEvent: { metadata: step("create", "a") } },
      { resOutputsEvent: { metadata: step("same", "b") } },
      { resourcePreEvent: { metadata: step("update", "c") } },
    );
    expect(log.progress).toBe("1 created, 1 unchanged; update T c");
  });

  it("lists changes with their properties, and nothing that stayed the same", () => {
    const log = logOf(
      { resOutputsEvent: { metadata: step("same", "a") } },
      {
        resOutputsEvent: {
          metadata: step("update", "b", {
            detailedDiff: { "settings.x": { diffKind: "update", inputDiff: true } } as never,
          }),
        },
      },
    );
    expect(log.changes).toEqual([
      { urn: urn("b"), name: "b", type: "t:i:T", operation: "update", properties: ["settings.x"] },
    ]);
  });

  it("counts a replacement by its steps once", () => {
    const log = logOf(
      { resOutputsEvent: { metadata: step("create-replacement", "a") } },
      { resOutputsEvent: { metadata: step("replace", "a") } },
      { resOutputsEvent: { metadata: step("delete-replaced", "a") } },
    );
    expect(Object.fromEntries(log.counts)).toEqual({ create: 1, delete: 1 });
  });

  it("joins a failure with what was said about it, without the engine's colours", () => {
    const log = logOf(...failed("a", "<{%fg 1%}>400: <{%reset%}>no such thing\n"));
    expect(log.failures).toEqual([
      {
        urn: urn("a"),
        name: "a",
        type: "t:i:T",
        operation: "create",
        message: "400: no such thing",
        wanted: { inputs: { a: 1 }, parent: "p", provider: "pr" },
      },
    ]);
  });

  it("leaves out what only follows from another failure", () => {
    const echo = "Running program failed with an unhandled exception:\nError: resource a [t:i:T] failed to register";
    const log = logOf(
      ...failed("a", "400"),
      { diagnosticEvent: { message: "update failed", color: "never", severity: "error" } },
      { diagnosticEvent: { urn: urn("stack"), message: echo, color: "never", severity: "error" } },
    );
    expect(log.failures.map(({ name }) => name)).toEqual(["a"]);
  });

  it("keeps what the program itself says", () => {
    const log = logOf({
      diagnosticEvent: { urn: urn("stack"), message: "the catalog has 3 problems", color: "never", severity: "error" },
    });
    expect(log.failures).toMatchObject([{ message: "the catalog has 3 problems", operation: "" }]);
  });
});
