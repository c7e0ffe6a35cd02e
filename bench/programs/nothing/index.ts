import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
for (let index = 0; index < config.requireNumber("count"); index++) {
  new pulumi.CustomResource("nothing:index:Nothing", `nothing-${index}`, { index }, { version: "0.0.1" });
}
