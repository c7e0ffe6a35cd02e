import type { WorkerBinding } from "../../types.ts";
import { ApiError } from "../api-error.ts";

/**
 * The bindings of a new version: those uploaded, with every `inherit` replaced by the binding of the previous version that it names,
 * and those of the previous version whose type is in `keep` and whose name is not taken.
 * @param options.strict refuse an `inherit` that names nothing (`?bindings_inherit=strict`); otherwise it is left out.
 * @throws {ApiError} 400/10057
 */
export function inheritBindings(
  uploaded: WorkerBinding[],
  previous: WorkerBinding[],
  options: { keep: string[]; strict: boolean },
): WorkerBinding[] {
  const bindings: WorkerBinding[] = [];
  for (const binding of uploaded) {
    if (binding.type !== "inherit") {
      bindings.push(binding);
      continue;
    }
    const oldName = typeof binding.old_name === "string" && binding.old_name !== "" ? binding.old_name : binding.name;
    const inherited = previous.find(({ name }) => name === oldName);
    if (inherited) bindings.push({ ...inherited, name: binding.name });
    else if (options.strict) {
      throw new ApiError(
        400,
        10057,
        `Binding '${binding.name}' cannot be inherited: the previous version has no binding '${oldName}'.`,
      );
    }
  }
  const names = new Set(bindings.map(({ name }) => name));
  const kept = previous.filter(({ type, name }) => options.keep.includes(type) && !names.has(name));
  return [...bindings, ...kept];
}
