// Plain JavaScript for Node 18 and later, no dependencies.
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const heartbeat = 2_000;
const silence = 15_000;
const longestInstall = 20 * 60_000;

/**
 * Runs `work` while no other process holds the lock at `path`; waits for one that does.
 * `work` gets a function that adds a child's process id to the lock: an `npm ci` that outlives its killed parent still holds it.
 */
export async function withInstallLock(path, work) {
  let told = false;
  while (!take(path)) {
    if (!told) console.error("Another process is installing dependencies; waiting for it …");
    told = true;
    await pause(250);
  }
  const beat = setInterval(() => touch(path), heartbeat);
  try {
    return await work((child) => writeFileSync(path, JSON.stringify({ pids: [process.pid, child] })));
  } finally {
    clearInterval(beat);
    rmSync(path, { force: true });
  }
}

function take(path) {
  if (create(path)) return true;
  if (!isAbandoned(path)) return false;
  // Only one may remove an abandoned lock, or the second would remove the lock that the first has just made.
  const removal = `${path}.removal`;
  if (!create(removal)) {
    if (age(removal) > silence) rmSync(removal, { force: true });
    return false;
  }
  try {
    if (isAbandoned(path)) rmSync(path, { force: true });
  } finally {
    rmSync(removal, { force: true });
  }
  return create(path);
}

function create(path) {
  try {
    writeFileSync(path, JSON.stringify({ pids: [process.pid] }), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Abandoned: no sign of life from the owner, and no process of it is left (or it is older than any installation takes). */
function isAbandoned(path) {
  const silent = age(path);
  const pids = readPids(path);
  if (pids.length > 0 && !pids.some(isAlive)) return true;
  if (pids.length === 0) return silent > silence;
  return silent > longestInstall;
}

function readPids(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).pids;
  } catch {
    return [];
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Milliseconds since the file's last change; 0 if it is gone. */
function age(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The lock was removed under us; the next installation check repairs whatever came of it.
  }
}
