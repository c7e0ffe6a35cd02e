import * as pulumi from "@pulumi/pulumi";

/** A resource of the bench's own provider. */
class Nothing extends pulumi.CustomResource {
  constructor(name: string, args: { index: number }, options?: pulumi.CustomResourceOptions) {
    super("nothing:index:Nothing", name, args, { version: "0.0.1", ...options });
  }
}

const config = new pulumi.Config();
for (let index = 0; index < config.requireNumber("count"); index++) new Nothing(`nothing-${index}`, { index });
