/** Does work that belongs to one key one after the other, in the order it was asked for. */
export type InTurn = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Neon answers 423 to a change of a project while another one is under way. Waiting here, where the turn of each is known, is quicker
 * than asking again and again.
 */
export function turns(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(work);
    last.set(key, mine);
    const forget = () => {
      if (last.get(key) === mine) last.delete(key);
    };
    mine.then(forget, forget);
    return mine;
  };
}
