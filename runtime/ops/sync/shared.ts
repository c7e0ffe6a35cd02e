/** So many different values are shared; then sharing begins anew. */
const most = 1_000;

/** A value that came as JSON, or goes there: children of a fleet say the same, which is then kept and parsed once. */
export class Shared<T> {
  static #all = new Map<string, Shared<unknown>>();

  readonly json: string;
  readonly value: T;

  private constructor(json: string, value: T) {
    this.json = json;
    this.value = value;
  }

  /** Two of the same text are the same object, but for one that was forgotten meanwhile. */
  static read<T>(json: string): Shared<T> {
    const known = Shared.#all.get(json);
    if (known !== undefined) return known as Shared<T>;
    const made = new Shared(json, JSON.parse(json) as T);
    if (Shared.#all.size >= most) Shared.#all.clear();
    Shared.#all.set(json, made);
    return made;
  }

  static of<T>(value: T): Shared<T> {
    return Shared.read<T>(JSON.stringify(value));
  }
}
