import type { ProviderDefinition } from "../kit/definition.ts";
import { Provider, type Situation } from "../kit/provider.ts";
import type { Recorded } from "../kit/recorded.ts";
import type { ValueMap } from "../kit/value.ts";

const idle: Situation = { signal: new AbortController().signal, log: () => {} };

/** Drives one resource of a provider through its life, as the engine would, without transport. */
export function operate<Client>(definition: ProviderDefinition<Client>, config: ValueMap, type: string) {
  const provider = new Provider(definition);
  provider.configure(config);
  return {
    provider,
    check: (inputs: ValueMap) => provider.check(type, inputs),
    create: (inputs: ValueMap) => provider.create(type, inputs, idle),
    read: (recorded: Recorded) => provider.read(type, recorded.id, states(recorded), idle),
    import: (id: string) => provider.read(type, id, { state: {} }, idle),
    diff: (recorded: Recorded, news: ValueMap) => provider.diff(type, states(recorded), news, [], idle),
    previewCreate: (inputs: ValueMap, log = idle.log) => provider.previewCreate(type, inputs, { ...idle, log }),
    previewUpdate: (recorded: Recorded, news: ValueMap, log = idle.log) =>
      provider.previewUpdate(type, states(recorded), news, { ...idle, log }),
    update: (recorded: Recorded, news: ValueMap) => provider.update(type, recorded.id, states(recorded), news, idle),
    delete: (recorded: Recorded) => provider.delete(type, recorded.id, states(recorded), idle),
  };
}

function states({ outputs, inputs }: Recorded): { state: ValueMap; inputs: ValueMap } {
  return { state: outputs, inputs };
}
