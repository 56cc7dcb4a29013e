import type { components } from "../api/schema";

export type Trial = components["schemas"]["TrialView"];
export type Change = components["schemas"]["ChangeView"];
export type Drafts = Pick<components["schemas"]["WhatIfBody"], "definition" | "mapping">;

/** One line of what a trial found, as people read it. */
export function summaryOf(trial: Trial): string {
  if (trial.judged === 0) return trial.state === "RUNNING" ? "Nothing is judged yet." : "No event of this period would be judged by it.";
  const count = (value: number) => value.toLocaleString("en");
  const judged = `Of ${count(trial.judged)} ${trial.judged === 1 ? "event" : "events"}`;
  return trial.changed === 0 ? `${judged} none would end otherwise.` : `${judged} ${count(trial.changed)} would end otherwise; ${count(trial.succeeding)} would succeed.`;
}

/** What limits the answer, in sentences. */
export function limitsOf(trial: Trial): string[] {
  const count = (value: number) => value.toLocaleString("en");
  return [
    ...(trial.limitReached ? [`Only the first ${count(trial.entriesMax)} entries were looked at.`] : []),
    ...(trial.loyaltyUnknown > 0 ? [`${count(trial.loyaltyUnknown)} succeed only if loyalty takes them, which nobody asked.`] : []),
    ...(trial.unreadable > 0 ? [`${count(trial.unreadable)} could not be taken up again.`] : []),
  ];
}

/** From 0 to 100; null where nobody knows how much there is. */
export function shareOf({ state, looked, total }: Trial): number | null {
  if (state !== "RUNNING") return 100;
  return total === null || total === 0 ? null : Math.min(100, (looked / total) * 100);
}

/** Which statuses stand at the sides of the matrix, the usual one first. */
export function sidesOf(trial: Trial): { from: string[]; to: string[] } {
  const first = (a: string, b: string) => Number(b === "EVENT_SUCCESS") - Number(a === "EVENT_SUCCESS") || a.localeCompare(b);
  const of = (side: "from" | "to") => [...new Set(trial.matrix.map((cell) => cell[side]))].sort(first);
  return { from: of("from"), to: of("to") };
}
