import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

/** What `runtime.options` of a project, plugin or policy pack means to Node. */
export interface RuntimeOptions {
  /** Arguments of Node itself. */
  nodeArguments: string[];
  /** Environment that tells the SDK whether to load ts-node. */
  environment: Record<string, string>;
}

/**
 * Reads `typescript` (default true: ts-node), `tsconfig` and `nodeargs` as the official host does.
 * @throws Error naming the option of the wrong type.
 */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const { typescript = true, tsconfig = "", nodeargs = "" } = options;
  const problems = [
    typeof typescript === "boolean" ? [] : [`typescript is ${JSON.stringify(typescript)}, expected true or false`],
    typeof tsconfig === "string" ? [] : [`tsconfig is ${JSON.stringify(tsconfig)}, expected a path`],
    typeof nodeargs === "string" ? [] : [`nodeargs is ${JSON.stringify(nodeargs)}, expected one string of arguments`],
  ].flat();
  if (problems.length > 0) throw new Error(`runtime.options: ${problems.join("; ")}`);
  return {
    nodeArguments: String(nodeargs).split(/\s+/).filter(Boolean),
    environment: {
      ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: String(tsconfig) } : {}),
    },
  };
}
