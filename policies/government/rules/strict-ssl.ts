import { kindOf, read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

const wanted: Readonly<Record<string, string>> = { ssl: "strict", always_use_https: "on" };

export const strictSsl = governmentRule({
  id: "government-strict-ssl",
  title: "A zone takes HTTPS only, and checks the certificate of its origin",
  enforcement: "remediate",
  controls: ["SC-8(1)"],
  cannotSee: "A zone whose settings no resource of the stack makes.",
  remedy: 'Set ssl to "strict" and always_use_https to "on"',
  kinds: ["ZoneSetting"],
  scope: "everywhere",
  appliesTo: (node) => String(read(node, "settingId")) in wanted,
  *check(node) {
    const setting = String(read(node, "settingId"));
    if (read(node, "value") !== wanted[setting]) yield `${setting} is not ${wanted[setting]}`;
  },
  remediate(type, props) {
    const value = wanted[String(props.settingId)];
    if (kindOf(type) !== "ZoneSetting" || value === undefined || props.value === value) return undefined;
    return { ...props, value };
  },
});
