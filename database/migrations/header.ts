import type { Phase, Waiver } from "./migration.ts";
import type { MigrationProblem } from "./problem.ts";

interface Header {
  phase: Phase;
  transaction: boolean;
  overtakes: number[];
  waivers: Waiver[];
  problems: MigrationProblem[];
}

const directives =
  "phase=expand, phase=contract, transaction=off, overtakes=0007,0009 or allow <rule>: <reason>, each on a line of its own";
const comment = /^\s*--\s*chittyops\s*:\s*(.*?)\s*$/i;

/** Reads the directives in the comments at the top of a file. */
export function readHeader(sql: string, file: string): Header {
  const header: Header = { phase: "expand", transaction: true, overtakes: [], waivers: [], problems: [] };
  if (!/chittyops/i.test(sql)) return header;
  let top = true;
  for (const [index, text] of sql.split("\n").entries()) {
    const line = index + 1;
    const directive = comment.exec(text)?.[1];
    if (directive === undefined) {
      top &&= /^\s*(--.*)?$/.test(text);
    } else if (!top) {
      header.problems.push({
        file,
        line,
        found: `the directive \`${directive}\` below the first statement, where it has no effect`,
        expected: "directives in the comments at the top of the file, before anything else",
        remedy: `move the line to the top of ${file}, or remove it`,
      });
    } else {
      readDirective(directive, line, file, header);
    }
  }
  return header;
}

function readDirective(directive: string, line: number, file: string, header: Header): void {
  const phase = /^phase\s*=\s*(expand|contract)$/.exec(directive)?.[1];
  const overtakes = /^overtakes\s*=\s*(\d+(?:\s*,\s*\d+)*)$/.exec(directive)?.[1];
  const waiver = /^allow\s+([a-z0-9][a-z0-9-]*)\s*:\s*(\S.*)$/.exec(directive);
  if (phase === "expand" || phase === "contract") header.phase = phase;
  else if (directive === "transaction=off") header.transaction = false;
  else if (overtakes !== undefined) header.overtakes.push(...overtakes.split(",").map(Number));
  else if (waiver?.[1] !== undefined && waiver[2] !== undefined)
    header.waivers.push({ rule: waiver[1], reason: waiver[2], line });
  else {
    header.problems.push({
      file,
      line,
      found: /^allow\b/.test(directive)
        ? `the waiver \`${directive}\` without a rule or a reason`
        : `\`${directive}\`, which is not a directive`,
      expected: directives,
      remedy: "correct the line, or remove it",
    });
  }
}
