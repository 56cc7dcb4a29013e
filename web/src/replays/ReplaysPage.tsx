import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { Link } from "wouter";

import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Time } from "../parts/time";
import { JobActs, JobProgress, JobStatus } from "./JobParts";
import type { Job } from "./job";
import { JobFilters } from "./JobFilters";
import { useReplays } from "./useReplays";

/** Every bulk replay of the org, newest first. */
export default function ReplaysPage() {
  const replays = useReplays();
  return (
    <Page title="Replays" text="Events that were said again, through what is set up today">
      <Loaded query={replays}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="Nothing was replayed yet" text="When what made events fail is mended, replay all of them: from a cause of failures, or from the feed with filters.">
              <Anchor component={Link} href="/failures">
                Failures by cause
              </Anchor>
            </EmptyState>
          ) : (
            <Stack>
              {found.map((job) => (
                <JobCard key={job.id} job={job} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function JobCard({ job }: { job: Job }) {
  return (
    <Card withBorder component="section" aria-label={`Replay of ${job.plan.matching} events`}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Group gap="xs">
            <JobStatus status={job.status} />
            <Anchor component={Link} href={`/replays/${job.id}`} fw={550}>
              {job.plan.matching.toLocaleString("en")}
              {job.plan.isComplete ? "" : "+"} events
            </Anchor>
            <Text size="sm" c="dimmed">
              <Time ms={job.createdAt} /> by {job.createdBy}
            </Text>
          </Group>
          <JobActs job={job} />
        </Group>
        <JobFilters job={job} />
        {job.status !== "PLANNED" && <JobProgress job={job} />}
      </Stack>
    </Card>
  );
}
