import { storeName } from "../complete-binding.ts";
import type { BindingSpec } from "../schema/binding.ts";
import type { Merged, Surroundings } from "../surroundings.ts";
import type { Report } from "./candidate.ts";
import { renameOr } from "./nearest.ts";
import { isPlaceholder } from "./values.ts";

type StoreBinding = Extract<BindingSpec, { kind: "kv" | "r2" | "d1" | "queue" | "dispatch-namespace" }>;

/** The form of the ids that Cloudflare gives; the other kinds are known by a name. */
const ids: Readonly<Record<string, { form: RegExp; words: string }>> = {
  kv: { form: /^[0-9a-f]{32}$/, words: "32 hexadecimal digits" },
  d1: { form: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, words: "a UUID" },
};

/** Whether a binding is one of a store that this program can make. */
export const hasStore = (binding: BindingSpec): binding is StoreBinding =>
  ["kv", "r2", "d1", "queue", "dispatch-namespace"].includes(binding.kind);

/** Reports a store binding that does not say clearly which store it means, or means one that is not there. */
export function checkStore(
  binding: StoreBinding,
  merged: Merged,
  around: Surroundings,
  known: readonly string[],
  report: Report,
): void {
  const path = `bindings.${binding.name}`;
  if (binding.external) {
    const form = ids[binding.kind];
    if (binding.id === undefined) {
      report(
        `${path}.id`,
        "nothing",
        "the id of the external store",
        "Set id, or remove external to have the store made.",
      );
    } else if (form && !isPlaceholder(binding.id) && !form.form.test(binding.id)) {
      report(`${path}.id`, JSON.stringify(binding.id), form.words, "Copy the id from the account.");
    }
    return;
  }
  for (const field of ["id", "shared"] as const) {
    if (binding[field] === undefined) continue;
    report(
      `${path}.${field}`,
      `${field} of a store that is made here`,
      "external: true beside it",
      `Add external: true, or remove ${field}.`,
    );
  }
  if (binding.owner !== undefined) {
    const isStore = (other: BindingSpec) =>
      hasStore(other) && other.kind === binding.kind && !other.external && other.owner === undefined;
    checkOwner(binding.owner, storeName(binding), isStore, around, known, path, report);
    return;
  }
  const twin = merged.spec.bindings?.find((other) => isTwin(binding, other));
  if (twin && twin !== binding && settings(twin) !== settings(binding)) {
    report(
      path,
      `the store of ${twin.name} with other settings`,
      "one store with one set of settings",
      "Make them equal, or name another store.",
    );
  }
}

const isTwin = (binding: StoreBinding, other: BindingSpec) =>
  hasStore(other) &&
  other.kind === binding.kind &&
  !other.external &&
  other.owner === undefined &&
  storeName(other) === storeName(binding);

function settings({ name: _name, ...rest }: BindingSpec): string {
  const { store: _store, ...others } = rest as Record<string, unknown>;
  return JSON.stringify(Object.entries(others).sort());
}

function checkOwner(
  owner: string,
  store: string,
  isStore: (binding: BindingSpec) => boolean,
  around: Surroundings,
  known: readonly string[],
  path: string,
  report: Report,
): void {
  const target = around.find(owner);
  const stores = (target?.spec.bindings ?? []).filter(isStore).map((binding) => storeName(binding));
  if (!target && !known.includes(owner)) {
    report(
      `${path}.owner`,
      `${owner}, which does not exist`,
      "a service of the catalog",
      renameOr(owner, known, "Declare it."),
    );
  } else if (target && !stores.includes(store)) {
    const remedy = `Declare the store in ${owner}, or remove owner to have one made for this service.`;
    report(
      `${path}.store`,
      `${store}, which ${owner} does not declare`,
      "a store that its owner declares",
      renameOr(store, stores, remedy),
    );
  }
}

/** Reports a consumer whose queue is not there, or that is not the only one of its queue. */
export function checkConsumer(
  binding: Extract<BindingSpec, { kind: "queue-consumer" }>,
  { spec }: Merged,
  around: Surroundings,
  known: readonly string[],
  report: Report,
): void {
  const isQueue = (other: BindingSpec) => other.kind === "queue" && !other.external && other.owner === undefined;
  const path = `bindings.${binding.name}`;
  checkOwner(binding.owner ?? spec.name, binding.store, isQueue, around, known, path, report);
  const rivals = [...around.own.values()].flatMap((other) =>
    (other.spec.bindings ?? [])
      .filter((b) => b.kind === "queue-consumer" && b.store === binding.store)
      .filter((b) => b.kind === "queue-consumer" && (b.owner ?? other.spec.name) === (binding.owner ?? spec.name))
      .map((b) => ({ service: other.spec.name, name: b.name })),
  );
  const [first] = rivals;
  if (rivals.length > 1 && first && (first.service !== spec.name || first.name !== binding.name)) {
    report(
      path,
      `a second consumer of ${binding.store}, beside ${first.service}`,
      "one consumer for each queue",
      "Remove one of the two.",
    );
  }
}
