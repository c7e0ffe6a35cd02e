import { PolicyPack } from "@pulumi/policy";

new PolicyPack("chittyops-empty", { policies: [] });
