/**
 * What a child's key is derived from: the key is HMAC-SHA256 of this text under the family's enrolment key, in hexadecimal. Parent and
 * stack derive the same, so that nobody looks a key up.
 */
export function childKeyMessage(childId: string, epoch: number): string {
  return `chittyops-child:${childId}:${epoch}`;
}
