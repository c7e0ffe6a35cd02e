/** The day in UTC, e.g. `2026-11-26`: waivers are good for days. */
export const today = (): string => new Date().toISOString().slice(0, 10);
