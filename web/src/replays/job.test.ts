import { expect, it } from "vitest";

import { actsOn, feedOf, isMoving, type Job, secondsLeft, shareOf } from "./job";

const JOB: Job = {
  id: "job",
  status: "RUNNING",
  createdAt: 1,
  createdBy: "till",
  changedAt: 1,
  until: 1_000,
  force: false,
  filters: { status: ["A", "B"], q: ["x"] },
  isMasked: false,
  plan: { matching: 200, isComplete: true, replayable: 190, notReplayable: [], sampleIds: [], wouldPass: null },
  progress: { appended: 90, settled: [], pending: 0, leftOut: [{ reason: "succeeded", count: 10, message: "" }], remaining: 100, ratePerSecond: 50 },
};

it("knows how much is done, and how long the rest takes", () => {
  expect(shareOf(JOB)).toBe(50);
  expect(secondsLeft(JOB)).toBe(2);
  expect(secondsLeft({ ...JOB, status: "PAUSED" })).toBeNull();
});

it("does not say how much is done of what nobody has counted", () => {
  expect(shareOf({ ...JOB, plan: { ...JOB.plan, isComplete: false } })).toBeNull();
  expect(shareOf({ ...JOB, status: "FINISHED", plan: { ...JOB.plan, isComplete: false } })).toBe(100);
});

it("offers what may be done and nothing else", () => {
  const of = (status: string) => actsOn({ status });
  expect([of("PLANNED"), of("RUNNING"), of("PAUSED"), of("FINISHED")]).toEqual([["start", "cancel"], ["pause", "cancel"], ["resume", "cancel"], []]);
});

it("is watched while it runs and until what it appended has settled", () => {
  const finished = { ...JOB, status: "FINISHED" };
  expect([isMoving(JOB), isMoving(finished), isMoving({ ...finished, progress: { ...JOB.progress, pending: 1 } })]).toEqual([true, false, true]);
});

it("leads to its own events and not to what came later", () => {
  expect(feedOf(JOB).toString()).toBe("status=A&status=B&q=x&to_date=999");
});
