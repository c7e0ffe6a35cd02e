import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { prepareProgram } from "../../../components/prepare-program.ts";

prepareProgram();

const config = new pulumi.Config();
const provider = new cloudflare.Provider("cloudflare", { baseUrl: config.require("baseUrl") });
const revision = config.require("revision");
for (let index = 0; index < config.requireNumber("count"); index++) {
  const answer = index === 0 ? revision : "unchanged";
  new cloudflare.WorkersScript(
    `bare-${index}`,
    {
      accountId: config.require("accountId"),
      scriptName: `${config.require("prefix")}-${index}`,
      mainModule: "index.js",
      compatibilityDate: "2026-11-01",
      content: `export default { fetch() { return new Response(${JSON.stringify(answer)}); } };`,
    },
    { provider },
  );
}
