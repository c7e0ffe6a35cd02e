import { defineRule } from "../../kit/define-rule.ts";
import { kindOf, read } from "../../kit/graph.ts";

const enough = ["1.2", "1.3"];

export const minTls = defineRule({
  id: "min-tls",
  title: "A zone takes TLS 1.2 or later",
  severity: "high",
  enforcement: "remediate",
  controls: [{ framework: "NIST SP 800-53 r5", id: "SC-8(1)", support: "supporting" }],
  cannotSee: "A zone whose settings no resource of the stack makes.",
  remedy: 'Set min_tls_version to "1.2"',
  appliesTo: (node) => kindOf(node.type) === "ZoneSetting" && read(node, "settingId") === "min_tls_version",
  *check(node) {
    if (!enough.includes(String(read(node, "value")))) yield "it takes an older version";
  },
  remediate(type, props) {
    if (kindOf(type) !== "ZoneSetting" || props.settingId !== "min_tls_version") return undefined;
    return typeof props.value === "string" && enough.includes(props.value) ? undefined : { ...props, value: "1.2" };
  },
});
