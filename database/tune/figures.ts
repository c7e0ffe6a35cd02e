/** Figures as people read them. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 2 ** (10 * step);
  return `${value.toFixed(value < 10 && step > 0 ? 1 : 0)} ${units[step]}`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`;
export const count = (number: number): string => Math.round(number).toLocaleString("en");

/** The greatest whole unit, e.g. `3 d`. */
export function duration(seconds: number): string {
  for (const [name, length] of [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ] as const)
    if (seconds >= 2 * length) return `${Math.floor(seconds / length)} ${name}`;
  return `${Math.round(seconds)} s`;
}

export const day = 86_400;
export const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1_000;
