import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

/** A resource as a program registered it. */
export interface Registered {
  type: string;
  name: string;
  /** With secrets as their values. */
  inputs: Record<string, unknown>;
  /** What a reader without the stack's key sees. */
  plain: string;
  /** Names of the resources it depends on, each as `<type>::<name>`. */
  dependencies: string[];
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
}

/** Outputs that programs read and inputs do not have, by type. */
const computed: Record<string, (name: string) => Record<string, unknown>> = {
  "random:index/randomPassword:RandomPassword": (name) => ({ result: `generated-${name}`, bcryptHash: "hash" }),
  "cloudflare:index/queue:Queue": (name) => ({ queueId: `${name}-id` }),
  "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": (name) => ({ aud: `${name}-aud` }),
  "cloudflare:index/accountToken:AccountToken": (name) => ({ value: `generated-${name}` }),
  "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken": (name) => ({
    clientId: `${name}.access`,
    clientSecret: `generated-${name}`,
  }),
  "command:local:Command": () => ({ stdout: "" }),
  "neon:index:Project": (name) => ({
    defaultBranchId: `br-${name}`,
    host: "127.0.0.1",
    port: 5432,
    password: `generated-${name}`,
    connectionUri: `postgresql://owner:generated-${name}@127.0.0.1:5432/db`,
    pooledConnectionUri: `postgresql://owner:generated-${name}@127.0.0.1:6432/db`,
  }),
  "neon:index:RuntimeRole": (name) => ({ connectionUri: `postgresql://app:generated-${name}@127.0.0.1:5432/db` }),
};

interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: unknown): Promise<void>;
}

/**
 * Runs a program without an engine, as a preview or an update of `stack`, and returns what it registered in order.
 * Pulumi's mocks are global, so one file of tests runs one program at a time.
 */
export async function runProgram<T>(
  program: () => Promise<T>,
  options: { project: string; stack: string; preview?: boolean; config?: Record<string, string> },
): Promise<{ registered: Registered[]; result: T }> {
  const registered: Registered[] = [];
  const inputsOf = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        inputsOf.set(`${type}::${name}`, inputs);
        return { id: `${name}-id`, state: { ...inputs, ...computed[type]?.(name) } };
      },
      call: ({ inputs }) => inputs,
    },
    options.project,
    options.stack,
    options.preview ?? false,
  );
  pulumi.runtime.setAllConfig(options.config ?? {});
  // The mocks pass a resource's inputs on, and leave its options out.
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, callback) => {
    await registerResource(request, callback);
    const [type, name] = [request.getType(), request.getName()];
    const inputs = inputsOf.get(`${type}::${name}`) ?? {};
    registered.push({
      type,
      name,
      inputs: withSecrets(inputs, (value) => value),
      plain: JSON.stringify(withSecrets(inputs, () => "[secret]")),
      dependencies: request.getDependenciesList().map((urn) => urn.split("::").slice(-2).join("::")),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
  };
  const result = await program();
  await pulumi.runtime.disconnect();
  return { registered, result };
}

function withSecrets(inputs: Record<string, unknown>, show: (secret: unknown) => unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(inputs), (_key, value) => (isSecret(value) ? show(value.value) : value));
}

function isSecret(value: unknown): value is { value: unknown } {
  const { specialSigKey, specialSecretSig } = pulumi.runtime;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(([key, signature]) => key === specialSigKey && signature === specialSecretSig)
  );
}
