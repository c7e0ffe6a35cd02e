import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { resourceName, shortType } from "./urn.ts";

/** A resource operation that failed, with everything the engine said about it. */
export interface Failure {
  urn: string;
  name: string;
  type: string;
  operation: string;
  /** Why; secrets are hidden by the engine. */
  message: string;
  /** The resource as the program wants it. Secret inputs read `[secret]`. */
  wanted?: { inputs: Record<string, unknown>; parent: string; provider: string };
}

/** A resource that was created, with the inputs it got. */
export interface Created {
  urn: string;
  type: string;
  id: string;
  inputs: Record<string, unknown>;
}

export interface ResourceChange {
  urn: string;
  name: string;
  type: string;
  operation: string;
  /** Paths of the properties that change, where the engine says so. */
  properties: string[];
}

/** A replacement is a creation and a deletion, and a step that only joins them. */
const stepKinds: Readonly<Record<string, string>> = {
  "create-replacement": "create",
  "delete-replaced": "delete",
  "import-replacement": "import",
  "read-replacement": "read",
};

/** Operations that change nothing in the cloud. */
const quiet = new Set(["same", "read", "refresh", "discard"]);

/** Follows the engine's events: what is being done, what was done, what failed and why. */
export class UpdateLog {
  readonly changes: ResourceChange[] = [];
  readonly created: Created[] = [];
  readonly warnings: string[] = [];
  /** What a resource said about itself, e.g. which migrations are pending. */
  readonly notes: { name: string; message: string }[] = [];
  readonly counts = new Map<string, number>();
  readonly #failed = new Map<string, StepEventMetadata>();
  readonly #messages = new Map<string, string[]>();
  readonly #running = new Map<string, string>();
  #sawSummary = false;

  follow(event: EngineEvent): void {
    if (event.resourcePreEvent) this.#start(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) this.#finish(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) this.#fail(event.resOpFailedEvent.metadata);
    if (event.summaryEvent) this.#sawSummary = true;
    if (event.diagnosticEvent && !event.diagnosticEvent.ephemeral) {
      const { severity, urn = "", message } = event.diagnosticEvent;
      const line = plain(message).trim();
      if (severity === "error" && line !== "") this.#messages.set(urn, [...(this.#messages.get(urn) ?? []), line]);
      if (severity === "warning" && line !== "") this.warnings.push(line);
      if (severity === "info" && urn.includes("neon:") && line !== "")
        this.notes.push({ name: resourceName(urn), message: line });
    }
  }

  /** e.g. `12 created, 3 unchanged; create WorkersScript finance`. */
  get progress(): string {
    const current = [...this.#running.values()].at(-1);
    return [this.summary, current].filter(Boolean).join("; ");
  }

  /** e.g. `12 created, 3 unchanged`; empty when nothing was done yet. */
  get summary(): string {
    const words: Record<string, string> = {
      create: "created",
      update: "updated",
      delete: "deleted",
      replace: "replaced",
      same: "unchanged",
      refresh: "refreshed",
      import: "imported",
    };
    return [...this.counts].map(([operation, count]) => `${count} ${words[operation] ?? operation}`).join(", ");
  }

  /** What failed, each with its reasons; problems that belong to no resource come with an empty URN. */
  get failures(): Failure[] {
    const urns = new Set([...this.#failed.keys(), ...this.#messages.keys()]);
    return [...urns].flatMap((urn) => {
      const step = this.#failed.get(urn);
      const messages = (this.#messages.get(urn) ?? []).filter((message) => !isEcho(message));
      if (!step && messages.length === 0) return [];
      return [failure(urn, step, messages)];
    });
  }

  /** The engine got as far as summing up; without that it was killed. */
  get complete(): boolean {
    return this.#sawSummary;
  }

  #start(step: StepEventMetadata): void {
    if (step.op !== "same") this.#running.set(step.urn, `${step.op} ${shortType(step.type)} ${resourceName(step.urn)}`);
  }

  #finish(step: StepEventMetadata): void {
    this.#running.delete(step.urn);
    if (step.type === "pulumi:pulumi:Stack") return;
    const operation = stepKinds[step.op] ?? step.op;
    if (operation === "replace") return;
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
    if (operation === "create" && step.new?.custom && step.new.id) {
      this.created.push({ urn: step.urn, type: step.type, id: step.new.id, inputs: step.new.inputs });
    }
    const custom = (step.new ?? step.old)?.custom === true;
    if (custom && !quiet.has(operation)) this.changes.push(change(step, operation));
  }

  #fail(step: StepEventMetadata): void {
    this.#running.delete(step.urn);
    this.#failed.set(step.urn, step);
  }
}

function change(step: StepEventMetadata, operation: string): ResourceChange {
  const properties = step.detailedDiff ? Object.keys(step.detailedDiff) : (step.diffs ?? []);
  return { urn: step.urn, name: resourceName(step.urn), type: step.type, operation, properties };
}

function failure(urn: string, step: StepEventMetadata | undefined, messages: readonly string[]): Failure {
  const wanted = step?.new;
  return {
    urn,
    name: urn === "" ? "" : resourceName(urn),
    type: step?.type ?? "",
    operation: step?.op ?? "",
    message: messages.join("\n") || "failed without a message",
    ...(wanted ? { wanted: { inputs: wanted.inputs, parent: wanted.parent, provider: wanted.provider } } : {}),
  };
}

/** What follows from the failure of a resource and says nothing new: the engine's last line, and the program that waited for it. */
function isEcho(message: string): boolean {
  return (
    /^(update|preview|refresh|destroy) failed$/.test(message) ||
    /\[[^\]]+\] failed to register\b/.test(message) ||
    /^(Error: )?A resource failed, as said with it/.test(message)
  );
}

/** Takes the engine's colour directives and terminal colours out of a message. */
function plain(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
  return message.replace(/<\{%[^%]*%\}>/g, "").replace(/\u001b\[[0-9;]*m/g, "");
}
