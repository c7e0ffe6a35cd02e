import type { ServerWritableStream } from "@grpc/grpc-js";
import languageMessages, { type RunPluginRequest, type RunPluginResponse } from "@pulumi/pulumi/proto/language_pb.js";
import type { Children, Exit } from "./children.ts";
import { PolicyPackProxy, type StackConfiguration } from "./policy-pack-proxy.ts";
import { runtimeOptions } from "./runtime-options.ts";
import { sdkEntry } from "./sdk-entry.ts";

type Call = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Runs a plugin written for Node, or a policy pack, and streams what it prints and how it ends. */
export async function runPlugin(call: Call, children: Children): Promise<void> {
  const request = call.request;
  const exit = request.getKind() === "analyzer" ? await runPolicyPack(call, children) : await runOther(call, children);
  const response = new languageMessages.RunPluginResponse();
  response.setExitcode("code" in exit ? exit.code : 1);
  call.write(response);
  call.end();
}

function runOther(call: Call, children: Children): Promise<Exit> {
  const request = call.request;
  const folder = programFolder(request);
  const { nodeArguments, environment } = runtimeOptions(request.getInfo());
  const args = [...nodeArguments, sdkEntry("run-plugin", folder), folder, ...request.getArgsList()];
  const { child, exit } = children.start(args, {
    cwd: request.getPwd(),
    env: { ...environmentOf(request), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.on("cancelled", () => void children.stop(child));
  child.stdout?.on("data", (bytes: Buffer) => writeOutput(call, bytes));
  child.stderr?.on("data", (bytes: Buffer) => writeErrors(call, bytes));
  return exit;
}

/**
 * A policy pack reads the stack's names and configuration from its environment, but the engine tells them to the running plugin.
 * So a proxy stands between them: it learns the configuration, starts the pack with it, and passes everything else on.
 */
async function runPolicyPack(call: Call, children: Children): Promise<Exit> {
  const request = call.request;
  const folder = programFolder(request);
  const { nodeArguments, environment } = runtimeOptions(request.getInfo());
  // Unlike for other plugins the program's folder comes last here.
  const args = [...nodeArguments, sdkEntry("run-policy-pack", folder), ...request.getArgsList(), folder];
  const env = { ...environmentOf(request), ...environment };

  const proxy = new PolicyPackProxy();
  writeOutput(call, Buffer.from(`${await proxy.listen()}\n`));
  const cancelled = new Promise<undefined>((done) => call.on("cancelled", () => done(undefined)));
  const configuration = await Promise.race([proxy.wanted, cancelled]);
  if (call.cancelled) {
    proxy.close();
    return { code: 0 };
  }
  const { child, exit } = children.start(args, {
    cwd: folder,
    env: { ...env, ...stackEnvironment(configuration) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.on("cancelled", () => void children.stop(child));
  child.stderr?.on("data", (bytes: Buffer) => writeErrors(call, bytes));
  if (child.stdout) proxy.connect(child.stdout, (bytes) => writeOutput(call, bytes));
  const outcome = await exit;
  proxy.close();
  return outcome;
}

function stackEnvironment(stack: StackConfiguration | undefined): Record<string, string> {
  if (!stack) return {};
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.organization,
    PULUMI_NODEJS_PROJECT: stack.project,
    PULUMI_NODEJS_STACK: stack.stack,
    PULUMI_NODEJS_DRY_RUN: String(stack.dryRun),
    PULUMI_CONFIG: JSON.stringify(stack.config),
  };
}

function programFolder(request: RunPluginRequest): string {
  return request.getInfo()?.getProgramDirectory() || request.getProgram() || request.getPwd();
}

function environmentOf(request: RunPluginRequest): Record<string, string> {
  const entries = request.getEnvList().map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

function writeOutput(call: Call, bytes: Uint8Array): void {
  const response = new languageMessages.RunPluginResponse();
  response.setStdout(bytes);
  call.write(response);
}

function writeErrors(call: Call, bytes: Uint8Array): void {
  const response = new languageMessages.RunPluginResponse();
  response.setStderr(bytes);
  call.write(response);
}
