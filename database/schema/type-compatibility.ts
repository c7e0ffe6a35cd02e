/** Types of one row in this order hold every value of the types before them. */
const chains = [
  ["smallint", "integer", "bigint", "numeric"],
  ["real", "double precision"],
  ["date", "timestamp without time zone"],
  ["cidr", "inet"],
];

const digits: Record<string, number> = { smallint: 5, integer: 10, bigint: 19 };

/** Whether every value of one type, as `format_type` prints it, is unchanged in the other. */
export function keepsValues(from: string, to: string): boolean {
  if (from === to || onlyWidens(from, to)) return true;
  // A printed value of any type fits into text, but for the blanks of character(n).
  if (to === "text" || to === "character varying") return !from.startsWith("character(");
  const { name, limits } = split(to);
  const [size = 0, scale = 0] = limits;
  if (name === "numeric" && limits.length > 0) return size - scale >= (digits[from] ?? Number.POSITIVE_INFINITY);
  return chains.some((chain) => chain.includes(from) && chain.indexOf(from) < chain.indexOf(to));
}

/** Whether only a limit grows or goes, so that nothing needs to be written anew. */
export function onlyWidens(from: string, to: string): boolean {
  const before = split(from);
  const after = split(to);
  if (before.name === "character varying" && to === "text") return true;
  if (from === "text" && to === "character varying") return true;
  if (before.name !== after.name || !["character varying", "numeric", "bit varying"].includes(before.name))
    return false;
  if (after.limits.length === 0) return true;
  const [size = 0, scale = 0] = before.limits;
  const [newSize = 0, newScale = 0] = after.limits;
  return before.limits.length > 0 && newSize >= size && newScale === scale;
}

function split(type: string): { name: string; limits: number[] } {
  const match = /^([a-z ]+?)(?:\((\d+)(?:,(-?\d+))?\))?$/.exec(type);
  const limits = [match?.[2], match?.[3]].flatMap((limit) => (limit === undefined ? [] : [Number(limit)]));
  return { name: match?.[1] ?? type, limits };
}
