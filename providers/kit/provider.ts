import { checkInputs, type Problem } from "./check.ts";
import type { Current, FunctionDefinition, Operation, ProviderDefinition, ResourceDefinition } from "./definition.ts";
import { type Change, diffInputs } from "./diff.ts";
import { InvalidArguments, PartialFailure, ProviderError } from "./errors.ts";
import { locate, recall } from "./locate.ts";
import { adopt, afterRead, importInputs, inputsAfterRead, overlay } from "./merge.ts";
import type { Path } from "./path.ts";
import type { Recorded } from "./recorded.ts";
import { conceal, secretPaths } from "./secrets.ts";
import type { Shape } from "./shape.ts";
import { type JsonMap, revealMap, sameValue, toJsonMap, unknown, type ValueMap } from "./value.ts";

export interface DiffResult {
  readonly changes: readonly Change[];
  readonly deleteBeforeReplace: boolean;
}

/** What `Operation` needs and only the transport can give. */
export type Situation = Pick<Operation<unknown>, "signal" | "log">;

/** A create or update that left a half-made resource behind. */
export class InitFailed extends Error {
  readonly recorded: Recorded;
  constructor(recorded: Recorded, cause: PartialFailure) {
    super(cause.message, { cause });
    this.recorded = recorded;
  }
}

/**
 * A provider without transport: every operation of the engine's protocol over `Value` trees. The gRPC service calls it, and so do tests.
 */
export class Provider<Client> {
  readonly definition: ProviderDefinition<Client>;
  #client: { readonly value: Client } | undefined;
  #config: ValueMap = {};

  constructor(definition: ProviderDefinition<Client>) {
    this.definition = definition;
  }

  checkConfig(config: ValueMap): Problem[] {
    const revealed = revealMap(config);
    return [...checkInputs(revealed, this.definition.config), ...(this.definition.checkConfig?.(revealed) ?? [])];
  }

  /** A changed configuration never replaces the provider: its resources are still the same ones. */
  diffConfig(olds: ValueMap, news: ValueMap): Change[] {
    return diffInputs(revealMap(olds), revealMap(news), this.definition.config);
  }

  configure(config: ValueMap): void {
    this.#config = config;
    this.#client = { value: this.definition.configure(revealMap(config)) };
  }

  /** The configuration in use, for redaction. */
  get config(): ValueMap {
    return this.#config;
  }

  async check(type: string, inputs: ValueMap): Promise<Problem[]> {
    const resource = this.#resource(type);
    const revealed = revealMap(inputs);
    return [...checkInputs(revealed, resource.shape), ...((await resource.check?.(revealed)) ?? [])];
  }

  async diff(
    type: string,
    olds: { state: ValueMap; inputs: ValueMap },
    news: ValueMap,
    ignore: string[],
    { signal }: Pick<Situation, "signal">,
  ): Promise<DiffResult> {
    const resource = this.#resource(type);
    const before = revealMap(olds.inputs);
    const after = revealMap(news);
    const behind = (await resource.stale?.(toJsonMap(olds.state), after, signal)) ?? [];
    const found: Change[] = [
      ...diffInputs(before, after, resource.shape, ignore),
      ...behind.map((path) => ({ path, kind: "update", replace: false }) as const),
    ];
    const all = resource.update ? found : found.map((change) => ({ ...change, replace: true }));
    const known = { state: toJsonMap(olds.state), inputs: toJsonMap(olds.inputs) };
    const changes = resource.review?.(all, known, after) ?? all;
    const sameName = resource.uniqueBy?.every((name) => sameValue(before[name], after[name])) ?? false;
    return { changes, deleteBeforeReplace: sameName && changes.some((change) => change.replace) };
  }

  async create(type: string, inputs: ValueMap, situation: Situation): Promise<Recorded> {
    const resource = this.#resource(type);
    const asked = toJsonMap(inputs);
    const record = (id: string, answered: JsonMap) => this.#record(resource, id, adopt(asked, answered), inputs, {});
    try {
      const found = await resource.create(asked, this.#operation(situation));
      return record(found.id, found.outputs);
    } catch (error) {
      throw error instanceof PartialFailure ? new InitFailed(record(error.id, error.outputs), error) : error;
    }
  }

  /** What a create would give, as far as it can be told before. */
  async previewCreate(type: string, inputs: ValueMap, situation: Situation): Promise<ValueMap> {
    const resource = this.#resource(type);
    await resource.plan?.(revealMap(inputs), this.#operation(situation));
    const later = Object.entries(resource.shape).filter(([, field]) => field.output === true);
    const outputs: ValueMap = { ...Object.fromEntries(later.map(([name]) => [name, unknown])), ...inputs };
    return this.#conceal(resource, { ...outputs, ...resource.preview?.(revealMap(inputs)) }, inputs, {});
  }

  /** The resource as it is now; `undefined` when it is gone. Without old inputs it is an import, and its inputs are made up from it. */
  async read(
    type: string,
    id: string,
    olds: { state: ValueMap; inputs?: ValueMap | undefined },
    situation: Situation,
  ): Promise<Recorded | undefined> {
    const resource = this.#resource(type);
    if (!resource.read) return recall(type, id, olds);
    const current = locate(type, resource.importIds ?? [], id, olds);
    const found = await resource.read(current, this.#operation(situation));
    if (!found) return undefined;
    const outputs = afterRead(current, found.outputs, resource.shape);
    if (olds.inputs === undefined) {
      const inputs = conceal(importInputs(outputs, resource.shape), secretFields(resource.shape));
      return this.#record(resource, found.id, outputs, inputs, olds.state);
    }
    const inputs: ValueMap = inputsAfterRead(current.inputs, outputs, resource.shape);
    const marked = conceal(inputs, [...secretPaths(olds.inputs), ...secretFields(resource.shape)]);
    const recorded = this.#record(resource, found.id, outputs, olds.inputs, olds.state);
    return { ...recorded, inputs: sameValue(inputs, current.inputs) ? olds.inputs : marked };
  }

  async update(
    type: string,
    id: string,
    olds: { state: ValueMap; inputs: ValueMap },
    news: ValueMap,
    situation: Situation,
  ): Promise<Recorded> {
    const resource = this.#resource(type);
    if (!resource.update) throw new ProviderError(`${type} cannot be updated in place.`);
    const asked = toJsonMap(news);
    const current = { id, state: toJsonMap(olds.state), inputs: toJsonMap(olds.inputs) };
    const kept = keptOutputs(resource.shape, current);
    const record = (answered: JsonMap) =>
      this.#record(resource, id, adopt(asked, overlay(kept, answered)), news, olds.state);
    try {
      return record(await resource.update(asked, current, this.#operation(situation)));
    } catch (error) {
      throw error instanceof PartialFailure ? new InitFailed(record(error.outputs), error) : error;
    }
  }

  /** What an update would give: the new inputs, outputs that updates leave alone, and unknowns for the rest. */
  async previewUpdate(
    type: string,
    { state, inputs }: { state: ValueMap; inputs: ValueMap },
    news: ValueMap,
    situation: Situation,
  ): Promise<ValueMap> {
    const resource = this.#resource(type);
    await resource.plan?.(revealMap(news), this.#operation(situation));
    const outputs: ValueMap = {};
    for (const [name, field] of Object.entries(resource.shape)) {
      const before = state[name];
      const stays = field.output === true ? field.stable === true : !(name in inputs);
      if (before !== undefined && stays) outputs[name] = before;
      else if (field.output === true) outputs[name] = unknown;
    }
    return this.#conceal(resource, { ...outputs, ...news }, news, state);
  }

  async delete(
    type: string,
    id: string,
    olds: { state: ValueMap; inputs: ValueMap },
    situation: Situation,
  ): Promise<void> {
    const resource = this.#resource(type);
    const current = { id, state: toJsonMap(olds.state), inputs: toJsonMap(olds.inputs) };
    await resource.delete?.(current, this.#operation(situation));
  }

  async invoke(token: string, args: ValueMap, situation: Situation): Promise<ValueMap> {
    const definition = this.#function(token);
    const revealed = revealMap(args);
    const problems = [...checkInputs(revealed, definition.inputs), ...(definition.check?.(revealed) ?? [])];
    if (problems.length > 0) throw new InvalidArguments(`Wrong arguments for ${token}:`, problems);
    const outputs: ValueMap = await definition.invoke(toJsonMap(args), this.#operation(situation));
    const paths = secretPaths(args);
    return conceal(outputs, [...paths, ...(paths.length > 0 ? (definition.derived ?? []) : []).map((name) => [name])]);
  }

  #resource(type: string): ResourceDefinition<Client> {
    const { resources, name, standIn } = this.definition;
    const found = Object.hasOwn(resources, type) ? resources[type] : undefined;
    if (found) return found;
    const instead = standIn === true ? ", or run with the official plugin (CHITTYOPS_PLUGINS=official)" : "";
    throw new ProviderError(
      `The built-in ${name} plugin has no resource type ${type}. Use one of the types below${instead}.\n${list(resources)}`,
    );
  }

  #function(token: string): FunctionDefinition<Client> {
    const functions = this.definition.functions ?? {};
    const found = Object.hasOwn(functions, token) ? functions[token] : undefined;
    if (found) return found;
    const known = Object.keys(functions).length > 0 ? `Known functions:\n${list(functions)}` : "It has no functions.";
    throw new ProviderError(`The built-in ${this.definition.name} plugin has no function ${token}. ${known}`);
  }

  #operation(situation: Situation): Operation<Client> {
    if (!this.#client) throw new Error("An operation was asked for before the provider was configured.");
    return { client: this.#client.value, ...situation };
  }

  #record(
    resource: ResourceDefinition<Client>,
    id: string,
    outputs: JsonMap,
    inputs: ValueMap,
    state: ValueMap,
  ): Recorded {
    return { id, outputs: this.#conceal(resource, outputs, inputs, state), inputs };
  }

  #conceal(resource: ResourceDefinition<Client>, outputs: ValueMap, inputs: ValueMap, state: ValueMap): ValueMap {
    const fromInputs = secretPaths(inputs);
    const derived = fromInputs.length > 0 ? (resource.derived ?? []).map((name) => [name]) : [];
    return conceal(outputs, [...secretFields(resource.shape), ...fromInputs, ...derived, ...secretPaths(state)]);
  }
}

/**
 * Outputs that an update keeps unless the API says otherwise: what only the provider sets, and what could be set but never
 * was, so that its value is the API's own.
 */
function keptOutputs(shape: Shape, { state, inputs }: Current): JsonMap {
  const isKept = (name: string) => shape[name] !== undefined && (shape[name].output === true || !(name in inputs));
  return Object.fromEntries(Object.entries(state).filter(([name]) => isKept(name)));
}

function secretFields(shape: Shape, at: Path = []): Path[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    if (field.secret === true) return [[...at, name]];
    return field.fields ? secretFields(field.fields, [...at, name]) : [];
  });
}

function list(named: Readonly<Record<string, unknown>>): string {
  return Object.keys(named)
    .sort()
    .map((name) => `  ${name}`)
    .join("\n");
}
