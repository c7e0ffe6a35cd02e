import { randomBytes } from "node:crypto";
import { BackupFailed } from "./backup-failed.ts";

const pattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{8}$/;

/** Sorts by time in milliseconds, and no two are the same, e.g. `20261120T093000000Z-5f0c61aa`. */
export function newBackupId(start: Date): string {
  return `${start.toISOString().replace(/[-:.]/g, "")}-${randomBytes(4).toString("hex")}`;
}

export function isBackupId(id: string): boolean {
  return pattern.test(id);
}

/** When a backup was begun. */
export function startOf(id: string): Date {
  const [, year, month, day, hour, minute, second, thousandth] = pattern.exec(id) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${thousandth}Z`);
}

/** @throws BackupFailed */
export function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/.test(name)) return;
  throw new BackupFailed("invalid-argument", `${JSON.stringify(name)} cannot name a database's backups.`, {
    expected: "a-z, 0-9, dot, underscore and dash, in parts divided by slashes, e.g. prod/chittyfinance",
    remedy: "Choose such a name, and keep it: backups are found by it.",
  });
}
