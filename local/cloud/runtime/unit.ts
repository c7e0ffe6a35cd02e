import { createHash } from "node:crypto";
import type { DesiredState, WorkerSpec } from "../types.ts";

/** One version of one script, as it runs in a workerd process. */
export interface Unit {
  /** Name of the Worker inside workerd; changes with anything that needs a new process. */
  id: string;
  spec: WorkerSpec;
  /** Holds Durable Objects or Workflows, of which there may be only one at a time. */
  stateful: boolean;
  /** Durable Object classes whose objects live in this unit. */
  objects: { className: string; id: string; sqlite: boolean }[];
  /** Workflows that this unit implements. */
  workflows: { name: string; className: string }[];
  /** Share of the script's requests, 0 to 100. */
  percentage: number;
}

/**
 * The units of a desired state. Of a script with several versions the one with the largest share holds the Durable Objects, since
 * objects must not live twice (Cloudflare picks a version per object).
 */
export function unitsOf(state: DesiredState): Unit[] {
  const workflows = workflowsOf(state);
  return state.scripts.flatMap(({ key, versions }) => {
    const holder = versions.reduce(
      (best, one) => (one.percentage > best.percentage ? one : best),
      versions[0] ?? { percentage: 0 },
    );
    return versions.map((version): Unit => {
      const { spec, percentage } = version;
      const held = version === holder;
      const objects = held ? spec.durableObjects : [];
      const implemented = held ? (workflows.get(key) ?? []) : [];
      const stateful = objects.length > 0 || implemented.length > 0;
      return { id: unitId(spec, implemented, held), spec, stateful, objects, workflows: implemented, percentage };
    });
  });
}

/** Workflows by the key of the script that implements them, from the bindings to them. */
function workflowsOf(state: DesiredState): Map<string, Unit["workflows"]> {
  const found = new Map<string, Map<string, { name: string; className: string }>>();
  for (const { spec } of state.scripts.flatMap(({ versions }) => versions)) {
    for (const binding of spec.bindings) {
      if (binding.type !== "workflow") continue;
      const key = String(binding.script_key ?? spec.key);
      const name = String(binding.workflow_name);
      const className = String(binding.class_name);
      const ofScript = found.get(key) ?? new Map();
      found.set(key, ofScript.set(name, { name, className }));
    }
  }
  return new Map(
    [...found].map(([key, ofScript]) => [key, [...ofScript.values()].sort((a, b) => a.name.localeCompare(b.name))]),
  );
}

function unitId(spec: WorkerSpec, workflows: Unit["workflows"], held: boolean): string {
  const { modules, ...rest } = spec;
  const hash = createHash("sha256").update(JSON.stringify([rest, workflows, held]));
  for (const { name, type, content } of modules) hash.update(`\0${name}\0${type}\0`).update(content);
  return `${spec.scriptName}-${hash.digest("hex").slice(0, 12)}`;
}
