const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  " ",
  "\u0000",
  "\ud800",
  "💥".repeat(200),
  "x".repeat(5_000),
  "../../etc",
  "'; DROP TABLE services; --",
  "<script>alert(1)</script>",
  "__proto__",
  [],
  {},
  [[[[[[[[]]]]]]]],
  { constructor: { prototype: {} } },
  "2026-11-26T12:00:00Z",
  "f".repeat(64),
];

/** A good body with some of it replaced, taken away or added, as text; now and then text that is no JSON at all. */
export function fuzzed(body: unknown, random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const mutate = (value: unknown, depth: number): unknown => {
    if (random() < 0.12) return pick(odd);
    if (Array.isArray(value)) {
      const items = value.map((item) => mutate(item, depth + 1));
      return random() < 0.1 ? Array.from({ length: 50 }, () => items[0]) : items;
    }
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value)
      .filter(() => random() > 0.05)
      .map(([name, member]) => [random() < 0.03 ? String(pick(odd)) : name, mutate(member, depth + 1)]);
    if (random() < 0.06) members.push([String(pick(odd)), pick(odd)]);
    return Object.fromEntries(members);
  };
  const text = JSON.stringify(mutate(body, 0)) ?? "";
  const kind = random();
  if (kind < 0.05) return text.slice(0, Math.floor(random() * text.length));
  if (kind < 0.1) return Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256))).toString("latin1");
  if (kind < 0.12) return "[".repeat(10_000);
  return text;
}
