// What the top of a report is made of: verdicts and findings.

/** A sentence of plain text, and the number in it that matters most. */
export interface Finding {
  readonly figure: string;
  readonly sentence: string;
}

/** An answer for a reader in a hurry. */
export interface Verdict extends Finding {
  readonly question: string;
  /** What to type. */
  readonly command?: string;
  /** Id of the section that shows it. */
  readonly evidence?: string;
}
