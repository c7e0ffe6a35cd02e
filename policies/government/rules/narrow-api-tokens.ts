import { read, records } from "../../kit/graph.ts";
import { Undetermined, unknown } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { known, list } from "../known.ts";

const anywhere = ["0.0.0.0/0", "::/0"];

/** Names of what a token reaches, however deep; Cloudflare's provider takes them as JSON. Undefined for what is no JSON. */
function reached(resources: string): string[] | undefined {
  const found: string[] = [];
  try {
    JSON.parse(resources, (key, value) => {
      if (key !== "") found.push(key);
      return value;
    });
  } catch {
    return undefined;
  }
  return found;
}

export const narrowApiTokens = governmentRule({
  id: "government-narrow-api-tokens",
  title: "An API token ends, is used from named addresses, and reaches named resources",
  controls: ["AC-6", "IA-5f"],
  cannotSee: "Tokens that people make.",
  remedy: "Set expiresOn and condition.requestIp.ins, and name each resource in full",
  kinds: ["AccountToken", "ApiToken"],
  scope: "handles",
  *check(node) {
    let open: string | undefined;
    const { expiresOn } = node.props;
    if (expiresOn === unknown) open = "expiresOn";
    else if (Number.isNaN(Date.parse(String(expiresOn)))) yield "it never expires";
    for (const policy of records(node, "policies")) {
      const { resources } = policy;
      if (resources === unknown) {
        // What it is made of is known to be a resource of this stack; a wildcard is written out.
        if ((node.propertyDependencies.policies ?? []).length === 0) open = "policies.resources";
        continue;
      }
      const names = reached(typeof resources === "string" ? resources : (JSON.stringify(resources) ?? ""));
      if (names === undefined) yield "what it reaches is no JSON";
      else if (names.some((name) => name.includes("*"))) yield "it reaches every resource of a kind";
    }
    const ips = list(read(node, "condition", "requestIp", "ins"), "condition.requestIp.ins");
    if (ips.length === 0) yield "it can be used from anywhere";
    if (ips.some((ip) => anywhere.includes(String(known(ip, "an address"))))) yield "its addresses are all there are";
    if (open !== undefined) throw new Undetermined(`${open} is not known yet`);
  },
});
