import { Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";

import { useWho } from "../api/session";
import { act as trying } from "../parts/act";
import { Ask } from "../parts/Ask";
import { ShareBar } from "../parts/ShareBar";
import { lengthOf } from "../parts/time";
import { type Act, actsOn, type Job, secondsLeft, shareOf } from "./job";
import { useReplayChanges } from "./useReplays";

const COLORS: Record<string, string> = { PLANNED: "gray", RUNNING: "blue", PAUSED: "yellow", CANCELLED: "gray", FINISHED: "teal" };

export function JobStatus({ status }: { status: string }) {
  return (
    <Badge variant="light" color={COLORS[status] ?? "gray"} tt="none">
      {status.toLowerCase()}
    </Badge>
  );
}

/** How far it has come, as a bar and in words. */
export function JobProgress({ job }: { job: Job }) {
  const share = shareOf(job);
  const left = secondsLeft(job);
  const words = [
    `${job.progress.appended.toLocaleString("en")} replayed`,
    ...(job.progress.pending > 0 ? [`${job.progress.pending.toLocaleString("en")} pending`] : []),
    ...(job.progress.remaining === null || job.progress.remaining === 0 ? [] : [`${job.progress.remaining.toLocaleString("en")} left`]),
    ...(left === null ? [] : [`about ${lengthOf(left * 1000)}`]),
  ];
  return (
    <div>
      <ShareBar share={share} isMoving={job.status === "RUNNING"} color={job.status === "CANCELLED" ? "gray" : "sea"} label="Progress" size="lg" />
      <Text size="sm" c="dimmed" mt={4}>
        {words.join(", ")}
      </Text>
    </div>
  );
}

const WORDS: Record<Act, { label: string; done: string }> = {
  start: { label: "Start", done: "The replay has begun" },
  pause: { label: "Pause", done: "The replay rests" },
  resume: { label: "Resume", done: "The replay goes on" },
  cancel: { label: "Cancel", done: "The replay has ended" },
};

/** What may be done with it now. */
export function JobActs({ job }: { job: Job }) {
  const [isAsking, setAsking] = useState(false);
  const { act } = useReplayChanges();
  const mayWrite = useWho().can.includes("events:write");
  const run = (one: Act) => void trying(() => act(job, one), WORDS[one].done);
  if (!mayWrite) return null;
  return (
    <Group gap="xs">
      {actsOn(job).map((one) => (
        <Button key={one} size="xs" variant={one === "cancel" ? "subtle" : "default"} {...(one === "cancel" ? { color: "red" } : {})} onClick={() => (one === "cancel" ? setAsking(true) : run(one))}>
          {WORDS[one].label}
        </Button>
      ))}
      <Ask
        isOpen={isAsking}
        title="Cancel this replay?"
        text="What was replayed already stays; the rest is not replayed. It cannot be taken up again."
        yes="Cancel it"
        onNo={() => setAsking(false)}
        onYes={() => {
          setAsking(false);
          run("cancel");
        }}
      />
    </Group>
  );
}
