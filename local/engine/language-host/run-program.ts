import { fileURLToPath } from "node:url";
import languageMessages, { type RunRequest, type RunResponse } from "@pulumi/pulumi/proto/language_pb.js";
import type { Children, Exit } from "./children.ts";
import { runtimeOptions } from "./runtime-options.ts";
import { sdkEntry } from "./sdk-entry.ts";

/** Beside the folder of this file, and of the bundle made of it. */
const deferModules = fileURLToPath(new URL("../defer-modules.ts", import.meta.url));

/** The exit code of a program whose user has already been told what went wrong. */
const userHasBeenTold = 32;

/**
 * Runs a Pulumi program to its end. Whatever it prints, the engine shows.
 * @param onCancelled registers what to do when the call is cancelled.
 */
export async function runProgram(
  request: RunRequest,
  engineAddress: string,
  children: Children,
  onCancelled: (stop: () => void) => void,
): Promise<RunResponse> {
  const response = new languageMessages.RunResponse();
  try {
    const { args, env } = command(request, engineAddress);
    const { child, exit } = children.start(args, { stdio: ["ignore", "inherit", "inherit"], env });
    onCancelled(() => void children.stop(child));
    const outcome = await exit;
    if ("code" in outcome && outcome.code === userHasBeenTold) response.setBail(true);
    else response.setError(complaint(outcome));
  } catch (error) {
    response.setError((error as Error).message);
  }
  return response;
}

function command(request: RunRequest, engineAddress: string): { args: string[]; env: NodeJS.ProcessEnv } {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getPwd();
  const { nodeArguments, environment } = runtimeOptions(info);
  const flags: [string, string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["stack", request.getStack()],
    ["pwd", folder],
    ["parallel", String(request.getParallel())],
  ];
  return {
    args: [
      "--import",
      deferModules,
      ...nodeArguments,
      sdkEntry("run", folder),
      ...flags.filter(([, value]) => value !== "").flatMap(([flag, value]) => [`--${flag}`, value]),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || request.getProgram() || ".",
      ...request.getArgsList(),
    ],
    env: {
      ...process.env,
      ...environment,
      PULUMI_CONFIG: JSON.stringify(sdkConfig(request)),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList().map(sdkKey)),
    },
  };
}

function sdkConfig(request: RunRequest): Record<string, string> {
  return Object.fromEntries(
    request
      .getConfigMap()
      .toArray()
      .map(([key, value]) => [sdkKey(key), value]),
  );
}

/** The SDK wants `namespace:config:name` where the engine says `namespace:name`. */
function sdkKey(key: string): string {
  const [namespace = "", ...name] = key.split(":");
  return name[0] === "config" ? key : `${namespace}:config:${name.join(":")}`;
}

function complaint(exit: Exit): string {
  if ("signal" in exit) return `Program was ended by ${exit.signal}`;
  return exit.code === 0 ? "" : `Program exited with non-zero exit code: ${exit.code}`;
}
