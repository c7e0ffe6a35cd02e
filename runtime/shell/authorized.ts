import type { ShellEnvironment } from "./environment.ts";

/** Whether the request shows the token the shell is bound to. Compares digests, which takes the same time for every wrong token. */
export async function authorized(request: Request, env: ShellEnvironment): Promise<boolean> {
  const shown = request.headers.get("authorization")?.match(/^Bearer (.+)$/)?.[1];
  if (!env.SHELL_TOKEN || shown === undefined) return false;
  const [expected, found] = await Promise.all([digest(env.SHELL_TOKEN), digest(shown)]);
  return expected.every((byte, index) => byte === found[index]);
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
