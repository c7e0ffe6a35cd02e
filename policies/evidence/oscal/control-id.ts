/** A control as NIST's OSCAL catalogue of SP 800-53 names it: the control, and the statement of it that is meant. */
export interface OscalControl {
  /** e.g. `sc-28.1` */
  control: string;
  /** e.g. `sc-28.1_smt`, `ia-5_smt.f` */
  statement: string;
}

/**
 * `SC-28(1)` is `sc-28.1`, `IA-5f` is the statement `ia-5_smt.f` of `ia-5`. CJIS 5.9.5 names its controls like SP 800-53.
 * Nothing for an id of another form, such as a tenant invariant: that catalogue does not have it.
 */
export function oscalControl(id: string): OscalControl | undefined {
  const parts = /^([A-Z]{2})-(\d{1,2})(?:\((\d{1,2})\))?([a-z])?$/.exec(id);
  if (parts === null) return undefined;
  const [, family = "", number = "", enhancement, letter] = parts;
  const control = `${family.toLowerCase()}-${Number(number)}${enhancement === undefined ? "" : `.${Number(enhancement)}`}`;
  return { control, statement: `${control}_smt${letter === undefined ? "" : `.${letter}`}` };
}
