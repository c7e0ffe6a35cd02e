import { plainSecret } from "../../baseline/rules/plain-secret.ts";
import { defineRule } from "../../kit/define-rule.ts";
import { supports } from "../../kit/supports.ts";

export const noPlainSecret = defineRule({
  ...plainSecret,
  id: "government-no-plain-secret",
  controls: supports("IA-5g", "IA-5(7)†"),
});
