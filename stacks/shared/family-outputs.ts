import * as pulumi from "@pulumi/pulumi";
import type { LiteChild, LiteChildArgs } from "../../components/lite-child.ts";
import type { ChildOutput } from "../../contracts/child-output.ts";

type Written = { [Field in keyof ChildOutput]: pulumi.Input<ChildOutput[Field]> };

/** What a stack with apps exports of them, for people and for `chittyops`. */
export function familyOutputs(made: readonly { args: LiteChildArgs; child: LiteChild }[]): {
  children: Record<string, Written>;
} {
  return { children: Object.fromEntries(made.map(({ args, child }) => [args.child, childOutput(args, child)])) };
}

function childOutput(args: LiteChildArgs, { url, scriptName, version }: LiteChild): Written {
  const { title, family, state, dataClass, owner, labels, createdAt, expiresAt } = args;
  return {
    title,
    family,
    url,
    healthUrl: pulumi.interpolate`${url}/health`,
    state,
    dataClass,
    owner,
    labels: { ...labels },
    scriptName,
    version,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
