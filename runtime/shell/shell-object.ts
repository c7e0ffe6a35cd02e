import type { DurableObjectState } from "@cloudflare/workers-types";

/**
 * Stands in for any Durable Object class. A request writes to the object's storage and reads it back,
 * so that an answer of 200 means that the object really keeps something.
 */
export class ShellObject {
  readonly state: DurableObjectState;

  constructor(state: DurableObjectState) {
    this.state = state;
  }

  async fetch(): Promise<Response> {
    const requests = ((await this.state.storage.get<number>("requests")) ?? 0) + 1;
    await this.state.storage.put("requests", requests);
    return Response.json({ status: "ok", requests });
  }

  /** Alarms of the class that this one stands in for are kept by their owner's code, not by the shell. */
  alarm(): void {}
}
