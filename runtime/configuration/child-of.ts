import { type LiteChild, type LiteChildOf, liteChild } from "../../contracts/lite-child.ts";

let known: { text: string; child: LiteChild } | undefined;

/**
 * What this child is, from the variable `CHILD`.
 * @throws Error that lists all that is wrong with it
 */
export function childOf({ CHILD: text }: { CHILD: string }): LiteChild {
  if (known?.text !== text) known = { text, child: parse(text) };
  return known.child;
}

/** The same, where only a child of one family makes sense. */
export function childOfFamily<F extends LiteChild["family"]>(env: { CHILD: string }, family: F): LiteChildOf<F> {
  const child = childOf(env);
  if (child.family === family) return child as LiteChildOf<F>;
  throw new Error(`CHILD is of the family ${child.family}; this object serves ${family} only. Take its binding away.`);
}

function parse(text: string): LiteChild {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(
      "CHILD is not JSON; expected the configuration of contracts/lite-child.ts. Deploy the child again.",
    );
  }
  const parsed = liteChild.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join(".") || "CHILD"}: ${message}`);
  throw new Error(`CHILD does not keep the contract of contracts/lite-child.ts:\n${problems.join("\n")}`);
}
