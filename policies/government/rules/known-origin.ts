import { dataClasses } from "../../../catalog/data-classes.ts";
import { governmentRule } from "../government-rule.ts";

const declarations = ["app", "environment", "tenant", "dataClass"] as const;
const classes: readonly string[] = dataClasses;

export const knownOrigin = governmentRule({
  id: "government-known-origin",
  title: "A resource is part of a component that says for which app, environment, tenant and class of data it is",
  severity: "medium",
  controls: ["CM-8", "CM-12"],
  cannotSee:
    "Whether what the component says is so, and a stack in which no component speaks of criminal justice information.",
  remedy: "Make it within a component of this repository, with app, environment, tenant and dataClass among its inputs",
  scope: "stack",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    const own = [node, ...graph.ancestors(node)].some(({ type }) => type.startsWith("chittyops:index:"));
    if (!own) {
      yield "no component of this repository made it";
      return;
    }
    for (const name of declarations) if (graph.declared(node, name) === undefined) yield `nobody says its ${name}`;
    const dataClass = graph.dataClass(node);
    if (dataClass !== undefined && !classes.includes(dataClass)) yield "its dataClass is none that the catalog has";
  },
});
