/** How often a duration fell into each class. Class 0 goes to 0.1 ms, each further one a tenth higher than the one before. */
export type Histogram = Record<string, number>;

const lowest = 0.1;
const growth = 1.1;
/** About 25 minutes: whatever takes longer is in this one. */
const highestClass = 174;

export function count(histogram: Histogram, milliseconds: number): void {
  const above = Math.ceil(Math.log(Math.max(milliseconds, lowest) / lowest) / Math.log(growth) - 1e-9);
  const name = String(Math.min(above, highestClass));
  histogram[name] = (histogram[name] ?? 0) + 1;
}

export function addHistogram(to: Histogram, from: Histogram): void {
  for (const [name, times] of Object.entries(from)) to[name] = (to[name] ?? 0) + times;
}

/** The duration that `share` (0 to 1) of all do not exceed, as the upper end of its class, in milliseconds. */
export function quantile(histogram: Histogram, share: number): number | undefined {
  const classes = Object.entries(histogram).sort(([a], [b]) => Number(a) - Number(b));
  const total = classes.reduce((sum, [, times]) => sum + times, 0);
  let seen = 0;
  for (const [name, times] of classes) {
    seen += times;
    if (seen >= share * total) return Number((lowest * growth ** Number(name)).toPrecision(3));
  }
  return undefined;
}
