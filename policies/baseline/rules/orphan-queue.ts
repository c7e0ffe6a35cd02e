import { defineRule } from "../../kit/define-rule.ts";
import { kindOf } from "../../kit/graph.ts";

export const orphanQueue = defineRule({
  id: "orphan-queue",
  title: "A queue has a consumer, or takes dead letters",
  severity: "medium",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "CM-8", support: "supporting" }],
  cannotSee: "Consumers that pull over HTTP without a resource of the stack.",
  remedy: "Declare the consumer, or remove the queue",
  appliesTo: ({ type }) => kindOf(type) === "Queue",
  *check(node, graph) {
    const consumed = graph.memo("consumed", () => {
      const urns = graph
        .ofKind("QueueConsumer")
        .flatMap((consumer) =>
          (["queueId", "deadLetterQueue"] as const).flatMap((property) =>
            graph.referred(consumer, property, consumer.props[property], ["Queue"]).map(({ urn }) => urn),
          ),
        );
      return new Set(urns);
    });
    if (!consumed.has(node.urn)) yield "nothing consumes it";
  },
});
