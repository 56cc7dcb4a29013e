import type { components } from "../api/schema";

export type Job = components["schemas"]["JobView"];
export type LeftOut = components["schemas"]["LeftOutView"];
export type Act = "start" | "pause" | "resume" | "cancel";

/** What may be done with a job as it stands. */
export function actsOn(job: Pick<Job, "status">): Act[] {
  if (job.status === "PLANNED") return ["start", "cancel"];
  if (job.status === "RUNNING") return ["pause", "cancel"];
  return job.status === "PAUSED" ? ["resume", "cancel"] : [];
}

/** Whether it may still change by itself: it runs, or what it appended has not settled, or the plan is not done. */
export function isMoving(job: Job): boolean {
  return job.status === "RUNNING" || job.progress.pending > 0 || (job.status === "PLANNED" && job.plan.wouldPass === null);
}

/** How much of a job is done with, from 0 to 100; null where nobody knows how much there is. */
export function shareOf({ status, plan, progress }: Job): number | null {
  if (status === "FINISHED") return 100;
  if (!plan.isComplete) return null;
  if (plan.matching === 0) return 0;
  const done = progress.appended + progress.leftOut.reduce((sum, one) => sum + one.count, 0);
  return Math.min(100, (done / plan.matching) * 100);
}

/** Seconds that are left at the present pace; null while it stands still. */
export function secondsLeft({ status, progress }: Job): number | null {
  if (status !== "RUNNING" || progress.ratePerSecond <= 0 || progress.remaining === null) return null;
  return progress.remaining / progress.ratePerSecond;
}

/** The feed's filters that show what a job is about. */
export function feedOf(job: Job): URLSearchParams {
  const asked = new URLSearchParams();
  for (const [name, values] of Object.entries(job.filters)) for (const value of values) asked.append(name, value);
  // What was accepted later is no part of the job.
  if (!asked.has("to_date")) asked.set("to_date", String(job.until - 1));
  return asked;
}

/** Says so where only `force` stands between an event and its replay. */
export function wantsForce(message: string): boolean {
  return message.endsWith("with force");
}
