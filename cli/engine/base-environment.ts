/**
 * What the engine gets of the caller's environment for a stack that is wholly ours: everything but settings for other engines and clouds,
 * which would change what the run does.
 */
export function baseEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const foreign = /^(PULUMI_|CLOUDFLARE_|CF_|NEON_)/;
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || foreign.test(name) ? [] : [[name, value]],
    ),
  );
}
