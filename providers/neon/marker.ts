const name = "chittyops-creation";

/** A note on a branch that says which request made it, so that it is known again after a lost answer. */
export function marker(request: string): Record<string, string> {
  return { [name]: request };
}

export function markedWith(note: Readonly<Record<string, string>>, mark: Readonly<Record<string, string>>): boolean {
  return note[name] !== undefined && note[name] === mark[name];
}
