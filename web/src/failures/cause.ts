/** The filters that find the failures of one cause again, to look at or to replay. */

import type { components } from "../api/schema";

export type Failure = components["schemas"]["FailureView"];

/** As many values as the API takes for one parameter. */
export const EXCLUDED_MAX = 100;

/** Why a filter would find more than the failures of a cause. */
export const OBSTACLES = {
  isOfChildren: "Only the org's own events are replayed.",
  isCut: "There are more causes than can be told apart here: choose a shorter period or an event.",
  isOddlyNamed: "No filter asks for events of this name.",
  isAmongMany: "Too many events fail like this to leave all the others out: choose a shorter period.",
} as const;

const MADE_NARROWER: ReadonlySet<string> = new Set(["status", "event_name", "pattern", "order"]);

/** A cause among those that there are. */
export interface Cause {
  failure: Failure;
  /** Those of the page, made narrower by what the cause is. */
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
    const ofPattern = failures.filter((one) => one.status === failure.status && one.pattern === failure.pattern);
    const filters = new URLSearchParams([...page].filter(([name]) => !MADE_NARROWER.has(name)));
    filters.set("status", failure.status);
    filters.set("pattern", failure.pattern);
    const names = namesAsked(failure.eventName, ofPattern, page, isComplete);
    for (const value of names.values) filters.append("event_name", value);
    return { failure, filters, ...questionOf(failure, filters, names.obstacle) };
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
function namesAsked(
  name: string | null,
  ofPattern: Failure[],
  page: URLSearchParams,
  isComplete: boolean,
): { values: string[]; obstacle: string | null } {
  if (name !== null && !name.startsWith("!")) return { values: [name], obstacle: null };
  const others = ofPattern.flatMap(({ eventName }) => (eventName === null || eventName === name ? [] : [`!${eventName}`]));
  const excluded = [...new Set([...page.getAll("event_name").filter((one) => one.startsWith("!")), ...others])];
  const values = excluded.slice(0, EXCLUDED_MAX);
  if (name !== null) return { values, obstacle: OBSTACLES.isOddlyNamed };
  if (!isComplete) return { values, obstacle: OBSTACLES.isCut };
  return { values, obstacle: excluded.length > EXCLUDED_MAX ? OBSTACLES.isAmongMany : null };
}
