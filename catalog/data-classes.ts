export const dataClasses = ["public", "internal", "personal", "financial", "legal", "credential"] as const;
export type DataClass = (typeof dataClasses)[number];

/** Data whose loss or disclosure harms somebody: never cached on the way, and backed up each day wherever it is real. */
export const isSensitive = (dataClass: DataClass): boolean => dataClass !== "public" && dataClass !== "internal";
