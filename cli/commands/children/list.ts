import { type Command, InvalidArgumentError, Option } from "commander";
import { type ChildRecord, childConditions, childCounts, childPage } from "../../../contracts/ops-sync.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { type Plane, planeOf } from "../../ops/plane-client.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { table } from "../../output/table.ts";

const pageSize = 500;

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show children with their version, their condition and their last tick",
    examples: [
      ["npx chittyops children list -e prod --condition silent", "those that missed their tick"],
      ["npx chittyops children list --family chitty-apps --watch", "one family, and what changes"],
    ],
    configure: (command) =>
      watchOption(environmentOption(command))
        .option("-f, --family <family>", "of this family only")
        .option("--runs <version>", "that run this version only")
        .addOption(new Option("--condition <condition>", "in this condition only").choices([...childConditions]))
        .option("-n, --limit <count>", "how many to show at most, 1 to 10000", countOf, 100),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const query = new URLSearchParams();
      for (const [option, field] of [
        ["family", "family"],
        ["runs", "version"],
        ["condition", "condition"],
      ] as const) {
        const value = stringOption(options, option);
        if (value !== undefined) query.set(field, value);
      }
      const look = async () => ({
        ...(await plane.get("/api/v1/children/counts", childCounts)),
        children: await childrenOf(plane, query, Number(options.limit)),
      });
      return await looking(session, options, look, ({ total, counts, children }) => {
        const conditions = new Map<string, number>();
        for (const { condition, children: of } of counts) {
          conditions.set(condition, (conditions.get(condition) ?? 0) + of);
        }
        const sums = [...conditions].map(([condition, of]) => `${of} ${condition}`).join(", ");
        const head = total === 0 ? "No child has enrolled yet." : `${total} children: ${sums}.`;
        return children.length === 0 ? head : `${head}\n\n${rows(children)}`;
      });
    },
  });
}

async function childrenOf(plane: Plane, query: URLSearchParams, limit: number): Promise<ChildRecord[]> {
  const children: ChildRecord[] = [];
  for (let after: string | null = ""; after !== null && children.length < limit; ) {
    const page = new URLSearchParams(query);
    page.set("limit", String(Math.min(pageSize, limit - children.length)));
    if (after !== "") page.set("after", after);
    const read: { children: ChildRecord[]; next: string | null } = await plane.get(
      `/api/v1/children?${page}`,
      childPage,
    );
    children.push(...read.children);
    after = read.next;
  }
  return children;
}

function rows(children: readonly ChildRecord[]): string {
  return table(
    ["FAMILY", "CHILD", "CONDITION", "VERSION", "CONFIGURATION", "UPDATE", "LAST TICK"],
    children.map(({ family, child, condition, version, state, lastTickAt }) => [
      family,
      child,
      condition,
      version,
      String(state?.configuration ?? "?"),
      String(state?.update ?? "?"),
      lastTickAt,
    ]),
  );
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 to 10000.");
}
