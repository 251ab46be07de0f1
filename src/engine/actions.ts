// The steps of a fit's loop, as words that all members of a team read.

/** What a team can do next; `end` and `park` leave the loop. */
export const ACTIONS = [
  "step",
  "settle",
  "keepStart",
  "snapshot",
  "evaluate",
  "keepBest",
  "restoreBest",
  "rollback",
  "backtrack",
  "park",
  "end",
] as const;
export type Action = (typeof ACTIONS)[number];
