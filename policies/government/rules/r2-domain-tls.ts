import { kindOf, read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

const enough = ["1.2", "1.3"];

export const r2DomainTls = governmentRule({
  id: "government-r2-domain-tls",
  title: "A bucket's own domain takes TLS 1.2 or later",
  enforcement: "remediate",
  controls: ["SC-8(1)"],
  cannotSee: "Ciphers that the zone allows.",
  remedy: 'Set minTls to "1.2": without it, a bucket takes 1.0',
  kinds: ["R2CustomDomain"],
  scope: "everywhere",
  *check(node) {
    if (!enough.includes(String(read(node, "minTls")))) yield "it takes an older version";
  },
  remediate(type, props) {
    if (kindOf(type) !== "R2CustomDomain") return undefined;
    return typeof props.minTls === "string" && enough.includes(props.minTls) ? undefined : { ...props, minTls: "1.2" };
  },
});
