import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { NoEngineThisWay } from "../attempt.ts";
import { engineVersion } from "../pin.ts";
import { sha256OfFile } from "./cache.ts";

/** Where Pulumi publishes its releases; CHITTYOPS_ENGINE_URL names a mirror with the same file names. */
export function officialReleases(): string {
  return process.env.CHITTYOPS_ENGINE_URL || "https://get.pulumi.com/releases/sdk";
}

/**
 * Puts the official distribution (engine and language hosts) into `folder`, checked against the release's list of sha256 sums.
 * @throws NoEngineThisWay when the site cannot be reached within seconds, answers badly, or the archive is not what the list says.
 */
export async function downloadEngine(folder: string, base: string, progress: (line: string) => void): Promise<void> {
  const archive = `pulumi-v${engineVersion}-${process.platform}-${process.arch}.tar.gz`;
  const sums = await textAt(`${base}/pulumi-${engineVersion}-checksums.txt`);
  const expected = new RegExp(`^([0-9a-f]{64})\\s+\\*?${archive.replaceAll(".", "\\.")}$`, "m").exec(sums)?.[1];
  if (!expected) throw new NoEngineThisWay(`${base} publishes no checksum for ${archive}`);

  progress(`Downloading the Pulumi engine ${engineVersion} from ${base} …`);
  const path = join(folder, archive);
  await saveTo(path, `${base}/${archive}`);
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new NoEngineThisWay(`${base}/${archive} has sha256 ${found}, expected ${expected}; it was thrown away`);
  }
  await unpack(path, folder);
}

async function textAt(url: string): Promise<string> {
  const response = await get(url);
  return response.text().catch((error: unknown) => {
    throw new NoEngineThisWay(`${url} broke off (${reasonOf(error)})`);
  });
}

async function saveTo(path: string, url: string): Promise<void> {
  const { body } = await get(url);
  if (!body) throw new NoEngineThisWay(`${url} answered with nothing`);
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(path));
  } catch (error) {
    throw new NoEngineThisWay(`${url} broke off (${reasonOf(error)})`);
  }
}

/** Gives up quickly where the site is out of reach, but lets a slow connection finish as long as bytes arrive. */
async function get(url: string) {
  // Loaded when something is downloaded, which nearly no run does.
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: 5_000 },
    headersTimeout: 10_000,
    bodyTimeout: 20_000,
  });
  const response = await fetch(url, { dispatcher }).catch((error: unknown) => {
    throw new NoEngineThisWay(`${url} cannot be reached (${reasonOf(error)})`);
  });
  if (!response.ok) throw new NoEngineThisWay(`${url} answered ${response.status} ${response.statusText}`.trim());
  return response;
}

function reasonOf(error: unknown): string {
  const cause = (error as Error).cause ?? error;
  const { code, message } = cause as { code?: string; message?: string };
  return message || code || String(cause);
}

async function unpack(archive: string, folder: string): Promise<void> {
  try {
    // The archive has everything in one folder, named like the engine itself.
    await promisify(execFile)("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"]);
    await rm(archive);
  } catch (error) {
    throw new NoEngineThisWay(`${archive} could not be unpacked (${(error as Error).message.split("\n")[0]})`);
  }
}
