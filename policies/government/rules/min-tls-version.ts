import { minTls } from "../../baseline/rules/min-tls.ts";
import { defineRule } from "../../kit/define-rule.ts";
import { supports } from "../../kit/supports.ts";

export const minTlsVersion = defineRule({
  ...minTls,
  id: "government-min-tls-version",
  controls: supports("SC-8(1)"),
});
