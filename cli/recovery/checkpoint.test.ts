import { existsSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readCheckpoint, repairCheckpoint } from "./checkpoint.ts";

let root: string;
let file: string;
let copies: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), "checkpoint-")), ".pulumi");
  file = join(root, "stacks/chittyops/local.json");
  copies = join(root, "../copies");
});

const sound = (name: string) =>
  JSON.stringify({
    version: 3,
    checkpoint: {
      stack: "organization/chittyops/local",
      latest: { resources: [{ urn: name, type: "t", custom: true, id: "1" }] },
    },
  });

function write(path: string, content: string, secondsAgo = 0): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(path, time, time);
}

const firstUrn = () => {
  const checkpoint = readCheckpoint(file);
  return checkpoint.state === "sound" ? checkpoint.deployment.resources?.[0]?.urn : checkpoint.state;
};

describe("readCheckpoint", () => {
  it("takes a stack that was only just made for sound and empty", () => {
    write(file, JSON.stringify({ version: 3, checkpoint: { stack: "organization/chittyops/local" } }));
    expect(readCheckpoint(file)).toMatchObject({ state: "sound", deployment: {} });
  });

  it.each([
    ["an empty file", ""],
    ["a file that was cut off", sound("a").slice(0, 60)],
    ["another version", JSON.stringify({ version: 9 })],
    ["resources that are none", JSON.stringify({ version: 3, checkpoint: { stack: "s", latest: { resources: [1] } } })],
  ])("calls %s corrupt", (_, content) => {
    write(file, content);
    expect(readCheckpoint(file).state).toBe("corrupt");
  });
});

describe("repairCheckpoint", () => {
  it("leaves a sound checkpoint and an absent one alone", () => {
    expect(repairCheckpoint(file, copies)).toBeUndefined();
    write(file, sound("a"));
    expect(repairCheckpoint(file, copies)).toBeUndefined();
  });

  it("takes the engine's backup and keeps the damaged file", () => {
    write(file, "{");
    write(`${file}.attrs`, "{}");
    write(`${file}.bak`, sound("bak"), 5);
    const repair = repairCheckpoint(file, copies);
    expect(repair?.restored?.from).toBe(`${file}.bak`);
    expect(readFileSync(repair?.kept ?? "", "utf8")).toBe("{");
    expect(firstUrn()).toBe("bak");
    expect(existsSync(`${file}.attrs`)).toBe(false);
  });

  it("takes the newest sound copy there is", () => {
    write(file, "");
    write(`${file}.bak`, "{ also cut off", 1);
    write(join(root, "history/chittyops/local/local-2.checkpoint.json"), sound("history"), 60);
    write(join(root, "history/chittyops/local/local-2.history.json"), "{}", 1);
    write(join(root, "backups/chittyops/local/local.3.json"), sound("backup"), 30);
    repairCheckpoint(file, copies);
    expect(firstUrn()).toBe("backup");
  });

  it("says when there is no sound copy, and changes nothing", () => {
    write(file, "{");
    expect(repairCheckpoint(file, copies)).toMatchObject({ reason: expect.any(String), kept: expect.any(String) });
    expect(readFileSync(file, "utf8")).toBe("{");
  });
});
