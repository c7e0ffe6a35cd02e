import { spawn } from "node:child_process";
import { UserError } from "../user-error.ts";

/** Enough for any signature, and short enough to show. */
const longestAnswer = 16_384;

/**
 * Runs a command that signs: the bytes on its stdin, the signature in base64 on its stdout.
 * @throws UserError when it does not start, fails, or answers something else.
 */
export async function signWithCommand(command: readonly string[], bytes: Uint8Array): Promise<Uint8Array> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  let answer = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    answer = (answer + text).slice(0, longestAnswer);
  });
  const ended = new Promise<string | undefined>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, signal) => done(code === 0 ? undefined : `it ended with ${code ?? signal}`));
  });
  // A command that ends without reading shows in how it ended.
  child.stdin.on("error", () => undefined);
  child.stdin.end(bytes);
  const failed = await ended;
  if (failed !== undefined) {
    throw new UserError(`The review could not be signed: ${program} failed, ${failed}.`, {
      remedy: "run the command by hand; chittyops:reviewSigner of the stack's configuration names it",
    });
  }
  const base64 = answer.replaceAll(/\s/g, "");
  if (base64 === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new UserError(`The review could not be signed: ${program} printed no signature.`, {
      expected: "the signature in base64 on stdout, and nothing else",
      remedy: "run the command by hand; chittyops:reviewSigner of the stack's configuration names it",
    });
  }
  return Buffer.from(base64, "base64");
}
