/** Where a property stands: names and list indices from the root. */
export type Path = readonly (string | number)[];

/** The engine's notation for a property path: `bindings[3].text`, `labels["a.b"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The first name of a path in the engine's notation, for comparing with `ignoreChanges`. */
export function startsWith(path: Path, prefix: string): boolean {
  const text = formatPath(path);
  return text === prefix || text.startsWith(`${prefix}.`) || text.startsWith(`${prefix}[`);
}
