/** The filters that find the failures of one cause again, to look at or to replay. */

import type { components } from "../api/schema";

export type Failure = components["schemas"]["FailureView"];

/** As many values as the API takes for one parameter. */
export const EXCLUDED_MAX = 100;

/** Why a filter would find more than the failures of a cause. */
export const OBSTACLES = {
  isOfChildren: "Only the org's own events are replayed.",
  isCut: "There are more causes than can be told apart here: choose a shorter period or an event.",
  isAlike: "Its event has failures of other causes with this status, and no filter tells them apart.",
  isOddlyNamed: "No filter asks for events of this name.",
  isAmongMany: "Too many events fail with this status to leave all the others out: choose a shorter period.",
} as const;

/** A cause among those that there are. */
export interface Cause {
  failure: Failure;
  /** Those of the page, made narrower by what the cause is; failures alike may be among what they find. */
  filters: URLSearchParams;
  /** Finds the failures that were counted and nothing else; null where nothing does, for the reason in `obstacle`. */
  question: string | null;
  obstacle: string | null;
}

/**
 * Each failure with its filters.
 *
 * `page` is what the failures were asked for with; `isComplete` says whether they are all that there are.
 */
export function causesOf(failures: Failure[], page: URLSearchParams, isComplete: boolean): Cause[] {
  return failures.map((failure) => {
    const ofStatus = failures.filter((one) => one.status === failure.status);
    const isAlone = isComplete && ofStatus.filter((one) => one.eventName === failure.eventName).length === 1;
    const filters = new URLSearchParams([...page].filter(([name]) => !["status", "event_name", "order"].includes(name)));
    filters.set("status", failure.status);
    const names = namesAsked(failure.eventName, ofStatus, page);
    for (const value of names.values) filters.append("event_name", value);
    const words = wordsOf(failure.pattern);
    // Several values of `q` would be alternatives.
    if (!isAlone && words !== "" && !filters.has("q")) filters.set("q", words);
    const ambiguity = isAlone ? names.obstacle : isComplete ? OBSTACLES.isAlike : OBSTACLES.isCut;
    return { failure, filters, ...questionOf(failure, filters, ambiguity) };
  });
}

/** Few are asked for one by one; others by their filters, where nothing else is among them. */
function questionOf(failure: Failure, filters: URLSearchParams, ambiguity: string | null): Pick<Cause, "question" | "obstacle"> {
  if (filters.has("scope")) return { question: null, obstacle: OBSTACLES.isOfChildren };
  if (failure.count === failure.sampleIds.length) {
    return { question: new URLSearchParams(failure.sampleIds.map((id) => ["id", id])).toString(), obstacle: null };
  }
  if (ambiguity !== null) return { question: null, obstacle: ambiguity };
  const asked = new URLSearchParams(filters);
  // What has failed since is not among what is shown.
  asked.set("from_date", String(failure.firstSeen));
  asked.set("to_date", String(failure.lastSeen));
  return { question: asked.toString(), obstacle: null };
}

/** The filter of the event's name. Nothing asks for no name, nor for one that begins with "!": then others are excluded. */
function namesAsked(name: string | null, ofStatus: Failure[], page: URLSearchParams): { values: string[]; obstacle: string | null } {
  if (name !== null && !name.startsWith("!")) return { values: [name], obstacle: null };
  const others = ofStatus.flatMap(({ eventName }) => (eventName === null || eventName === name ? [] : [`!${eventName}`]));
  const excluded = [...new Set([...page.getAll("event_name").filter((one) => one.startsWith("!")), ...others])];
  const values = excluded.slice(0, EXCLUDED_MAX);
  if (name !== null) return { values, obstacle: OBSTACLES.isOddlyNamed };
  return { values, obstacle: excluded.length > EXCLUDED_MAX ? OBSTACLES.isAmongMany : null };
}

/** The words of a pattern that its messages surely have: not those that a value or the end cuts. */
function wordsOf(pattern: string): string {
  const whole = pattern.replace(/\S*\{\}\S*|\S*…$/g, " ");
  return (whole.match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}
