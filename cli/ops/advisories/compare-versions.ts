/** The order of two versions by Semantic Versioning 2.0.0, part 11: below 0, 0, or above 0. What is missing counts as 0. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  for (const index of [0, 1, 2]) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  // One without identifiers of a pre-release comes after those that have some.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (let index = 0; index < Math.max(a.before.length, b.before.length); index += 1) {
    const order = compareIdentifiers(a.before[index], b.before[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): { numbers: number[]; before: string[] } {
  const [core = "", ...rest] = (version.split("+")[0] ?? "").split("-");
  const before = rest.join("-");
  return { numbers: core.split(".").map(Number), before: before === "" ? [] : before.split(".") };
}

function compareIdentifiers(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? -1 : 1;
  const [a, b] = [one, other].map((each) => (/^\d+$/.test(each) ? Number(each) : undefined));
  if (a !== undefined && b !== undefined) return a - b;
  if (a !== undefined || b !== undefined) return a === undefined ? 1 : -1;
  return one < other ? -1 : one > other ? 1 : 0;
}
