/** Why an alert stands as it does, by the reason's code. */
import type { ReadingView } from "../api/schema";

export type ReasonCode = Exclude<NonNullable<ReadingView["code"]>, "failed">;

/** The numbers of a reason, as the person writes them. */
export interface Said {
  value: string;
  compared: string;
  low: string;
  high: string;
  percent: string;
  hysteresis: string;
  history: string;
  needed: string;
}

export const alertReasons: Record<ReasonCode, (said: Said) => string> = {
  no_period_over: () => "No period is over yet.",
  no_rows: () => "The insight shows no rows.",
  no_number: () => "There is no number for it.",
  above: ({ value, compared }) => `${value} is above ${compared}.`,
  not_above: ({ value, compared }) => `${value} is not above ${compared}.`,
  below: ({ value, compared }) => `${value} is below ${compared}.`,
  not_below: ({ value, compared }) => `${value} is not below ${compared}.`,
  equal: ({ value, compared }) => `${value} is equal to ${compared}.`,
  not_equal: ({ value, compared }) => `${value} is not equal to ${compared}.`,
  returning: ({ value, compared, hysteresis }) => `${value} is back within ${compared}, but not yet by ${hysteresis}.`,
  nothing_before: () => "There is nothing before it to compare with.",
  still_zero: () => "It was 0 and is 0.",
  no_percentage: ({ value }) => `${value} after 0: that is no percentage.`,
  changed: ({ value, compared, percent }) => `${value} is ${percent} against ${compared}.`,
  needs_series: () => "A usual range needs a series: pin the question by day, week or month.",
  too_little_history: ({ history, needed }) => `${history} periods to compare with are too few; ${needed} are needed.`,
  unusually_high: ({ value, low, high }) => `${value} is above the usual ${low} to ${high}.`,
  unusually_low: ({ value, low, high }) => `${value} is below the usual ${low} to ${high}.`,
  hardly_usual: ({ value, low, high }) => `${value} is hardly within the usual ${low} to ${high}.`,
  usual: ({ value, low, high }) => `${value} is within the usual ${low} to ${high}.`,
  nobody: () => "Whoever set the rule is no longer a member. Set the rule again, to have the alert evaluated as you see the data.",
};
