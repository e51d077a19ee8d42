/** What the program exits with. */

export const EXIT = {
  /** Accepted; everything is pinned; no tag has moved. */
  accept: 0,
  /** Rejected; something is not pinned; a tag has moved. */
  reject: 1,
  usage: 2,
  /** Something could not be found out, or not be done. */
  inconclusive: 3,
  // As a shell would say it: 128 and the signal's number.
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;
