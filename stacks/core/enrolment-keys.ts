import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type FamilyName, familyNames } from "../../catalog/index.ts";
import type { InputProblem } from "../../components/input-problems.ts";
import type { CoreConfig } from "./config.ts";

type ByFamily<T> = Record<FamilyName, T>;

/** What each family's children enrol with. */
export interface EnrolmentKeys {
  /** Children are deployed with it. */
  present: ByFamily<pulumi.Output<string>>;
  /** By epoch: all that the plane takes. */
  accepted: ByFamily<Record<string, pulumi.Output<string>>>;
}

/** Who is further behind than this is not changing over. */
const mostEpochs = 5;

/** The keys of all epochs from the oldest one to that of now. */
export function makeEnrolmentKeys(config: CoreConfig, opts: pulumi.CustomResourceOptions): EnrolmentKeys {
  const { keyEpoch, oldestKeyEpoch: oldest = keyEpoch } = config;
  const epochs = Array.from({ length: keyEpoch - oldest + 1 }, (_, index) => oldest + index);
  const accepted = byFamily((family) =>
    Object.fromEntries(epochs.map((epoch) => [epoch, enrolmentKey(family, epoch, opts)])),
  );
  return { accepted, present: byFamily((family) => accepted[family][keyEpoch] as pulumi.Output<string>) };
}

export function epochProblems({ keyEpoch, oldestKeyEpoch = keyEpoch }: CoreConfig): InputProblem[] {
  if (oldestKeyEpoch <= keyEpoch && keyEpoch - oldestKeyEpoch < mostEpochs) return [];
  return [
    {
      propertyPath: "chittyops:oldestKeyEpoch",
      found: String(oldestKeyEpoch),
      expected: `one of the last ${mostEpochs} epochs, chittyops:keyEpoch (${keyEpoch}) at most`,
      remedy: "pulumi config rm chittyops:oldestKeyEpoch",
    },
  ];
}

function enrolmentKey(family: FamilyName, epoch: number, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const key = new random.RandomPassword(
    `enrolment-key-${family}-${epoch}`,
    { length: 64, special: false, keepers: { epoch: String(epoch) } },
    // The first had no number.
    { ...opts, ...(epoch === 1 && { aliases: [{ name: `enrolment-key-${family}` }] }) },
  );
  return pulumi.secret(key.result);
}

const byFamily = <T>(of: (family: FamilyName) => T): ByFamily<T> =>
  Object.fromEntries(familyNames.map((family) => [family, of(family)])) as ByFamily<T>;
