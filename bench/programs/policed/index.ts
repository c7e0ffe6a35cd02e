import * as pulumi from "@pulumi/pulumi";
import { kindOf } from "../../../policies/kit/graph.ts";
import { policedStack } from "../../policed-stack.ts";

class Custom extends pulumi.CustomResource {}
class Component extends pulumi.ComponentResource {}
class Provider extends pulumi.ProviderResource {}

const provider = new Provider("nothing", "nothing", {}, { version: "0.0.1" });
const made = new Map<string, pulumi.Resource>();
const found = (urns: readonly string[]) => urns.flatMap((urn) => made.get(urn) ?? []);

for (const node of policedStack(new pulumi.Config().requireNumber("count"))) {
  if (kindOf(node.type) === "Stack") continue;
  const { id: _id, ...given } = node.props;
  const props = Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const sources = found(node.propertyDependencies[key] ?? []);
      return [key, sources.length === 0 ? value : pulumi.all(sources.map(({ urn }) => urn)).apply(() => value)];
    }),
  );
  const parent = node.parent === undefined ? undefined : made.get(node.parent);
  const { ignoreChanges, additionalSecretOutputs, protect } = node.options;
  const options = { dependsOn: found(node.dependencies), ...(parent && { parent }) };
  const custom = {
    ...options,
    provider,
    protect,
    ignoreChanges: [...ignoreChanges],
    additionalSecretOutputs: [...additionalSecretOutputs],
  };
  const resource = node.type.startsWith("chittyops:")
    ? new Component(node.type, node.name, props, options)
    : new Custom(`nothing:index:${kindOf(node.type)}`, node.name, props, custom);
  made.set(node.urn, resource);
}
