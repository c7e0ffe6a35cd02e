/** Criminal justice information, as the CJIS Security Policy of the FBI defines it. */
export const criminalJustice = "criminal-justice";

export const dataClasses = [
  "public",
  "internal",
  "personal",
  "financial",
  "legal",
  criminalJustice,
  "credential",
] as const;
export type DataClass = (typeof dataClasses)[number];

/** Data whose loss or disclosure harms somebody: never cached on the way, and backed up each day wherever it is real. */
export const isSensitive = (dataClass: DataClass): boolean => dataClass !== "public" && dataClass !== "internal";
