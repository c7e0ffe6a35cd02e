import type { Control } from "../../contracts/policy-result.ts";

/**
 * Controls as the catalogue of rules writes them: `SC-8(1)` is in NIST's Moderate baseline and in CJIS 5.9.5, `CA-9‡` in Moderate only,
 * `SA-9(5)†` in neither, and a rule says little about `CM-5 weak`.
 */
export function supports(...controls: readonly string[]): Control[] {
  return controls.flatMap((written): Control[] => {
    const id = written.replace(/[†‡]| weak$/g, "");
    const [nist, cjis] = ["NIST SP 800-53 r5", "CJIS 5.9.5"] as const;
    if (written.endsWith("†"))
      return [{ framework: nist, id, support: "supporting; in neither Moderate nor CJIS 5.9.5" }];
    if (written.endsWith("‡")) return [{ framework: nist, id, support: "supporting; in Moderate only" }];
    const support = written.endsWith(" weak") ? "weak" : "supporting";
    return [nist, cjis].map((framework) => ({ framework, id, support }));
  });
}
