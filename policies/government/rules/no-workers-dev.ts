import { kindOf } from "../../kit/graph.ts";
import { isRecord, unknown, type Value } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

/** Where each kind says whether it answers at workers.dev. */
function shown(kind: string, props: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  if (kind === "WorkersScriptSubdomain") return props;
  return isRecord(props.subdomain) ? props.subdomain : {};
}

function isOff({ enabled, previewsEnabled }: Readonly<Record<string, Value>>): boolean {
  return enabled === false && previewsEnabled === false;
}

export const noWorkersDev = governmentRule({
  id: "government-no-workers-dev",
  title: "A Worker does not answer at workers.dev, and neither do its previews",
  enforcement: "remediate",
  controls: ["SC-7", "CM-7"],
  cannotSee: "A script for which no resource says it: Cloudflare's default for the account holds.",
  remedy: "Set enabled and previewsEnabled to false",
  kinds: ["WorkersScriptSubdomain", "Worker"],
  scope: "everywhere",
  *check(node) {
    known(node.props.subdomain, "subdomain");
    const { enabled, previewsEnabled } = shown(kindOf(node.type), node.props);
    if (enabled !== unknown && enabled !== false) yield "it answers at workers.dev";
    if (previewsEnabled !== unknown && previewsEnabled !== false) yield "its previews have addresses";
    known(enabled, "enabled");
    known(previewsEnabled, "previewsEnabled");
  },
  remediate(type, props) {
    const kind = kindOf(type);
    if (!["WorkersScriptSubdomain", "Worker"].includes(kind)) return undefined;
    const now = shown(kind, props);
    if (isOff(now)) return undefined;
    const off = { ...now, enabled: false, previewsEnabled: false };
    return kind === "Worker" ? { ...props, subdomain: off } : off;
  },
});
