/** `v3.259.0` or `3.259.0-alpha.1` as [3, 259, 0]; undefined for anything else. */
export function parseVersion(text: string): [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether `found` is not older than `wanted`; false when either is no version. */
export function isAtLeast(found: string, wanted: string): boolean {
  const [a, b] = [parseVersion(found), parseVersion(wanted)];
  if (!a || !b) return false;
  for (const part of [0, 1, 2] as const) if (a[part] !== b[part]) return a[part] > b[part];
  return true;
}
