/** The seed of this run, which is printed; the same seed samples the same cases. */
const seed = Number(process.env.CHITTYOPS_TEST_SEED ?? 0);
const full = process.env.CHITTYOPS_TEST_FULL === "1";

/** Numbers in [0, 1) that depend on the run's seed and on `name` only (mulberry32). */
export function randomOf(name: string): () => number {
  let state = [...name].reduce(
    (hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193),
    seed ^ 0x811c9dc5,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** All cases in a full run, otherwise `count` of them, chosen by the run's seed. */
export function sample<Case>(name: string, cases: readonly Case[], count: number): Case[] {
  if (full || cases.length <= count) return [...cases];
  const random = randomOf(name);
  return cases
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ value }) => value);
}
