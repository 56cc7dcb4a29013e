import { Anchor, Button, Checkbox, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";

import { act as trying } from "../parts/act";
import { ErrorState } from "../parts/ErrorState";
import { LeftOutList } from "./LeftOutList";
import type { Job } from "./job";
import { useReplay, useReplayChanges } from "./useReplays";

const SAMPLES_SHOWN = 3;

interface Props {
  /** Which events: filters as in a URL. Fixed while it is open. */
  question: string;
  onClose: () => void;
}

/** What a replay of all these would do; it happens only when it is started. A plan that is left is cancelled. */
export default function ReplayAll({ question, onClose }: Props) {
  const [force, setForce] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const { plan, act } = useReplayChanges();
  const [, go] = useLocation();
  const latest = useRef({ plan, act });
  useEffect(() => {
    latest.current = { plan, act };
  });
  const planned = useRef<Job | null>(null);

  useEffect(() => {
    let isGone = false;
    setJob(null);
    setProblem(null);
    latest.current.plan(question, force).then(
      (made) => {
        if (isGone) return void drop(made);
        planned.current = made;
        setJob(made);
      },
      (error: unknown) => {
        if (!isGone) setProblem(error instanceof Error ? error : new Error(String(error)));
      },
    );
    const drop = (one: Job) => latest.current.act(one, "cancel").catch(() => undefined);
    return () => {
      isGone = true;
      if (planned.current !== null) void drop(planned.current);
      planned.current = null;
    };
  }, [question, force]);

  async function start(one: Job) {
    planned.current = null;
    if (await trying(() => act(one, "start"), "The replay has begun")) go(`/replays/${one.id}`);
    else planned.current = one;
  }

  return (
    <Modal opened onClose={onClose} title="Replay all of these" size="lg">
      <Stack>
        {problem !== null && <ErrorState error={problem} />}
        {problem === null && job === null && (
          <Group role="status">
            <Loader size="sm" />
            <Text size="sm">Looking at every event that matches…</Text>
          </Group>
        )}
        {job !== null && <Planned id={job.id} />}
        <Checkbox label="With force: also what may have been acted on already" description="Points or messages may then be given a second time" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button disabled={job === null || job.plan.replayable === 0} onClick={() => job !== null && void start(job)}>
            Start
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Planned({ id }: { id: string }) {
  const watched = useReplay(id);
  const job = watched.data;
  if (job === undefined) return null;
  const { plan } = job;
  const count = (value: number) => value.toLocaleString("en");
  return (
    <Stack gap="xs" role="status" aria-label="The plan">
      <Text>
        <b>{count(plan.replayable)}</b> of {count(plan.matching)}
        {plan.isComplete ? "" : " and more"} matching events would be replayed, each as a new event judged by what is set up today.
      </Text>
      <Text size="sm">{plan.wouldPass === null ? "How many of them would pass now is not known yet." : `${count(plan.wouldPass)} of them would pass now.`}</Text>
      <LeftOutList items={plan.notReplayable} />
      {plan.sampleIds.length > 0 && (
        <Group gap="sm">
          <Text size="sm" c="dimmed">
            For example
          </Text>
          {plan.sampleIds.slice(0, SAMPLES_SHOWN).map((one) => (
            <Anchor key={one} component={Link} href={`/events/${one}`} size="sm" className="mono">
              {one}
            </Anchor>
          ))}
        </Group>
      )}
    </Stack>
  );
}
