/**
 * Does the works at once. The first that fails is what is thrown, but only when all have ended, so that nothing works on behind a report of failure.
 * @param stop makes the others end soon.
 */
export async function together(works: readonly (() => Promise<void>)[], stop: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    works.map(async (work) => {
      try {
        await work();
      } catch (error) {
        failures.push(error);
        stop();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
