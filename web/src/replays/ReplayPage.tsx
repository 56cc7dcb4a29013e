import { Anchor, Card, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { ApiFailure } from "../api/errors";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { StatusBadge } from "../parts/StatusBadge";
import { Time } from "../parts/time";
import { JobActs, JobProgress, JobStatus } from "./JobParts";
import { feedOf, type Job } from "./job";
import { JobFilters } from "./JobFilters";
import { LeftOutList } from "./LeftOutList";
import { useReplay } from "./useReplays";

/** One bulk replay: what it is about, how far it has come, how its events ended. */
export default function ReplayPage({ id }: { id: string }) {
  const replay = useReplay(id);
  if (replay.error instanceof ApiFailure && replay.error.status === 404) {
    return (
      <EmptyState title="There is no such replay" text="It may have been let go of: only the newest are kept.">
        <Anchor component={Link} href="/replays">
          All replays
        </Anchor>
      </EmptyState>
    );
  }
  return <Loaded query={replay}>{(job) => <Shown job={job} />}</Loaded>;
}

function Shown({ job }: { job: Job }) {
  const { plan, progress } = job;
  return (
    <Page title={`Replay of ${plan.matching.toLocaleString("en")}${plan.isComplete ? "" : "+"} events`} text={`Planned by ${job.createdBy}`} actions={<JobActs job={job} />}>
      <Group gap="md">
        <JobStatus status={job.status} />
        <Text size="sm" c="dimmed">
          planned <Time ms={job.createdAt} />, changed <Time ms={job.changedAt} />
        </Text>
        {!job.isMasked && (
          <Anchor component={Link} href={`/?${feedOf(job)}`} size="sm">
            The events
          </Anchor>
        )}
        <Anchor component={Link} href="/replays" size="sm">
          All replays
        </Anchor>
      </Group>
      <JobFilters job={job} />
      <Card withBorder>
        <Stack>
          <JobProgress job={job} />
          {plan.wouldPass !== null && (
            <Text size="sm">
              {plan.wouldPass.toLocaleString("en")} of {plan.replayable.toLocaleString("en")} were expected to pass.
            </Text>
          )}
          <LeftOutList items={progress.leftOut.length > 0 ? progress.leftOut : plan.notReplayable} />
        </Stack>
      </Card>
      {progress.settled.length > 0 && (
        <Card withBorder>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>How the replays ended</Table.Th>
                <Table.Th ta="right">Events</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {progress.settled.map((one) => (
                <Table.Tr key={one.status}>
                  <Table.Td>
                    <StatusBadge status={one.status} />
                  </Table.Td>
                  <Table.Td ta="right">{one.count.toLocaleString("en")}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Card>
      )}
    </Page>
  );
}
