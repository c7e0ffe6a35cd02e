import * as pulumi from "@pulumi/pulumi";
import { Project, Provider, RuntimeRole } from "../../../providers/neon/sdk/index.ts";

const config = new pulumi.Config();
const provider = new Provider("neon");
for (let index = 0; index < config.requireNumber("count"); index++) {
  const project = new Project(
    `project-${index}`,
    {
      name: `${config.require("prefix")}-${index}`,
      regionId: "aws-us-east-2",
      databaseName: "bench",
      roleName: "bench_owner",
      allowDataLoss: true,
    },
    { provider },
  );
  new RuntimeRole(
    `role-${index}`,
    { ownerUri: project.connectionUri, name: "bench_app", password: `bench-${index}-`.padEnd(48, "x") },
    { provider, deletedWith: project },
  );
}
