import { defineRule } from "../../kit/define-rule.ts";
import { kindOf, records } from "../../kit/graph.ts";
import { Undetermined, unknown } from "../../kit/value.ts";

const secretName = /(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|CREDENTIALS?|DATABASE_URL|DB_URL)($|_)/i;
/** What is said about a secret is none, e.g. `DEFAULT_TOKEN_EXPIRY`. */
const aboutSecret =
  /_(EXPIRY|EXPIRES(_IN)?|TTL|LIFETIME|SECONDS|DAYS|ISSUER|AUDIENCE|ALGORITHM|TYPE|HEADER|ENDPOINT|LENGTH|LIMIT)$/i;
/** Connection strings with a password, private keys, and tokens of GitHub, AWS, OpenAI and Stripe by their prefixes. */
export const secretText =
  /:\/\/[^\s/:@"]+:[^\s/@"]+@|-----BEGIN [A-Z ]*PRIVATE KEY|\b(gh[pousr]_|AKIA|sk-|sk_live_)[A-Za-z0-9_-]{16,}/;

export const plainSecret = defineRule({
  id: "plain-secret",
  title: "No plain binding holds a secret",
  severity: "critical",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "IA-5", support: "supporting" }],
  cannotSee: "A secret that neither its name nor its form gives away.",
  remedy: "Declare it as a secret in the catalog",
  appliesTo: ({ type }) => kindOf(type) === "WorkersScript",
  *check(node) {
    let open: string | undefined;
    for (const { name, type, text, json } of records(node, "bindings")) {
      if (type !== "plain_text" && type !== "json") continue;
      const content = type === "json" ? json : text;
      if (typeof name === "string" && secretName.test(name) && !aboutSecret.test(name))
        yield `binding ${name} has the name of a secret`;
      else if (typeof content === "string" && secretText.test(content))
        yield `binding ${String(name)} looks like a secret`;
      else if (content === unknown) open = String(name);
    }
    if (open !== undefined) throw new Undetermined(`binding ${open} is not known yet`);
  },
});
