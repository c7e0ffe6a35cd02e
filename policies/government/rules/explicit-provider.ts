import { governmentRule } from "../government-rule.ts";

/** `…::pulumi:providers:cloudflare::default_6_22_1`, with an id after it or without. */
const byDefault = /::pulumi:providers:[^:]+::default(_[^:]*)?(::|$)/;

export const explicitProvider = governmentRule({
  id: "government-explicit-provider",
  title: "A resource is made by a provider that the program names",
  severity: "medium",
  controls: ["CM-6", "AC-6"],
  cannotSee: "What the provider's token may do.",
  remedy: "Pass the provider to the component, and forbid default providers in the stack's configuration",
  scope: "stack",
  // Components have none.
  appliesTo: ({ type }) => !type.startsWith("pulumi:") && !type.startsWith("chittyops:"),
  *check({ provider }) {
    if (provider === undefined || byDefault.test(provider)) yield "its provider is the default one";
  },
});
