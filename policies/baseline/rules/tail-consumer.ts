import { defineRule } from "../../kit/define-rule.ts";
import { kindOf, records } from "../../kit/graph.ts";
import { unknown } from "../../kit/value.ts";

export const tailConsumer = defineRule({
  id: "tail-consumer",
  title: "A Worker has a tail consumer, or is one",
  severity: "medium",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "AU-12", support: "supporting" }],
  cannotSee: "Whether the consumer keeps what it is sent.",
  remedy: "Name the tail consumer of the environment in the catalog",
  // Where there is nothing any more whose logs it takes, a forwarder is still one.
  appliesTo: (node, graph) =>
    graph.isScript(node) && ![...graph.ancestors(node)].some(({ type }) => kindOf(type) === "TailForwarder"),
  *check(node, graph) {
    if (records(node, "tailConsumers").length > 0) return;
    const name = node.props.scriptName;
    const consumed = graph.memo("tails", () =>
      graph
        .ofKind("WorkersScript")
        .flatMap((script) =>
          Array.isArray(script.props.tailConsumers)
            ? records(script, "tailConsumers").map(({ service }) => service)
            : [],
        ),
    );
    const depended = graph.memo(
      "tails-by-edge",
      () => new Set(graph.ofKind("WorkersScript").flatMap((script) => script.propertyDependencies.tailConsumers ?? [])),
    );
    if (!depended.has(node.urn) && (name === unknown || !consumed.includes(name ?? null)))
      yield "nothing receives its logs";
  },
});
