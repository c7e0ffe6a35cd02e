import { PassThrough } from "node:stream";
import { afterEach, expect, it } from "vitest";
import { exitCode } from "../exit-code.ts";
import { confirm } from "./confirm.ts";
import { Console } from "./console.ts";

const consequence = "This deletes the branch preview.";
const streams: PassThrough[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.destroy();
});

/** A console in front of somebody who types, or at no terminal. */
function consoleOf(typed: string, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  streams.push(stdin, stderr);
  let shown = "";
  stderr.on("data", (text) => {
    shown += text;
  });
  const terminal = { stdin, stderr } as unknown as { stdin: NodeJS.ReadStream; stderr: NodeJS.WriteStream };
  stdin.end(typed);
  return { console: new Console({ json: false, ...terminal }), shown: () => shown };
}

it("goes on when the word is typed, and says before what will happen", async () => {
  const { console, shown } = consoleOf("  preview \n");
  await confirm(console, { consequence, word: "preview", yes: false });
  expect(shown()).toContain(`${consequence} Type preview to go on: `);
});

it.each([
  ["another word", "main\n"],
  ["a part of it", "prev\n"],
  ["yes", "yes\n"],
  ["nothing", "\n"],
  ["Ctrl-D", ""],
])("changes nothing when %s is typed", async (_, typed) => {
  const { console } = consoleOf(typed);
  await expect(confirm(console, { consequence, word: "preview", yes: false })).rejects.toMatchObject({
    message: "Not confirmed; nothing was changed.",
    exitCode: exitCode.failed,
  });
});

it("asks nobody where there is no terminal, and takes only --yes", async () => {
  const { console, shown } = consoleOf("preview\n", false);
  await expect(confirm(console, { consequence, word: "preview", yes: false })).rejects.toMatchObject({
    message: expect.stringContaining(consequence),
    remedy: expect.stringContaining("--yes"),
    exitCode: exitCode.usage,
  });
  await confirm(console, { consequence, word: "preview", yes: true });
  expect(shown()).toBe("");
});
