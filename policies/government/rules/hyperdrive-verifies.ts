import { read } from "../../kit/graph.ts";
import { Undetermined, unknown } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { fields } from "../known.ts";

export const hyperdriveVerifies = governmentRule({
  id: "government-hyperdrive-verifies",
  title: "Hyperdrive checks the certificate and the name of its database",
  controls: ["SC-8(1)", "IA-9†"],
  cannotSee: "Whether the uploaded authority is the database's own.",
  remedy: 'Set mtls.sslmode to "verify-full" and mtls.caCertificateId to the uploaded authority',
  kinds: ["HyperdriveConfig"],
  scope: "handles",
  *check(node) {
    if (read(node, "mtls", "sslmode") !== "verify-full") yield "its sslmode is not verify-full";
    // An id that is not known yet is one.
    const { caCertificateId } = fields(node.props.mtls, "mtls");
    if (caCertificateId !== unknown && !caCertificateId) yield "it names no authority";
    else if (caCertificateId === unknown && (node.propertyDependencies.mtls ?? []).length === 0)
      throw new Undetermined("mtls.caCertificateId is not known yet");
  },
});
