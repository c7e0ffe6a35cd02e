/** A person, as a verified token says. */
export interface Identity {
  /** Stable at the identity provider. */
  subject: string;
  /** In lower case. */
  email: string;
  /** Named as an administrator in the child's configuration. */
  administrator: boolean;
}
